"""Training runs that cannot go on."""

from emotigram.errors.base import EmotiGramError


class TrainingError(EmotiGramError, exit_code=7):
    """A training run cannot go on; what it had saved stays as it is."""


class LossNotFinite(TrainingError):
    """The loss is NaN or infinite; values: ``epoch``, ``step`` (both from 1), ``path`` (of the last good state)."""


class CheckpointDamaged(TrainingError):
    """A checkpoint cannot be read; values: ``path``, ``reason``."""


class CheckpointMismatched(TrainingError):
    """A checkpoint is of another run, model or data set; values: ``path``, ``detail``."""


class RunInTheWay(TrainingError):
    """The run's folder holds something else; values: ``path``."""


class TooFewRows(TrainingError):
    """There are too few rows to learn from and to measure on; values: ``path``, ``rows``, ``wanted``."""


class ExportDiffers(TrainingError):
    """An exported model answers otherwise than the trained one; values: ``file``, ``difference``, ``limit``."""
