"""Weights that cannot be used or fetched."""

from emotigram.errors.engines import EngineError


class WeightsError(EngineError):
    """Weights from outside the package cannot be used; values: ``name``."""


class WeightsMissing(WeightsError):
    """The weights are not on this machine; values: ``name``."""


class WeightsDamaged(WeightsError):
    """A file of the weights is missing, cut short or differs from its checksum; values: ``name``, ``file``."""


class WeightsWrong(WeightsError):
    """The folder holds no weights that the engine can use; values: ``name``, ``wanted``, ``found``."""


class WeightsUnknown(WeightsError):
    """The name is no known weights, no ``owner/name`` of a hub and no folder; values: ``name``, ``known``."""


class WeightsForeign(WeightsError):
    """The weights lie outside our own store, so that removing them is not ours; values: ``name``, ``path``."""


class HubError(EngineError):
    """Weights cannot be fetched; values: ``name``."""


class HubOffline(HubError):
    """Weights are to be fetched and the environment forbids the network; values: ``name``, ``variable``."""


class HubUnreachable(HubError, retryable=True):
    """The weights' hub does not answer; values: ``name``, ``host``."""


class HubRefused(HubError):
    """The hub has no such weights or does not give them; values: ``name``, ``host``, ``status``."""


class HubChanged(HubError):
    """A fetched file differs from the checksum that the hub promised; values: ``name``, ``file``."""


class HubRedirected(HubError):
    """The hub sends us where a hub has no business; values: ``name``, ``host``, ``target``."""


class DiskFull(HubError):
    """There is not enough room for the weights; values: ``name``, ``needed``, ``free`` (both with their unit)."""
