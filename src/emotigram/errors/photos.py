"""Photos that cannot be used."""

from emotigram.errors.base import EmotiGramError


class PhotoError(EmotiGramError, exit_code=3):
    """A photo cannot be used; values: ``source``."""


class PhotoMissing(PhotoError):
    """There is no file where the photo should be; values: ``source``."""


class PhotoIsFolder(PhotoError):
    """The path of the photo is a folder; values: ``source``."""


class PhotoUnreadable(PhotoError):
    """The system does not let us read the photo's file; values: ``source``, ``reason``."""


class PhotoEmpty(PhotoError):
    """The photo's file has no bytes; values: ``source``."""


class PhotoNotAnImage(PhotoError):
    """The photo's bytes are of no image format we read; values: ``source``."""


class PhotoDamaged(PhotoError):
    """The photo is truncated or corrupt; values: ``source``."""


class PhotoTooLarge(PhotoError):
    """The photo has more pixels than allowed; values: ``source``, ``width_px``, ``height_px``, ``limit_mp``."""


class PhotoTooLong(PhotoError):
    """A photo's side is longer than any photo's; values: ``source``, ``width_px``, ``height_px``, ``limit_px``."""


class PhotoTooCostly(PhotoError):
    """Decoding the photo would take more time or memory than a photo may; values: ``source``."""
