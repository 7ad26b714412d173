"""Engines that cannot run here, and LoRA adapters."""

from emotigram.errors.base import EmotiGramError


class EngineError(EmotiGramError, exit_code=4):
    """An engine cannot run here."""


class DecoderMissing(EngineError):
    """The process that decodes photos cannot be started; values: ``reason``."""


class ExtraMissing(EngineError):
    """An optional part is not installed; values: ``extra``, ``package``."""


class EngineUnusable(EngineError):
    """An installed package's engine cannot be loaded or opened; values: ``kind``, ``name``, ``package``, ``reason``."""


class ModelDamaged(EngineError):
    """Shipped weights are missing or differ from their checksum; values: ``name``."""


class ModelMismatched(ModelDamaged):
    """Manifest and network of a model disagree; values: ``name``, ``part``, ``wanted``, ``found``."""


class BackboneMissing(EngineError):
    """The package with the pretrained network's weights is not installed; values: ``package``."""


class BackboneDamaged(EngineError):
    """The pretrained network's weights differ from their checksum; values: ``package``, ``path``."""


class DeviceMissing(EngineError):
    """The device asked for is not here; values: ``device``, ``found``."""


class OutOfMemory(EngineError):
    """Weights or a single photo do not fit into memory; values: ``engine``, ``device``."""


class QuantizationUnavailable(EngineError):
    """8-bit or 4-bit weights cannot be had here; values: ``quantization``, ``reason``."""


class OcrModelMissing(EngineError):
    """The package that reads words in photos came without its weights; values: ``file``."""


class FeaturesMissing(EngineError):
    """The sentiment model knows photos only as what another engine makes of them; values: ``name``, ``wanted``."""


class AdapterError(EngineError):
    """A LoRA adapter cannot be used; values: ``path``."""


class AdapterMissing(AdapterError):
    """The folder holds no LoRA adapter; values: ``path``."""


class AdapterDamaged(AdapterError):
    """The LoRA adapter's files are cut short, or hold what is no number; values: ``path``, ``reason``."""


class AdapterForeign(AdapterError):
    """The LoRA adapter was made for weights of other shapes; values: ``path``, ``base``, ``detail``."""


class AdapterUnmatched(AdapterError):
    """The LoRA adapter changes none, or not all, of the layers it names; values: ``path``, ``detail``."""


class AdapterUnsupported(AdapterError):
    """The LoRA adapter is of a kind that cannot be switched on for single rows; values: ``path``, ``kind``."""
