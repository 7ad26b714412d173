"""Write posts for many photos, platforms, languages and tones, and count how many are what was asked for."""

from __future__ import annotations

import hashlib
import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import product
from pathlib import Path
from statistics import mean
from typing import Any

import numpy as np

from emotigram.domain import Check, Post, Reading, SentimentLabel
from emotigram.editing.repetition import tokens
from emotigram.errors import BudgetSpent, DataEmpty, DataMissing
from emotigram.evaluation.batches import watched
from emotigram.imaging.batches import in_batches
from emotigram.imaging.decoding.formats import HEAD_BYTES, find_decoder
from emotigram.imaging.photos import open_photo
from emotigram.studio import Studio
from emotigram.texts import say


@dataclass(frozen=True, slots=True)
class Wanted:
    """What every photo is written for: each platform in each language and tone, in one style."""

    platforms: tuple[str, ...]
    languages: tuple[str, ...]
    tones: tuple[SentimentLabel, ...]


@dataclass(frozen=True, slots=True)
class Written:
    """One post, without the candidates it was chosen among, and how long it took to write, in seconds."""

    post: Post
    seconds: float
    is_repaired: bool


@dataclass(frozen=True, slots=True)
class PostsResult:
    """All posts, the checksum of all photos, the seconds a photo took to read, and whether the budget ended the run."""

    written: list[Written]
    sha256: str
    reading_s: float
    is_cut_short: bool


def find_photos(folder: Path) -> list[Path]:
    """The photos below a folder, by name; raises DataMissing or DataEmpty."""
    if not folder.is_dir():
        raise DataMissing(path=folder)
    found = sorted(path for path in folder.rglob("*") if path.is_file() and _is_photo(path))
    if not found:
        raise DataEmpty(path=folder)
    return found


def write_posts(studio: Studio, paths: Sequence[Path], wanted: Wanted, language: str) -> PostsResult:
    """Read photos and write all posts that are wanted; ``language`` is that of the progress bars.

    A budget that is used up ends the run with what there is; raises BudgetSpent where that is nothing, PhotoError and
    ChatError.
    """
    started = time.perf_counter()
    readings, checksums = _read(studio, watched(paths, say("evaluate.reading", language)))
    reading_s = (time.perf_counter() - started) / len(paths)
    about = (hashlib.sha256(b"".join(map(bytes.fromhex, checksums))).hexdigest(), reading_s)
    jobs = list(product(readings, wanted.platforms, wanted.languages, wanted.tones))
    written: list[Written] = []
    try:
        for reading, platform, tongue, tone in watched(jobs, say("evaluate.writing", language)):
            started = time.perf_counter()
            post = studio.write(reading, platform=platform, language=tongue, tone=tone)
            seconds = time.perf_counter() - started
            written.append(Written(replace(post, candidates=()), seconds, post.candidates[0].is_repaired))
    except BudgetSpent:
        if not written:
            raise
        return PostsResult(written, *about, is_cut_short=True)
    return PostsResult(written, *about, is_cut_short=False)


def post_figures(written: Sequence[Written]) -> dict[str, Any]:
    """JSON-ready rates over all posts, and by language, platform and tone."""
    return {
        "all": _rates(written),
        "languages": _by(written, lambda each: each.post.language),
        "platforms": _by(written, lambda each: each.post.platform),
        "tones": _by(written, lambda each: each.post.tone),
    }


def _read(studio: Studio, paths: Iterable[Path]) -> tuple[list[Reading], list[str]]:
    """Readings and checksums of photos, in order."""
    readings: list[Reading] = []
    checksums: list[str] = []
    for batch in in_batches(open_photo(path, **studio.settings.photo_limits) for path in paths):
        readings += studio.read_many(batch)
        checksums += [photo.sha256 for photo in batch]
    return readings, checksums


def _is_photo(path: Path) -> bool:
    with path.open("rb") as file:
        return find_decoder(file.read(HEAD_BYTES)) is not None


def _by(written: Sequence[Written], key: Callable[[Written], str]) -> dict[str, Any]:
    groups: dict[str, list[Written]] = {}
    for each in written:
        groups.setdefault(key(each), []).append(each)
    return {name: _rates(group) for name, group in groups.items()}


def _rates(written: Sequence[Written]) -> dict[str, Any]:
    posts = [each.post for each in written]
    ms = np.array([each.seconds for each in written]) * 1000
    judged = [check for post in posts if (check := _check(post, "emotion"))]
    cells = _cells(posts)
    different = [len({post.full_text for post in cell}) / len(cell) for cell in cells]
    return {
        "n": len(posts),
        "compliance": mean(all(check.passed for check in post.checks if check.is_hard) for post in posts),
        "language": _passed(posts, "language"),
        "emotion_judged": len(judged),
        "emotion": mean(check.passed for check in judged) if judged else None,
        "unsupported": 1 - _passed(posts, "faithfulness"),
        "machine_phrases": 1 - _passed(posts, "phrases"),
        "soft_length": _passed(posts, "soft_length"),
        "repetition": mean(_figure(post, "repetition") for post in posts),
        "distinct_1": mean(_distinct(cell, 1) for cell in cells),
        "distinct_2": mean(_distinct(cell, 2) for cell in cells),
        "distinct_posts": mean(different),
        "distinct_posts_least": min(different),
        "ms_mean": float(ms.mean()),
        "ms_median": float(np.median(ms)),
        "ms_95": float(np.percentile(ms, 95)),
        "cost": _cost(posts),
        "repaired": mean(each.is_repaired for each in written),
    }


def _cells(posts: Sequence[Post]) -> list[list[Post]]:
    """Posts of all photos for one platform, language and tone: those that should differ."""
    cells: dict[tuple[str, str, str], list[Post]] = {}
    for post in posts:
        cells.setdefault((post.platform, post.language, post.tone), []).append(post)
    return list(cells.values())


def _distinct(posts: Sequence[Post], order: int) -> float:
    """Share of different n-grams among all (Li et al. 2016, "A diversity-promoting objective function")."""
    words = [tokens(post.text) for post in posts]
    grams = [tuple(each[at : at + order]) for each in words for at in range(len(each) - order + 1)]
    return len(set(grams)) / len(grams) if grams else 0.0


def _cost(posts: Sequence[Post]) -> float | None:
    """Mean cost of a post; 0 where no chat model was asked, None where a price is not known."""
    costs = [post.usage.cost if post.usage else 0.0 for post in posts]
    known = [cost for cost in costs if cost is not None]
    return mean(known) if len(known) == len(costs) else None


def _passed(posts: Sequence[Post], name: str) -> float:
    return mean(bool((check := _check(post, name)) and check.passed) for post in posts)


def _figure(post: Post, name: str) -> float:
    check = _check(post, name)
    return check.figure if check else 0.0


def _check(post: Post, name: str) -> Check | None:
    return next((check for check in post.checks if check.name == name), None)
