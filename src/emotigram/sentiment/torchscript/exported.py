"""An exported sentiment model on this computer: its files, held against their checksums, and what it says of itself."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from emotigram.errors import SentimentModelUnset, SettingsError, WeightsDamaged, WeightsMissing, WeightsWrong
from emotigram.files import read_json_file
from emotigram.inference.store import sha256
from emotigram.settings import Settings

LABELS = ("negative", "neutral", "positive")
_MODEL, _MANIFEST, _FORMAT = "best_model.pt", "manifest.json", 1
_TEXTS = ("ngrams", "tokenizer", "tokenizer+ngrams")
_IMAGES = ("squashed", "processor", "features", "caption")
_BARE: dict[str, Any] = {  # the first EmotiGram's model, which says nothing of itself
    "labels": list(LABELS),
    "text": "tokenizer",
    "longest": 128,
    "image": "squashed",
    "side_px": 224,
    "image_shape": [3, 224, 224],
    "mean": [0.485, 0.456, 0.406],  # of ImageNet's photos, by channel
    "std": [0.229, 0.224, 0.225],
}


@dataclass(frozen=True, slots=True)
class ExportedModel:
    """A TorchScript file with what texts and photos must become for it; ``name`` is what messages call it."""

    name: str
    model: Path
    tokenizer: Path
    manifest: Mapping[str, Any]

    @property
    def folder(self) -> Path:
        """Where its other files lie."""
        return self.model.parent


def find_exported(settings: Settings) -> ExportedModel:
    """The model that ``sentiment_model`` names: an export's folder, or a bare ``best_model.pt`` with its tokenizer.

    Raises SettingsError, WeightsMissing, WeightsDamaged or WeightsWrong.
    """
    if settings.sentiment_model is None:
        raise SentimentModelUnset()
    path = settings.sentiment_model.expanduser()
    name, folder = path.name, path if path.is_dir() else path.parent
    model = folder / _MODEL if path.is_dir() else path
    if (folder / _MANIFEST).is_file() and model.name == _MODEL:
        return ExportedModel(name, model, folder / "tokenizer", _read_manifest(folder, name))
    if not model.is_file():
        raise WeightsMissing(name=str(settings.sentiment_model))
    tokenizer = settings.sentiment_tokenizer
    if tokenizer is None or not tokenizer.expanduser().is_dir():
        said = "a folder with the tokenizer is needed" if tokenizer is None else f"there is no folder {tokenizer}"
        raise SettingsError(detail=f"sentiment_tokenizer: {said}, {model.name} has no manifest")
    return ExportedModel(name, model, tokenizer.expanduser(), _BARE)


def _read_manifest(folder: Path, name: str) -> dict[str, Any]:
    """Read the manifest and hold every file against it."""
    try:
        manifest = read_json_file(folder / _MANIFEST)
        files = dict(manifest["files"])
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise WeightsDamaged(name=name, file=_MANIFEST) from error
    _check_says(manifest, name)
    for file, wanted in {_MODEL: None, **files}.items():
        if wanted is None or not (folder / file).is_file() or sha256(folder / file) != wanted:
            raise WeightsDamaged(name=name, file=file)
    return dict(manifest)


def _check_says(manifest: Mapping[str, Any], name: str) -> None:
    """Refuse what another version wrote; raises WeightsWrong."""
    if manifest.get("format") != _FORMAT:
        raise WeightsWrong(name=name, wanted=f"format {_FORMAT}", found=f"format {manifest.get('format')}")
    for key, known in (("text", _TEXTS), ("image", _IMAGES)):
        if manifest.get(key) not in known:
            raise WeightsWrong(name=name, wanted=f"{key}: {', '.join(known)}", found=manifest.get(key))
    labels = manifest.get("labels")
    if not isinstance(labels, list) or sorted(map(str, labels)) != sorted(LABELS):
        raise WeightsWrong(name=name, wanted=", ".join(LABELS), found=labels)
