"""BLIP-2 in two voices: the original's way, one shared vision pass, and one mixed decode, on the same weights.

Run: python benchmarks/blip2.py [--size real] [--device cuda]  (prints Markdown tables for docs/benchmarks.md)

The weights are random, for speed does not depend on them; every way decodes the same number of tokens.
"""

from __future__ import annotations

import argparse
import copy
import gc
import os
import platform
import statistics
import tempfile
import time
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

import numpy as np
import torch
from peft import LoraConfig, PeftModel, get_peft_model
from PIL import Image
from rich.console import Console
from rich.progress import Progress
from tokenizers import Tokenizer, models
from transformers import (
    Blip2Config,
    Blip2ForConditionalGeneration,
    Blip2QFormerConfig,
    Blip2VisionConfig,
    BlipImageProcessorPil,
    OPTConfig,
    PreTrainedTokenizerFast,
)

from emotigram.captioners.blip2.adapter import load_adapter
from emotigram.captioners.blip2.captioner import Blip2Captioner
from emotigram.captioners.blip2.checkpoint import LoadedBlip2
from emotigram.domain import Photo
from emotigram.settings import Settings

SEED = 0
NEW_TOKENS = 20
VOCABULARY = 50272
# BLIP-2 OPT-2.7B as published, and a small one of about its proportions between eyes and language
SIZES = {
    "real": {"vision": (1408, 6144, 39, 16), "qformer": 12, "text": (2560, 10240, 32, 32)},
    "proxy": {"vision": (704, 3072, 12, 8), "qformer": 4, "text": (1024, 4096, 20, 16)},
    "tiny": {"vision": (64, 128, 2, 2), "qformer": 2, "text": (64, 128, 2, 2)},
}


@dataclass(frozen=True)
class Row:
    """One way at one setting; times are medians in seconds for the whole batch."""

    way: str
    beams: int
    batch: int
    seconds: float
    first_token_s: float
    vision_passes: int
    weights_gb: float
    peak_gb: float

    @property
    def step_ms(self) -> float:
        """Milliseconds a decoding step, without the vision pass and the prompt."""
        return (self.seconds - self.first_token_s) / (NEW_TOKENS - 1) * 1000


Way = Callable[[list[Photo], int, int], object]


def main() -> None:
    """Measure every way side by side and print."""
    arguments = _arguments()
    torch.manual_seed(SEED)
    warnings.simplefilter("ignore", FutureWarning)
    device, dtype = torch.device(arguments.device), getattr(torch, arguments.dtype)
    with tempfile.TemporaryDirectory() as folder, Progress(console=Console(stderr=True), transient=True) as progress:
        model = _random_model(arguments.size, device, dtype)
        adapter = _save_adapter(model, Path(folder))
        bandwidth = _bandwidth(device)
        settings = [(beams, batch) for beams in arguments.beams for batch in arguments.batches]
        rows: list[Row] = []
        for name, make in _ways(model, adapter, device, arguments.compile).items():
            task = progress.add_task(name, total=len(settings))
            with make() as (way, parts):
                for beams, batch in settings:
                    rows.append(_measure(name, way, parts, beams, batch, device, arguments.repeats))
                    progress.advance(task)
            _collect(device)
    _print(rows, model, bandwidth, arguments)


def _arguments() -> argparse.Namespace:
    has_gpu = torch.cuda.is_available()
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--size", choices=SIZES, default="real" if has_gpu else "proxy")
    parser.add_argument("--device", default="cuda" if has_gpu else "cpu")
    parser.add_argument(
        "--dtype", choices=("bfloat16", "float16", "float32"), default="bfloat16" if has_gpu else "float32"
    )
    parser.add_argument("--beams", type=int, nargs="+", default=[1, 5])
    parser.add_argument("--batches", type=int, nargs="+", default=[1, 8, 32] if has_gpu else [1, 8])
    parser.add_argument("--repeats", type=int, default=5 if has_gpu else 3)
    parser.add_argument("--compile", action=argparse.BooleanOptionalAction, default=has_gpu)
    return parser.parse_args()


def _random_model(size: str, device: torch.device, dtype: torch.dtype) -> Blip2ForConditionalGeneration:
    shape = SIZES[size]
    width, inner, layers, heads = shape["vision"]
    vision = Blip2VisionConfig(
        hidden_size=width, intermediate_size=inner, num_hidden_layers=layers, num_attention_heads=heads
    )
    qformer = Blip2QFormerConfig(num_hidden_layers=shape["qformer"], encoder_hidden_size=width)
    width, inner, layers, heads = shape["text"]
    text = OPTConfig(
        vocab_size=VOCABULARY,
        hidden_size=width,
        word_embed_proj_dim=width,
        ffn_dim=inner,
        num_hidden_layers=layers,
        num_attention_heads=heads,
    )
    config = Blip2Config(
        vision_config=vision.to_dict(),
        qformer_config=qformer.to_dict(),
        text_config=text.to_dict(),
        image_token_index=50265,
    )
    with device:
        return Blip2ForConditionalGeneration._from_config(config, dtype=dtype, attn_implementation="sdpa").eval()


def _save_adapter(model: Blip2ForConditionalGeneration, folder: Path) -> Path:
    """An adapter like the first EmotiGram's: rank 16 on the queries and keys, saved from the whole model."""
    config = LoraConfig(r=16, lora_alpha=32, target_modules=["q_proj", "k_proj"], init_lora_weights=False)
    adapted = get_peft_model(model, config)
    adapted.save_pretrained(folder)
    adapted.unload()
    return folder


@contextmanager
def _two_models(
    model: Blip2ForConditionalGeneration, adapter: Path, device: torch.device
) -> Iterator[tuple[Way, list[torch.nn.Module]]]:
    """The first EmotiGram: a base model, and a second whole model with the adapter, one after the other."""
    social = PeftModel.from_pretrained(copy.deepcopy(model), adapter, torch_device=str(device)).eval()
    pixels = _pixels(device, model.dtype)

    @torch.inference_mode()
    def way(photos: list[Photo], beams: int, tokens: int) -> object:
        options = _fixed_length(tokens) | {"num_beams": beams}
        seen = pixels(photos)
        return model.generate(pixel_values=seen, **options), social.generate(pixel_values=seen, **options)

    yield way, [model, social]


@contextmanager
def _two_generates(
    model: Blip2ForConditionalGeneration, adapter: Path, device: torch.device
) -> Iterator[tuple[Way, list[torch.nn.Module]]]:
    """One model, its adapter off and then on: half the memory, and still every photo seen twice."""
    social = PeftModel.from_pretrained(model, adapter, torch_device=str(device)).eval()
    pixels = _pixels(device, model.dtype)

    @torch.inference_mode()
    def way(photos: list[Photo], beams: int, tokens: int) -> object:
        options = _fixed_length(tokens) | {"num_beams": beams}
        seen = pixels(photos)
        with social.disable_adapter():
            base = social.generate(pixel_values=seen, **options)
        return base, social.generate(pixel_values=seen, **options)

    yield way, [social]
    social.unload()


@contextmanager
def _shared_vision(
    model: Blip2ForConditionalGeneration, adapter: Path, device: torch.device
) -> Iterator[tuple[Way, list[torch.nn.Module]]]:
    """One vision pass, two decodes one after the other."""
    checkpoint = _checkpoint(model, device)
    rows = load_adapter(adapter, model.language_model, "random")

    @torch.inference_mode()
    def way(photos: list[Photo], beams: int, tokens: int) -> object:
        images = model.get_image_features(checkpoint.pixels([photo.image for photo in photos])).pooler_output
        embeddings, mask = checkpoint.prompted(images, [""] * len(photos))
        options = _fixed_length(tokens) | {"num_beams": beams}
        answers = []
        for is_on in (False, True):
            with rows.rows(torch.full((len(photos) * beams,), is_on)):
                answers.append(model.language_model.generate(inputs_embeds=embeddings, attention_mask=mask, **options))
        return answers

    yield way, [model]
    _unload(model)


def _mixed(compiled: bool) -> Callable[..., object]:
    @contextmanager
    def make(
        model: Blip2ForConditionalGeneration, adapter: Path, device: torch.device
    ) -> Iterator[tuple[Way, list[torch.nn.Module]]]:
        """The engine: one vision pass, one decode for both voices."""
        rows = load_adapter(adapter, model.language_model, "random")
        checkpoint = _checkpoint(model, device)
        captioners: dict[int, Blip2Captioner] = {}

        def way(photos: list[Photo], beams: int, tokens: int) -> object:
            if beams not in captioners:
                captioners[beams] = Blip2Captioner(checkpoint, rows, Settings(beams=beams, compile=compiled))
            images, _ = captioners[beams].look(photos)
            return captioners[beams].speak(images, **_fixed_length(tokens))

        yield way, [model]
        torch.compiler.reset()
        _unload(model)

    return make


def _ways(
    model: Blip2ForConditionalGeneration, adapter: Path, device: torch.device, compiled: bool
) -> dict[str, Callable[[], object]]:
    makers = {
        "two models, serial (the original)": _two_models,
        "one model, two generates": _two_generates,
        "shared vision, two decodes": _shared_vision,
        "shared vision, mixed decode (the engine)": _mixed(compiled=False),
    }
    if compiled:
        makers["the same, static cache + torch.compile"] = _mixed(compiled=True)
    return {name: lambda make=make: make(model, adapter, device) for name, make in makers.items()}


def _measure(
    name: str, way: Way, parts: list[torch.nn.Module], beams: int, batch: int, device: torch.device, repeats: int
) -> Row:
    photos = _photos(batch)
    with _counted(parts) as passes:
        way(photos, beams, NEW_TOKENS)
    way(photos, beams, 1)
    _reset_peak(device)
    whole = _median(lambda: way(photos, beams, NEW_TOKENS), device, repeats)
    first = _median(lambda: way(photos, beams, 1), device, repeats)
    return Row(name, beams, batch, whole, first, len(passes), _weights_gb(parts), _peak_gb(device))


def _median(work: Callable[[], object], device: torch.device, repeats: int) -> float:
    def once() -> float:
        _wait(device)
        start = time.perf_counter()
        work()
        _wait(device)
        return time.perf_counter() - start

    return statistics.median(once() for _ in range(repeats))


def _photos(count: int) -> list[Photo]:
    random = np.random.default_rng(SEED)
    return [
        Photo(Image.fromarray(random.integers(0, 255, (240, 320, 3), dtype=np.uint8)), "drawn", "")
        for _ in range(count)
    ]


def _fixed_length(tokens: int) -> dict[str, object]:
    return {"do_sample": False, "min_new_tokens": tokens, "max_new_tokens": tokens}


def _pixels(device: torch.device, dtype: torch.dtype) -> Callable[[list[Photo]], torch.Tensor]:
    processor = _image_processor()
    return lambda photos: processor(images=[photo.image for photo in photos], return_tensors="pt")["pixel_values"].to(
        device, dtype
    )


def _image_processor() -> BlipImageProcessorPil:
    return BlipImageProcessorPil(size={"height": 224, "width": 224})


def _checkpoint(model: Blip2ForConditionalGeneration, device: torch.device) -> LoadedBlip2:
    words = Tokenizer(models.WordLevel({f"w{number}": number for number in range(VOCABULARY)}, unk_token="w3"))
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=words, bos_token="w2", eos_token="w2", pad_token="w1")
    return LoadedBlip2("random", model, tokenizer, _image_processor(), device)


def _unload(model: Blip2ForConditionalGeneration) -> None:
    """Take the adapter's layers out again, so that the next way starts from the bare weights."""
    for name, layer in list(model.language_model.named_modules()):
        if hasattr(layer, "base_layer"):
            parent = model.language_model.get_submodule(name.rpartition(".")[0])
            setattr(parent, name.rpartition(".")[2], layer.base_layer)


@contextmanager
def _counted(parts: list[torch.nn.Module]) -> Iterator[list[int]]:
    passes: list[int] = []
    eyes = [part for model in parts for name, part in model.named_modules() if name.endswith("vision_model")]
    handles = [eye.register_forward_hook(lambda *_: passes.append(1)) for eye in eyes]
    yield passes
    for handle in handles:
        handle.remove()


def _weights_gb(parts: list[torch.nn.Module]) -> float:
    tensors = {weights.data_ptr(): weights.nbytes for part in parts for weights in part.parameters()}
    return sum(tensors.values()) / 1e9


def _reset_peak(device: torch.device) -> None:
    if device.type == "cuda":
        torch.cuda.reset_peak_memory_stats()
    elif Path("/proc/self/clear_refs").exists():
        Path("/proc/self/clear_refs").write_text("5")  # Linux: the peak starts again from what is resident now


def _peak_gb(device: torch.device) -> float:
    if device.type == "cuda":
        return torch.cuda.max_memory_allocated() / 1e9
    status = Path("/proc/self/status")
    lines = status.read_text().splitlines() if status.exists() else []
    return next((int(line.split()[1]) * 1024 / 1e9 for line in lines if line.startswith("VmHWM")), float("nan"))


def _bandwidth(device: torch.device) -> float:
    """Bytes a second that a matrix of 1 GB is read with, as a decoding step reads its weights."""
    matrix = torch.zeros(16384, 16384, device=device)
    vector = torch.zeros(16384, device=device)
    return matrix.nbytes / _median(lambda: matrix @ vector, device, 20)


def _wait(device: torch.device) -> None:
    if device.type == "cuda":
        torch.cuda.synchronize()


def _collect(device: torch.device) -> None:
    gc.collect()
    if device.type == "cuda":
        torch.cuda.empty_cache()


def _print(
    rows: list[Row], model: Blip2ForConditionalGeneration, bandwidth: float, arguments: argparse.Namespace
) -> None:
    step_bytes = sum(weights.nbytes for weights in model.language_model.model.decoder.layers.parameters())
    step_bytes += model.language_model.lm_head.weight.nbytes
    floor_ms = step_bytes / bandwidth * 1000
    parameters = sum(weights.numel() for weights in model.parameters()) / 1e9
    print(_machine(arguments))
    print(
        f"\n{arguments.size}: {parameters:.2f} B parameters, {arguments.dtype}, SDPA, {NEW_TOKENS} tokens a voice, "
        f"medians of {arguments.repeats}. A decoding step reads {step_bytes / 1e9:.2f} GB of weights, at "
        f"{bandwidth / 1e9:.1f} GB/s no faster than {floor_ms:.1f} ms."
    )
    heads = ["way", "beams", "batch", "ms/photo", "× original", "photos/s", "tokens/s", "ms/step", "× floor"]
    heads += ["vision passes", "weights GB", "peak GB"]
    print(f"\n| {' | '.join(heads)} |\n|{'---|' * len(heads)}")
    for row in rows:
        original = next(other for other in rows if (other.beams, other.batch) == (row.beams, row.batch))
        per_photo = row.seconds / row.batch
        cells = [
            row.way,
            str(row.beams),
            str(row.batch),
            f"{per_photo * 1000:.0f}",
            f"{row.seconds / original.seconds:.2f}",
            f"{1 / per_photo:.2f}",
            f"{2 * NEW_TOKENS / per_photo:.0f}",
            f"{row.step_ms:.1f}",
            f"{row.step_ms / floor_ms:.1f}",
            str(row.vision_passes),
            f"{row.weights_gb:.2f}",
            f"{row.peak_gb:.2f}",
        ]
        print(f"| {' | '.join(cells)} |")


def _machine(arguments: argparse.Namespace) -> str:
    is_gpu = arguments.device.startswith("cuda")
    device = torch.cuda.get_device_name() if is_gpu else f"{os.cpu_count()} cores {platform.machine()}"
    versions = ", ".join(f"{name} {metadata.version(name)}" for name in ("emotigram", "torch", "transformers", "peft"))
    return f"{device}, Python {platform.python_version()}, {versions}, seed {SEED}"


if __name__ == "__main__":
    main()
