"""How long a training took stands in its cards, all its runs together."""

import pytest

pytest.importorskip("torch")

from pathlib import Path

from emotigram.training.progress import StageTimes


def test_runs_of_a_stage_add_up_also_one_that_was_broken_off(tmp_path: Path) -> None:
    times = StageTimes(tmp_path / "work" / "stages.jsonl")
    with pytest.raises(KeyboardInterrupt), times.timed("hints"):
        raise KeyboardInterrupt
    for stage in ("hints", "caption"):
        with times.timed(stage):
            pass
    lines = (tmp_path / "work" / "stages.jsonl").read_text("utf-8").splitlines()
    assert len(lines) == 3
    assert list(times.totals()) == ["hints", "caption"]
    assert all(seconds >= 0 for seconds in times.totals().values())
