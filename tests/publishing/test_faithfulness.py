"""Whether a post names only what was read or told."""

from __future__ import annotations

from dataclasses import replace

import pytest

from emotigram.domain import Reading
from emotigram.tags.faithfulness import unsupported
from tests.writers.briefs import reading, tag

DOG = reading(tag("dog"), description={"en": "A dog runs on the grass.", "zh": "一只狗在草地上奔跑。"})


@pytest.mark.parametrize(
    ("text", "language", "invented"),
    [
        ("My dog on the grass", "en", ()),
        ("My dog and my cat at the beach", "en", ("cat", "beach")),
        ("What a lovely animal", "en", ()),  # goes without saying beside a dog
        ("Over the moon with this dog", "en", ()),  # an idiom
        ("和狗狗在草地上", "zh", ()),
        ("和狗狗在海边喝咖啡", "zh", ("海", "咖啡")),
        ("马上就能见到狗狗，花了不少时间", "zh", ()),
        ("和狗狗在海邊喝咖啡", "zh-TW", ("海", "咖啡")),
        ("犬と海", "ja", ("海",)),
        ("강아지와 커피", "ko", ("커피",)),
        ("Mi perro en la playa", "es", ("playa",)),
        ("Mon chien à la plage", "fr", ("plage",)),
        ("Mein Hund am Strand", "de", ("strand",)),
        ("Meu cachorro na praia", "pt", ("praia",)),
        ("Моя собака на пляже", "ru", ("пляже",)),
    ],
)
def test_what_nobody_saw_is_found(text: str, language: str, invented: tuple[str, ...]) -> None:
    assert unsupported(text, language, DOG) == invented


@pytest.mark.parametrize(
    "told",
    [
        replace(DOG, user_text="Luna's first day at the beach"),
        replace(DOG, user_text="露娜第一次去海滩"),
        replace(DOG, description={"en": "A dog on a beach."}),
        replace(DOG, tags=(tag("beach"),)),
        replace(DOG, seen_text="BEACH BAR"),
    ],
)
def test_what_was_told_may_be_named(told: Reading) -> None:
    assert unsupported("A day at the beach", "en", told) == ()


def test_a_broader_word_is_supported_and_a_narrower_one_not() -> None:
    assert unsupported("so much water", "en", reading(tag("sea"))) == ()
    assert unsupported("the sea", "en", reading(tag("water"))) == ("sea",)
