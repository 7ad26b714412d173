"""What each family of vision-language models is asked, from ``data/vlm``."""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib import resources

from pydantic import TypeAdapter

_CHAT = "chat"


@dataclass(frozen=True, slots=True)
class Family:
    """Prompts by language; '' asks nothing. ``model_types`` are the values of a config's ``model_type`` it is for.

    ``tweet`` is empty where a family has no social voice; ``is_chat`` puts prompts into the model's chat template.
    """

    model_types: tuple[str, ...]
    is_chat: bool
    max_new_tokens: int
    description: dict[str, str]
    tweet: dict[str, str]


def family_of(model_type: str, *, has_chat_template: bool) -> Family | None:
    """The family with a file for this type, else the common one for chat models, else None."""
    own = next((family for family in _families().values() if model_type in family.model_types), None)
    return own or (_families()[_CHAT] if has_chat_template else None)


def own_model_types() -> list[str]:
    """The types that need no chat template."""
    return [name for family in _families().values() for name in family.model_types]


@cache
def _families() -> dict[str, Family]:
    adapter = TypeAdapter(Family)
    files = sorted((resources.files("emotigram") / "data" / "vlm").iterdir(), key=lambda path: path.name)
    return {
        path.name.removesuffix(".toml"): adapter.validate_python(tomllib.loads(path.read_text("utf-8")), extra="forbid")
        for path in files
        if path.name.endswith(".toml")
    }
