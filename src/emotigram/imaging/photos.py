"""Open photos safely: upright RGB pixels, nothing else kept."""

from __future__ import annotations

import hashlib
from pathlib import Path

from PIL import Image, ImageOps

from emotigram.domain import Photo


def open_photo(source: str | Path | bytes, max_megapixels: float = 100) -> Photo:
    """Decode a file or its bytes."""
    data = source if isinstance(source, bytes) else Path(source).read_bytes()
    import io

    image = ImageOps.exif_transpose(Image.open(io.BytesIO(data))).convert("RGB")
    return Photo(image, "bytes" if isinstance(source, bytes) else str(source), hashlib.sha256(data).hexdigest())
