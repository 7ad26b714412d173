"""Our own captioners keep what every captioner promises."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from emotigram import open_photo
from emotigram.domain import Photo
from emotigram.ports import Captioner
from emotigram.testing.captioners import CaptionerContract
from tests.captioners.engines import ENGINES


@pytest.fixture(scope="module", params=sorted(ENGINES))
def captioner(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Captioner]:
    with ENGINES[request.param](tmp_path_factory) as opened:
        yield opened


class TestCaptioners(CaptionerContract):
    @pytest.fixture(scope="class")
    @classmethod
    def album(cls, china: Path, flower: Path, cheetah: Path) -> list[Photo]:
        """Photos of several shapes; the last two are hardly photos."""
        odd = [Image.new("RGB", (1, 1), (9, 200, 3)), Image.new("RGB", (3000, 20), (200, 20, 3))]
        return [open_photo(path) for path in (china, flower, cheetah)] + [Photo(image, "drawn", "") for image in odd]
