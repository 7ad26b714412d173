"""Validation rows as files of their own, so that ``emotigram evaluate`` measures what training never saw."""

from __future__ import annotations

import shutil
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from emotigram.training.photo_sets import ASIDE_EVERY, HELD_OUT_EVERY, aside_rows

# report -> files; whole files are validation already, of the others every tenth row is
# and the language to measure, None for all that there are; most of COCO's photos have no Chinese captions
CAPTION_SETS: dict[str, str | None] = {"flickr8k": None, "coco": "en"}
WHOLE_SETS: dict[str, tuple[str, ...]] = {
    "flickr8k": ("flickr8k-val",),
    "msed": ("msed-dev",),
    "goemotions": ("goemotions-ekman-dev",),
}
SPLIT_SETS: dict[str, tuple[str, ...]] = {
    "coco": ("coco-captioned-train",),
    "deepsent": ("deepsent-twitter-train",),
    "mvsa": ("mvsa-train",),
    "oasis": ("oasis-train",),
    "semeval": ("semeval-train",),
    "weibo": ("weibo-ewect-usual_test_labeled", "weibo-ewect-virus_test_labeled"),
    "hotel": ("chnsenticorp-hotel-train",),
    "waimai": ("waimai-train",),
}


def write_validation(data_dir: Path, folder: Path) -> dict[str, Path]:
    """Write one parquet file a set and return them by name; the rows are those that training leaves out."""
    folder.mkdir(parents=True, exist_ok=True)
    files = {}
    for name, stems in WHOLE_SETS.items():
        files[name] = folder / f"{name}.parquet"
        shutil.copy(data_dir / f"{stems[0]}.parquet", files[name])
    for name, stems in SPLIT_SETS.items():
        files[name] = folder / f"{name}.parquet"
        tables = [pq.read_table(data_dir / f"{stem}.parquet") for stem in stems]
        kept = [table.take(_held_out(stem, table.num_rows)) for stem, table in zip(stems, tables, strict=True)]
        whole = pa.concat_tables(kept, promote_options="default")
        language = CAPTION_SETS.get(name)
        if language:
            whole = whole.filter(pc.greater(pc.list_value_length(whole[f"captions_{language}"]), 0))
        pq.write_table(whole, files[name])
    return files


def _held_out(stem: str, count: int) -> list[int]:
    """Every tenth row, without those that are kept aside for other eyes."""
    name = stem.partition("-")[0]
    aside = set(aside_rows(name, count)) if name in ASIDE_EVERY else set()
    return [row for row in range(0, count, HELD_OUT_EVERY) if row not in aside]
