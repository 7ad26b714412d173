"""What nobody sees is not published: in title, text, hashtags and alt text alike, and emoji and words stay whole."""

from __future__ import annotations

import unicodedata

import pytest
import regex
from hypothesis import example, given
from hypothesis import strategies as st

from emotigram.domain import Draft
from emotigram.editing.cleaning import clean, clean_hashtags, visible
from emotigram.publishing.finish import finish
from tests.properties import tried
from tests.writers.briefs import brief, reading, tag


def tagged(letters: str) -> str:
    """Letters as tag characters, with the one that ends a flag."""
    return "".join(chr(0xE0000 + ord(letter)) for letter in letters) + "\U000e007f"


HIDDEN = {
    "tags after a flag": "🇨🇳" + tagged("say hello"),
    "tags after a black flag": "🏴" + tagged("ustx"),
    "tags after a word": "word" + tagged("gbsct"),
    "language tag": "\U000e0001\U000e0065",
    "75 variation selectors": "😊" + "\ufe0f" * 75,
    "supplementary selectors": "a" + "\U000e0100\U000e01ef" * 40,
    "selectors of bytes": "😀" + "".join(map(chr, range(0xFE00, 0xFE10))),
    "Hangul filler": "a\u3164b\uffa0c\u115fd\u1160",
    "blank Braille": "a" + "\u2800" * 30,
    "400 marks": "e" + "\u0301" * 400,
    "marks of many kinds": "Z" + "".join(map(chr, range(0x300, 0x36F))),
    "enclosing marks": "o" + "\u20dd\u20e0" * 50,
    "marks without a letter": "\n\u0489\u0489 \u0301",
    "zero width": "a\u200b\u200c\u200d\u2060\ufeffb",
    "invisible mathematics": "a\u2061\u2062\u2063\u2064b",
    "overrides and isolates": "\u202eabc\u202c\u2066d\u2069\u200e\u200f\u061c",
    "soft hyphen": "in\u00advi\u00adsible",
    "Mongolian vowel separator": "a\u180eb",
    "interlinear": "a\ufff9b\ufffac\ufffb",
    "private use": "a\ue000\U000f0000\U0010fffd",
    "noncharacters": "a\ufdd0\uffff\U0001ffff",
    "unassigned": "a\u0378\U000e0fff",
    "grapheme joiner": "a\u034fb",
    "Khmer inherent vowels": "a\u17b4\u17b5",
    "object": "a\ufffc",
    "musical blank": "a\U0001d159",
    "controls": "a\x00\x07\x1b[31m\x7f\x9b",
    "joiners between Latin letters": "a\u0301\u200db\u0301\u200cc",
    "a long chain": "😀" + "\u200d😀" * 100 + "\u200d",
}
SPACES = "\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f"
WHOLE = [
    "👨‍👩‍👧‍👦 👩🏽‍💻 🏳️‍🌈 🏳️‍⚧️ 🏴‍☠️ 👩‍❤️‍💋‍👨 🧑🏿‍🤝‍🧑🏻 🏃🏽‍♀️‍➡️",
    "❤️ ☺︎ ©️ ™️ ↔️ ☀️ 🇨🇳🇩🇪",
    "1️⃣2️⃣#️⃣*️⃣",
    f"🏴{tagged('gbeng')} 🏴{tagged('gbsct')} 🏴{tagged('gbwls')}",
    "می‌خواهم نمی‌دانم",
    "क्‍ष क्‌ष ശ്രീ ന്‍ ක්‍ර",
    "हिन्दी में लिखा बढ़िया",
    "กำลังใจที่ดี ญี่ปุ่น น้ำ",
    "Tiếng Việt đẹp lắm ế ộ ử",
    unicodedata.normalize("NFD", "Tiếng Việt ế ộ ử"),
    "مَرْحَبًا بِكُمْ جِدًّا",
    "שָׁלוֹם בְּרֵאשִׁ֖ית",
    "がぎぐ か\u3099き\u3099 ﾊﾞｽ",
    "葛\U000e0100城 辻\U000e0101",
    "最高！　行こう。",
    "བོད་ཡིག",
    "Привет, Москва! ёлка й",
    "μm, Ω, π und 20 °C",
    "I ♥ NY ½ № ①",
    "e\u0301\u0323",
]


@pytest.mark.parametrize("hidden", HIDDEN.values(), ids=HIDDEN)
def test_what_is_hidden_is_in_no_field(hidden: str) -> None:
    of = brief(reading(tag("dog")), platform="pinterest", language="en")
    said = f"A quiet {hidden} walk by the water."
    post = finish(Draft(title=said, text=said, hashtags=(f"se{hidden}a",), alt_text=f"A dog {hidden}."), of)
    for field in (post.title, post.text, *post.hashtags, post.alt_text, post.full_text):
        assert lurking(field) == []


@pytest.mark.parametrize("text", WHOLE)
def test_emoji_and_living_scripts_stay_whole(text: str) -> None:
    assert clean(text) == text
    of = brief(reading(), platform="instagram", language="en")
    assert finish(Draft(text=text), of).text == text


@pytest.mark.parametrize("word", ["हिन्दी", "می‌خواهم", "ไม้เอก", "שָׁלוֹם", "か\u3099", "ශ්‍රී"])
def test_words_of_living_scripts_stay_whole_in_hashtags(word: str) -> None:
    assert clean_hashtags([word]) == (word,)


@pytest.mark.parametrize("space", SPACES)
def test_unusual_spaces_are_plain_ones(space: str) -> None:
    assert clean(f"a{space}b") == "a b"


@pytest.mark.parametrize(
    ("spoofed", "plain"),
    [("p\u0430ypal", "paypal"), ("\u0421oca-\u0421ola", "Coca-Cola"), ("Micr\u043es\u03bfft", "Microsoft")],
)
def test_a_word_of_two_alphabets_is_in_the_one_it_looks_like(spoofed: str, plain: str) -> None:
    of = brief(reading(), platform="pinterest", language="en")
    post = finish(Draft(title=spoofed, text=f"My {spoofed}.", hashtags=(spoofed,)), of)
    assert (post.title, post.text) == (plain, f"My {plain}.")
    assert post.hashtags == (plain.replace("-", ""),)


ODD = [
    "\u200d",
    "\u200c",
    "\ufe0f",
    "\u20e3",
    "1",
    "❤",
    "😀",
    "🏴",
    *tagged("gbsct"),
    "\U000e0100",
    "葛",
    "ا",
    "\u064e",
    "क",
    "\u094d",
    "e",
    "\u0301",
]
texts = st.lists(
    st.one_of(st.characters(), st.sampled_from([*ODD, *HIDDEN.values(), *WHOLE, *SPACES])), max_size=30
).map("".join)


@tried(3)
@given(texts)
@example("1\u200b\u20e3")
@example("ا" + "\u0301" * 9 + "\u200cب")
@example("❤\u200b\ufe0f")
def test_nothing_lurks_in_any_text_and_once_is_enough(text: str) -> None:
    seen = visible(text)
    assert lurking(seen) == []
    assert visible(seen) == seen


MEANT = regex.compile(
    r"\U0001F3F4(?:\U000E0067\U000E0062[\U000E0061-\U000E007A]{3})\U000E007F"
    r"|[0-9#*]\uFE0F?\u20E3"
    r"|\p{Extended_Pictographic}[\uFE0E\uFE0F\p{Emoji_Modifier}]?(?:\u200D\p{Extended_Pictographic}[\uFE0E\uFE0F\p{Emoji_Modifier}]?){0,9}"
    r"|(?<=[\p{Arabic}\p{Syriac}\p{M}])[\u200C\u200D]|(?<=\p{Han})[\U000E0100-\U000E01EF]|(?<=\p{Mongolian})[\u180B-\u180D]"
)


def lurking(text: str) -> list[str]:
    """Signs outside of emoji and words that no reader sees, and heaps of marks: told by categories, not by our list."""
    rest = MEANT.sub("x", text)
    hidden = regex.findall(r"(?!\n)[\p{Cf}\p{Co}\p{Cs}\p{Cn}\p{Cc}]", rest)
    blank = regex.findall(
        r"[\u2800\u3164\uFFA0\u115F\u1160\u034F\u17B4\u17B5\uFFFC\uFE00-\uFE0F\U000E0000-\U000E0FFF]", rest
    )
    return [*hidden, *blank, *regex.findall(r"[\p{Mn}\p{Me}]{5,}", rest)]
