"""Tweets lose whom they are for and where they come from, and keep what they say."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from emotigram.training.captioner_lora.tweets import clean_tweet

EMOJI = ["😀", "👍🏽", "👩‍👩‍👧‍👦", "🏳️‍🌈", "🇩🇪", "1️⃣", "#️⃣", "❤️", "🏴󠁧󠁢󠁳󠁣󠁴󠁿", "🫶🏿"]
SIGNS = ["@", "＠", ":", " : ", "# ", " ' s", '"', "' ", "(", " )", "!", " !", " . ", "$ 5", "…", " ", "\n", "\ufffd"]
PIECES = [
    *EMOJI,
    *SIGNS,
    *("RT", "rt", "#RT", "via", "@ann_b", "@ ann_b", "me@home.org", "&amp;", "& amp ;", "amp", "lt 3", "&#82;T"),
    *("http", "https://t.co/Ab1", "http : / / t . co / Ab1", "htt…", "http:/", "www.", "t.co/"),
    *("16 . 5", "sun", "day", "5", "海", "T", "R"),
]
REST = re.compile(r"(?i)https?:|(?<![a-z])htt|[@＠]|\ufffd|(?<![a-z0-9_])(?-i:RT)(?![A-Za-z0-9_])")


@pytest.mark.parametrize(
    ("tweet", "cleaned"),
    [
        ("RT @ann_b: the sea at dawn", "the sea at dawn"),
        ("RT @ ann_b : the sea at dawn !", "the sea at dawn!"),
        ("RT @ ann of b : the sea", "the sea"),
        ("So true. RT @ann: look up", "So true. look up"),
        ("RT if you like rain", "if you like rain"),
        ("morning run with @ann and @ bob", "morning run with and"),
        ("soup via @ann", "soup"),
        ("soup https://t.co/Ab1 today", "soup today"),
        ("soup http : / / t . co / Ab1", "soup"),
        ("soup http…", "soup"),
        ("soup htt\ufffd\ufffd", "soup"),
        ("soup pic.twitter.com/Ab1", "soup"),
        ("write to me@home.org now", "write to now"),
        ("salt &amp; pepper &lt;3", "salt & pepper <3"),
        ("salt & amp ; pepper", "salt & pepper"),
        ("salt amp pepper , lt 3 !", "salt & pepper, <3!"),
        ("a new guitar amp for me", "a new guitar amp for me"),
        ("wow ! ! !", "wow!!!"),
        ("I don ' t know , it ’ s late", "I don't know, it’s late"),
        ("# ThankATeacher for 16 . 5 years at 7 : 30 for $ 5", "#ThankATeacher for 16.5 years at 7:30 for $5"),
        ('she said " so be it " and " go "', 'she said "so be it" and "go"'),
        ("‘ The Boat ’ ( a film )", "‘The Boat’ (a film)"),
        ("so happy : ) today", "so happy :) today"),
        ("caf\ufffd\ufffd time", "caf time"),
        ("family 👩‍👩‍👧‍👦🇩🇪👍🏽 @ann", "family 👩‍👩‍👧‍👦🇩🇪👍🏽"),
        ("number @1️⃣ \n now", "number 1️⃣ now"),
        ("RT @ann : http://t.co/x", ""),
        ("…", ""),
        ("", ""),
        ("😀", "😀"),
        ("RTX cards and #ART", "RTX cards and #ART"),
        ("海边 RT@小明", "海边 小明"),
    ],
)
def test_tweets_are_cleaned(tweet: str, cleaned: str) -> None:
    assert clean_tweet(tweet) == cleaned


@given(st.lists(st.sampled_from(PIECES) | st.text(max_size=4), max_size=12).map("".join))
def test_cleaning_is_done_at_once_and_leaves_nothing_to_clean(tweet: str) -> None:
    cleaned = clean_tweet(tweet)
    assert clean_tweet(cleaned) == cleaned
    assert not REST.search(cleaned)
    assert cleaned == " ".join(cleaned.split())


@given(st.lists(st.sampled_from(PIECES), max_size=12), st.sampled_from(["", " "]))
def test_emoji_survive_whole_and_in_order(pieces: list[str], between: str) -> None:
    cleaned = clean_tweet(between.join(pieces))
    place = 0
    for emoji in (piece for piece in pieces if piece in EMOJI):
        place = cleaned.index(emoji, place) + len(emoji)
