"""What all answers are made from: the domain's own objects, by their attributes."""

from __future__ import annotations

from typing import Annotated, Self

from pydantic import AfterValidator, BaseModel, ConfigDict, Field

_DIGITS = 4  # more would claim a precision that no model here has

Figure = Annotated[float, AfterValidator(lambda value: round(value, _DIGITS))]
Probability = Annotated[Figure, Field(ge=0, le=1)]


class Answer(BaseModel):
    """A part of an answer; ``of`` makes it from an object of the domain with the same attributes."""

    model_config = ConfigDict(from_attributes=True, json_schema_serialization_defaults_required=True)

    @classmethod
    def of(cls, thing: object, language: str = "en") -> Self:
        """The answer that tells of a thing, in an interface language where it has sentences. Raises ValidationError."""
        return cls.model_validate(thing, context={"language": language})
