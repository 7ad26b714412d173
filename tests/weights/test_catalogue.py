"""The catalogue of weights: each entry can be fetched, and read by an engine that exists."""

from __future__ import annotations

import re
from datetime import date

import pytest

from emotigram import catalogue
from emotigram.domain import Weights
from emotigram.weights.store import entry_of, repo_of


@pytest.mark.parametrize("entry", catalogue.weights(), ids=lambda each: each.key)
def test_an_entry_says_what_it_is_and_where_it_was_looked_up(entry: Weights) -> None:
    assert repo_of(entry.key) == repo_of(entry.repo) == entry.repo
    assert entry_of(entry.repo) == entry
    assert re.fullmatch("[0-9a-f]{40}|", entry.revision)
    assert entry.repo in entry.source
    assert entry.revision in entry.source
    assert entry.engine in ("blip2", "transformers_vlm")
    assert 0 < entry.parameters_b < 10
    assert entry.parameters_b < entry.size_gb < 4.2 * entry.parameters_b  # two to four bytes a parameter
    assert set(entry.languages) <= {each.key for each in catalogue.languages()}
    assert entry.languages
    assert entry.licence
    assert date.fromisoformat(entry.verified_on) <= date(2100, 1, 1)


def test_the_promised_weights_are_there_once() -> None:
    keys = {"blip2-opt-2.7b", "florence-2-base-ft", "blip-base", "smolvlm2-500m", "qwen3-vl-2b"}
    assert keys <= {each.key for each in catalogue.weights()}
    repos = [each.repo for each in catalogue.weights()]
    assert len(repos) == len(set(repos))


def test_the_first_emotigrams_weights_are_those_of_a_copy_that_has_a_tokenizer() -> None:
    entry = entry_of("ybelkada/blip2-opt-2.7b-fp16-sharded")
    assert entry is not None
    assert entry.engine == "blip2"
    assert repo_of("ybelkada/blip2-opt-2.7b-fp16-sharded") == entry.repo
