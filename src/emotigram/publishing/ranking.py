"""Which candidate is best, and which faults are worth asking for another."""

from __future__ import annotations

from collections.abc import Sequence

from emotigram.domain import Candidate, Check

# What a failed check costs a candidate. The order is ours: what must not be published, what would be untrue, what
# misses the wish, what reads badly. Within one cost the judge's doubt decides.
_DEMERITS = {
    "length": 100.0,
    "bytes": 100.0,
    "language": 100.0,
    "secrecy": 100.0,
    "register": 100.0,
    "invented": 12.0,
    "faithfulness": 8.0,
    "emotion": 8.0,
    "additions": 6.0,
    "phrases": 6.0,
    "filler": 6.0,
    "specific": 3.0,
    "whole": 4.0,
    "repetition": 4.0,
    "revision": 4.0,
    "soft_length": 2.0,
    "lines": 1.0,
}
_DOUBTED = 0.8  # below it a judge's figures say nothing about which line is better
# A few characters more or less, or a line, are not worth another request, nor is a thought that names nothing.
_LET_PASS = ("soft_length", "lines", "specific")


def demerits(checks: Sequence[Check]) -> float:
    """The sum of what failed, plus the judge's chance of the opposite tone where high; fewer are better."""
    failed = sum(_DEMERITS.get(check.name, 0.0) for check in checks if not check.passed)
    doubt = next((check.figure for check in checks if check.name == "emotion"), 0.0)
    return failed + (doubt if doubt > _DOUBTED else 0.0)


def best_first(candidates: Sequence[Candidate]) -> list[Candidate]:
    """Candidates by their demerits; of equals the earlier one."""
    return sorted(candidates, key=lambda candidate: candidate.demerits)


def faults(candidate: Candidate) -> tuple[Check, ...]:
    """The failed checks that a writer should be told of."""
    return tuple(check for check in candidate.checks if not check.passed and check.name not in _LET_PASS)


def is_publishable(candidate: Candidate) -> bool:
    """Whether every hard check passed."""
    return all(check.passed for check in candidate.checks if check.is_hard)
