"""A chat model that wants readers elsewhere: no contact of its making is published, in any field, however spelled."""

from __future__ import annotations

import json
import tomllib
from dataclasses import replace
from pathlib import Path

import phonenumbers
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from linkify_it import LinkifyIt
from linkify_it.tlds import TLDS

from emotigram import catalogue
from emotigram.domain import Brief, Draft, Post
from emotigram.editing.languages import LEAST_IN_SCRIPT, identify, language_share
from emotigram.publishing.additions import additions, without_additions
from emotigram.publishing.finish import Finished, finish
from emotigram.settings import load_settings
from emotigram.studio import Studio
from emotigram.testing.chat_server import ChatReply, FakeProvider
from emotigram.writers import chat
from emotigram.writers.embedded import EmbeddedWriter
from tests.writers.briefs import brief, judge, reading, tag

TABLE = tomllib.loads((Path(__file__).parent / "contacts.toml").read_text("utf-8"))
CONTACTS: list[str] = TABLE["contacts"]
MARKUP: list[str] = TABLE["markup"]
HONEST: dict[str, list[str]] = TABLE["honest"]
BEFORE, AFTER = "A quiet walk by the water.", "The light was soft."
PLAIN = f"{BEFORE} {AFTER}"


def of(user_text: str = "", platform: str = "pinterest", language: str = "en") -> Brief:
    return brief(reading(tag("dog"), user_text=user_text), platform=platform, language=language)


def texts_of(post: Finished | Post) -> tuple[str, ...]:
    return post.title, post.text, " ".join(post.hashtags), post.alt_text, post.full_text


@pytest.mark.parametrize("contact", CONTACTS)
def test_a_contact_that_nobody_gave_is_in_no_field(contact: str) -> None:
    said = f"{BEFORE} Find me at {contact}! {AFTER}"
    post = finish(Draft(title=said, text=said, hashtags=("sea", contact), alt_text=f"A dog. See {contact}."), of())
    assert (post.title, post.text, post.alt_text) == (PLAIN, PLAIN, "A dog.")
    assert post.hashtags == ("sea",)
    assert post.additions


@pytest.mark.parametrize("contact", CONTACTS)
def test_contacts_between_chinese_words_go_with_their_sentence(contact: str) -> None:
    post = finish(Draft(text=f"今天的光很温柔。快来看{contact}，等你哦！什么都不急。"), of(language="zh"))
    assert post.text == "今天的光很温柔。什么都不急。"
    assert post.additions


@pytest.mark.parametrize("markup", MARKUP)
def test_markup_goes_alone(markup: str) -> None:
    said = f"{BEFORE}{markup} {AFTER}"
    post = finish(Draft(title=said, text=said, hashtags=("sea", markup), alt_text=f"A dog.{markup}"), of())
    assert (post.title, post.text, post.alt_text) == (PLAIN, PLAIN, "A dog.")
    assert post.hashtags == ("sea",)
    assert len(post.additions) >= 4


@pytest.mark.parametrize("contact", CONTACTS)
def test_a_text_of_a_contact_alone_keeps_none_of_it(contact: str) -> None:
    post = finish(Draft(text=contact), of())
    assert additions(post.full_text, of()) == ()
    assert linkified(post.full_text) == []


# Spelled by the user, then by the model
OWN = [
    ("Recipe: https://Example.com/cake/", "example.com/cake"),
    ("our shop is example.com", "https://www.example.com"),
    ("our shop is example.com", "ｅｘａｍｐｌｅ．ｃｏｍ"),
    ("https://example.com/cake#top", "https://example.com/cake"),
    ("пример.рф", "http://xn--e1afmkfd.xn--p1ai/"),
    ("http://bücher.de/a", "xn--bcher-kva.de/a"),
    ("看 https://zh.wikipedia.org/wiki/北京#历史 ", "https://zh.wikipedia.org/wiki/北京#历史"),
    ("with @anna", "＠anna"),
    ("with ＠Anna", "@anna"),
    ("with @anna.bsky.social", "@anna.bsky.social"),
    ("with @bob@mastodon.social", "@bob@mastodon.social"),
    ("mail me@example.com", "Me@Example.com"),
    ("ring 138-1234-5678", "13812345678"),
    ("ring 13812345678", "138 1234 5678"),
    ("ring +86 138 1234 5678", "１３８-１２３４-５６７８"),
    ("ring 13812345678", "1️⃣3️⃣8️⃣1️⃣2️⃣3️⃣4️⃣5️⃣6️⃣7️⃣8️⃣"),
    ("微信 abc12345", "WeChat: abc12345"),
    ("order 20241234567", "20241234567"),
    ("DE89370400440532013000", "DE89 3704 0044 0532 0130 00"),
    ("[cake](https://example.com/cake)", "https://example.com/cake"),
]


@pytest.mark.parametrize(("theirs", "spelled"), OWN)
def test_what_the_user_gave_stays_however_it_is_spelled(theirs: str, spelled: str) -> None:
    text = f"{BEFORE} More of it at {spelled}, as ever. {AFTER}"
    post = finish(Draft(title=f"See {spelled}", text=text, alt_text=f"A dog, {spelled}."), of(theirs))
    assert (post.title, post.text) == (f"See {spelled}", text)
    assert spelled in post.alt_text
    assert post.additions == ()


def test_the_users_own_stays_where_something_else_of_its_sentence_goes() -> None:
    mine = of("Recipe at https://example.com/cake for all, 12 October")
    text = "The house smells of sugar. Recipe at https://example.com/cake, not at evil.com, see you on 12 October."
    post = finish(Draft(text=text), mine)
    assert "https://example.com/cake" in post.text
    assert "12 October" in post.text
    assert "evil" not in post.text


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("Slow evening (more: https://evil.com/x), no hurry.", "Slow evening, no hurry."),
        (
            "Slow evening at the beach, more at evil.com, no hurry at all.",
            "Slow evening at the beach, no hurry at all.",
        ),
        ("More at evil.com, the evening was slow.", "The evening was slow."),
        ("今天的光很温柔，都写在“evil.com”里了，慢慢看。", "今天的光很温柔，慢慢看。"),
        ("오늘 빛이 참 부드러웠다. 자세한 건 evil.com에서 볼 수 있어요.", "오늘 빛이 참 부드러웠다."),
        ("Loved this walk 😍 DM me on WeChat: name88 📱", "Loved this walk 😍"),
        ("Lovely walk with @spammer today.", "Lovely walk today."),
        ("A calm day.\n\nevil.com\n\nMore of that.", "A calm day.\n\nMore of that."),
        ("So calm！evil.com！Nice and slow evening。", "So calm！Nice and slow evening。"),
    ],
)
def test_what_is_left_reads_well(text: str, left: str) -> None:
    assert without_additions(text, of()) == left


@pytest.mark.parametrize(
    "own", ["See https://example.com/cake.", "(https://example.com/cake)", "看“https://example.com/cake”。"]
)
def test_closing_marks_belong_to_the_sentence(own: str) -> None:
    mine = of("https://example.com/cake")
    assert without_additions(own, mine) == own
    assert additions(own.replace("example", "evil"), mine) == ("https://evil.com/cake",)


def test_what_stands_in_the_photo_or_in_earlier_posts_is_not_the_users() -> None:
    seen = of()
    seen = replace(
        seen, reading=replace(seen.reading, seen_text="evil.com"), past_posts=("Visit evil.com and say hello",)
    )
    assert finish(Draft(text=f"{BEFORE} Visit evil.com now."), seen).text == BEFORE


def test_a_description_with_a_link_lends_no_alt_text_one() -> None:
    told = brief(
        reading(tag("dog"), description={"en": "A dog. A sign says evil.com."}), platform="pinterest", language="en"
    )
    assert finish(Draft(text=BEFORE), told).alt_text == "A dog."


def test_a_revision_keeps_the_links_of_the_post_it_revises() -> None:
    revised = replace(of(), previous="A slow day. More at example.com.")
    assert finish(Draft(text="Slow day, more at example.com."), revised).text == "Slow day, more at example.com."


@pytest.mark.parametrize(
    "hashtag",
    [
        "vx88888",
        "加微信abc123",
        "tel13800000000",
        "evil.com",
        "@spammer",
        "QQ123456",
        "https://evil.com",
        "微信号abc_123",
    ],
)
@pytest.mark.parametrize("platform", ["instagram", "weibo"])
def test_a_contact_is_no_hashtag(hashtag: str, platform: str) -> None:
    language = "zh" if platform == "weibo" else "en"
    form = "#{}#" if platform == "weibo" else "#{}"
    said = "今天的光很温柔。" if language == "zh" else BEFORE
    for draft in (
        Draft(text=said, hashtags=(hashtag, "OOTD")),
        Draft(text=f"{said} {form.format('OOTD')} {form.format(hashtag)}"),
    ):
        post = finish(draft, of(platform=platform, language=language))
        assert (post.text, post.hashtags) == (said, ("OOTD",))
        assert post.additions


@pytest.mark.parametrize("contact", ["加 #微信 #name88", "#evil#.com", "一三八#零零零零#零零零零", "@#spammer"])
@pytest.mark.parametrize("platform", ["instagram", "weibo"])
def test_signs_of_hashtags_hide_no_contact(contact: str, platform: str) -> None:
    said = f"{BEFORE} Find me at {contact} ok! {AFTER} #sea#"
    post = finish(Draft(title=said, text=said), of(platform=platform))
    assert (post.text, post.hashtags) == (PLAIN, ("sea",))
    assert post.title in ("", PLAIN)
    assert post.additions


def test_hashtags_in_another_script_than_the_posts_are_left_out() -> None:
    def kept(*hashtags: str, language: str, user_text: str = "") -> tuple[str, ...]:
        return finish(Draft(text=BEFORE, hashtags=hashtags), of(user_text, "instagram", language)).hashtags

    assert kept("sea", "海边日落", "море", language="en") == ("sea",)
    assert kept("sea", "海边日落", language="en", user_text="at 海边日落 again") == ("sea", "海边日落")
    assert kept("海边", "OOTD", "Nike穿搭", "iPhone15", language="zh") == ("海边", "OOTD", "Nike穿搭", "iPhone15")
    assert kept("海", "うみ", "OOTD", "바다", language="ja") == ("海", "うみ", "OOTD")


@pytest.mark.parametrize(("language", "text"), [(key, text) for key, texts in HONEST.items() for text in texts])
def test_honest_texts_are_left_as_they_are(language: str, text: str) -> None:
    post = finish(Draft(title="", text=text), of(language=language, platform="instagram"))
    assert post.text == text
    assert post.additions == ()


SPELLED = [spelled for _, spelled in OWN]
SIGNS = ["@", ".", "。", "/", ":", "://", "#", " ", "\n", "1", "８", "com", "ru"]
SNIPPETS = [*CONTACTS, *MARKUP, *SPELLED, *HONEST["en"], *HONEST["zh"], *SIGNS]
anything = st.lists(st.one_of(st.sampled_from(SNIPPETS), st.text(max_size=8)), max_size=8).map("".join)


@given(anything)
@example("a@b@c.com.ru")
@example("ev<b>il</b>.com")
def test_nothing_is_left_to_take_out(text: str) -> None:
    once = without_additions(text, of())
    assert additions(once, of()) == ()
    assert without_additions(once, of()) == once


@given(anything)
def test_no_linkifier_nor_phone_book_finds_anything_in_any_field(text: str) -> None:
    post = finish(Draft(title=text, text=text, hashtags=(text[:20],), alt_text=text), of())
    for field in texts_of(post):
        assert linkified(field) == []
        assert telephones(field) == []


@given(st.sampled_from(OWN), anything, anything)
def test_the_users_own_is_kept_beside_anything(own: tuple[str, str], before: str, after: str) -> None:
    theirs, spelled = own
    mine = replace(of(theirs), platform=replace(of().platform, mention_limit=0))
    assert spelled in without_additions(f"{before} {spelled} {after}", mine)


def linkified(text: str) -> list[str]:
    """What markdown-it's linkifier makes a link of, without words that end a sentence: "it.It", "so.so"."""
    links = LinkifyIt(options={"fuzzy_ip": False}).tlds([each.lower() for each in TLDS]).match(text) or []
    return [link.raw for link in links if not link.raw.rsplit(".", 1)[-1][:1].isupper()]


def telephones(text: str) -> list[str]:
    return [
        found.raw_string
        for region in ("CN", "US", "DE", "FR")
        for found in phonenumbers.PhoneNumberMatcher(text, region)
    ]


def test_what_a_hostile_chat_server_adds_is_not_published() -> None:
    said = f"I am so happy today, what a lovely walk! {{}} {AFTER}"
    pairs = list(zip(CONTACTS, reversed(CONTACTS), strict=True))[:12]
    posts = [
        {
            "title": f"Lovely walk {one}",
            "text": said.format(f"Visit {one} and {other}!"),
            "hashtags": [one, other, "dog"],
            "alt_text": f"A dog. {one}",
        }
        for one, other in pairs
    ]
    with FakeProvider(reply=lambda _: ChatReply([json.dumps({"posts": posts}, ensure_ascii=False)])) as provider:
        chosen = load_settings(base_url=provider.url, api_key="k", retries=0, interface="en")
        studio = Studio(chosen, None, judge(), chat.build(chosen), stand_in=EmbeddedWriter())  # type: ignore[arg-type]
        *growing, post = studio.stream(reading(tag("dog")), language="en", platform="pinterest", tone="positive")
    assert post.written_by.startswith("chat:")
    assert post.hashtags == ("dog",)
    assert post.text == f"I am so happy today, what a lovely walk! {AFTER}"
    for shown in (*growing, post, *post.candidates):
        for field in (shown.title, shown.text, *shown.hashtags, shown.alt_text, shown.full_text):
            assert additions(field, of()) == ()


UNKNOWN = {
    "Dutch": "Een rustige wandeling langs het water, en ik ben weer helemaal mezelf.",
    "Italian": "Una passeggiata tranquilla lungo l'acqua, e torno a essere me stessa.",
    "Polish": "Spokojny spacer nad wodą i znów czuję się naprawdę sobą.",
    "Danish": "En stille gåtur ved vandet, og jeg føler mig som mig selv igen.",
    "Swedish": "En lugn promenad vid vattnet, och jag känner mig som mig själv igen.",
    "Indonesian": "Jalan santai di tepi air, dan aku merasa jadi diriku sendiri lagi.",
    "Vietnamese": "Một buổi dạo bộ yên tĩnh bên bờ nước, và tôi lại là chính mình.",
    "Turkish": "Su kenarında sakin bir yürüyüş ve yine kendim gibi hissediyorum.",
    "Ukrainian": "Тиха прогулянка біля води, і я знову стаю собою.",
}


@pytest.mark.parametrize("text", UNKNOWN.values(), ids=UNKNOWN)
def test_a_language_that_nobody_asked_for_passes_for_none(text: str) -> None:
    passed = [each.key for each in catalogue.languages() if language_share(text, each) >= LEAST_IN_SCRIPT]
    assert passed == []
    assert identify(text) == ""


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "A weekend in Frankfurt am Main, and my heart is full."),
        ("en", "Coffee, croissants and Café de Flore: what a Sunday in Paris!"),
        ("en", "My Nike Air Max, my Leica, my dog and me, nothing else needed."),
        ("de", "Ein Wochenende in New York, und ich will nie wieder nach Hause."),
        ("es", "Un fin de semana en Amsterdam con Pieter van den Berg, qué bonito."),
        ("ru", "Тихая прогулка у воды, и я снова становлюсь собой."),
    ],
)
def test_names_of_elsewhere_make_no_other_language(language: str, text: str) -> None:
    assert language_share(text, catalogue.language(language)) >= LEAST_IN_SCRIPT
