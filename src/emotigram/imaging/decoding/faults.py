"""Why a worker gives no picture; ``imaging.photos`` turns each into a typed error with its sentences."""

from __future__ import annotations


class Fault(Exception):
    """``kind`` is one of ``KINDS``; ``values`` are the figures that its sentence tells."""

    KINDS = ("not_an_image", "damaged", "too_large", "too_long", "too_costly")

    def __init__(self, kind: str, **values: int) -> None:
        super().__init__(kind)
        self.kind = kind
        self.values = values
