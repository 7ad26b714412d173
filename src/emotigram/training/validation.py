"""Validation rows as files of their own, so that ``emotigram evaluate`` measures what training never saw."""

from __future__ import annotations

import shutil
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from emotigram.training.photo_sets import HELD_OUT_EVERY

# report -> files; whole files are validation already, of the others every tenth row is
CAPTION_SETS: dict[str, tuple[str, ...]] = {"flickr8k": ("flickr8k-val",)}
WHOLE_SETS: dict[str, tuple[str, ...]] = {"msed": ("msed-dev",), "goemotions": ("goemotions-ekman-dev",)}
SPLIT_SETS: dict[str, tuple[str, ...]] = {
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
    for name, stems in (CAPTION_SETS | WHOLE_SETS).items():
        files[name] = folder / f"{name}.parquet"
        shutil.copy(data_dir / f"{stems[0]}.parquet", files[name])
    for name, stems in SPLIT_SETS.items():
        files[name] = folder / f"{name}.parquet"
        tables = [pq.read_table(data_dir / f"{stem}.parquet") for stem in stems]
        kept = [table.take(list(range(0, table.num_rows, HELD_OUT_EVERY))) for table in tables]
        pq.write_table(pa.concat_tables(kept, promote_options="default"), files[name])
    return files
