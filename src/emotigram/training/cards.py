"""Write the cards that ship beside the weights; every figure comes from the manifest."""

from __future__ import annotations

from collections.abc import Mapping
from importlib import resources
from pathlib import Path
from typing import Any

from jinja2 import Environment, StrictUndefined


def write_captioner_card(folder: Path, manifest: Mapping[str, Any]) -> None:
    """Write ``CARD.md`` of the captioner."""
    _write(folder, "captioner_card.md.j2", manifest)


def write_affect_card(folder: Path, manifest: Mapping[str, Any]) -> None:
    """Write ``CARD.md`` of the affect model."""
    _write(folder, "affect_card.md.j2", manifest)


def _write(folder: Path, template: str, manifest: Mapping[str, Any]) -> None:
    text = (resources.files("emotigram") / "training" / template).read_text("utf-8")
    page = Environment(undefined=StrictUndefined, trim_blocks=True, autoescape=False).from_string(text)  # noqa: S701
    sizes = {p.name: p.stat().st_size / 1e6 for p in sorted(folder.iterdir()) if p.suffix in {".onnx", ".txt", ".npz"}}
    (folder / "CARD.md").write_text(page.render(m=manifest, sizes=sizes), "utf-8")
