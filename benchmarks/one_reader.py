"""One reader in a process of its own, for ``readers.py``: what it measured, as one JSON object on stdout.

Run: python benchmarks/one_reader.py NAME [PHOTO] [--quick]
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import time
from collections.abc import Callable
from importlib import resources
from pathlib import Path

import numpy as np
from PIL import Image

SEED = 0
EMBEDDED = "embedded"
_SIZE_PX = (1024, 768)  # of the photo that is drawn; larger ones are shrunk to this by the engines
_ROOM = 1.25  # memory over that of the weights alone: activations, the cache, the libraries
_BYTES = {"float32": 4, "bfloat16": 2}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("name")
    parser.add_argument("photo", nargs="?", type=Path)
    parser.add_argument("--quick", action="store_true")
    parser.add_argument("--tokens", type=int, default=20)
    parser.add_argument("--batch", type=int, default=8)
    parser.add_argument("--repeats", type=int, default=3)
    parser.add_argument("--threads", type=int, default=0)
    arguments = parser.parse_args()
    measure = _embedded if arguments.name == EMBEDDED else _random
    print(json.dumps(measure(arguments)))


def _embedded(arguments: argparse.Namespace) -> dict[str, object]:
    """The shipped weights: its words end by themselves, in English and in Chinese."""
    from emotigram.assembly import load_engine  # noqa: PLC0415  # neither kind loads what the other needs
    from emotigram.domain import Photo  # noqa: PLC0415
    from emotigram.settings import Settings  # noqa: PLC0415

    captioner = load_engine("captioner", EMBEDDED, Settings(threads=arguments.threads))
    photo = Photo(_photo(arguments.photo), "photo", "")
    times = _times(lambda count: captioner.read([photo] * count), arguments)
    folder = Path(str(resources.files("emotigram") / "models" / "captioner"))
    shipped = sum(path.stat().st_size for path in folder.rglob("*.onnx"))
    return {**times, "bytes": shipped, "numbers": "as shipped", "beams": "own"}


def _random(arguments: argparse.Namespace) -> dict[str, object]:
    import torch  # noqa: PLC0415
    from reader_models import BUILDERS  # noqa: PLC0415

    torch.manual_seed(SEED)
    torch.set_num_threads(arguments.threads or os.cpu_count() or 1)
    reader = BUILDERS[arguments.name](arguments.quick)
    with torch.device("meta"):
        parameters = sum(each.numel() for each in reader.kind._from_config(reader.config).parameters())
    free = _free_bytes()
    numbers = next((name for name, size in _BYTES.items() if parameters * size * _ROOM < free), "")
    if not numbers:
        least = parameters * _BYTES["bfloat16"] * _ROOM / 1e9
        return {"parameters": parameters, "skipped": f"needs {least:.1f} GB of memory, {free / 1e9:.1f} GB are free"}
    dtype = getattr(torch, numbers)
    model = reader.kind._from_config(reader.config, dtype=dtype).eval()
    photo = _photo(arguments.photo)
    options = {"do_sample": False, "num_beams": reader.beams}
    options |= {"min_new_tokens": arguments.tokens, "max_new_tokens": arguments.tokens}

    @torch.inference_mode()
    def read(count: int) -> object:
        inputs = reader.inputs([photo] * count)
        cast = {name: each.to(dtype) if each.is_floating_point() else each for name, each in inputs.items()}
        return model.generate(**cast, **options)

    return {**_times(read, arguments), "parameters": parameters, "numbers": numbers, "beams": reader.beams}


def _times(read: Callable[[int], object], arguments: argparse.Namespace) -> dict[str, object]:
    """Seconds for one photo and for a batch, warm, and the most memory of the process so far."""
    read(1)
    alone = _median(lambda: read(1), arguments.repeats)
    together = _median(lambda: read(arguments.batch), arguments.repeats)
    return {"seconds": alone, "batch_seconds": together, "peak_bytes": _peak_bytes()}


def _median(work: Callable[[], object], repeats: int) -> float:
    def once() -> float:
        start = time.perf_counter()
        work()
        return time.perf_counter() - start

    return statistics.median(once() for _ in range(repeats))


def _photo(path: Path | None) -> Image.Image:
    """The photo, no larger than engines take it, or one drawn by the seed: what is on it makes little difference."""
    if path is None:
        spots = np.random.default_rng(SEED).integers(0, 255, (_SIZE_PX[1] // 64, _SIZE_PX[0] // 64, 3), dtype=np.uint8)
        return Image.fromarray(spots).resize(_SIZE_PX, Image.Resampling.BICUBIC)
    image = Image.open(path).convert("RGB")
    image.thumbnail((_SIZE_PX[0], _SIZE_PX[0]))
    return image


def _free_bytes() -> int:
    """Memory that can be had without swapping; on systems that do not say, any."""
    facts = Path("/proc/meminfo")
    lines = facts.read_text().splitlines() if facts.exists() else []
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("MemAvailable")), 1 << 62)


def _peak_bytes() -> int | None:
    """The most that this process held (Linux); its parent's does not count, as it does with getrusage."""
    facts = Path("/proc/self/status")
    lines = facts.read_text().splitlines() if facts.exists() else []
    return next((int(line.split()[1]) * 1024 for line in lines if line.startswith("VmHWM")), None)


if __name__ == "__main__":
    main()
