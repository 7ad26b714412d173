"""Any reading there may be, for property tests."""

from __future__ import annotations

from datetime import UTC

from hypothesis import strategies as st

from emotigram.domain import EMOTIONS, Affect, Note, PhotoFacts, Reading, Sentiment, Tag

CHANCES = st.floats(0, 1)
WORDS = st.text(max_size=20)
BY_LANGUAGE = st.dictionaries(st.sampled_from(["en", "zh", "zh-TW", "es"]), WORDS, max_size=3)
TIMES = st.none() | st.datetimes() | st.datetimes(timezones=st.just(UTC))


def _sentiment(parts: tuple[float, float, float]) -> Sentiment:
    total = sum(parts)
    return Sentiment(*(part / total for part in parts))


SENTIMENTS = st.tuples(*[st.floats(0.01, 1)] * 3).map(_sentiment)
AFFECTS = st.builds(
    Affect,
    SENTIMENTS,
    st.dictionaries(st.sampled_from(EMOTIONS), CHANCES),
    st.none() | st.floats(-1, 1),
    st.none() | st.floats(-1, 1),
)
TAGS = st.builds(Tag, WORDS, st.none() | CHANCES, BY_LANGUAGE, WORDS)
NOTES = st.sampled_from([Note("language", {"wanted": "Deutsch", "written": "中文"})])
PHOTOS = st.builds(
    PhotoFacts, WORDS, st.text("0123456789abcdef", min_size=64, max_size=64), st.integers(1), st.integers(1), TIMES
)
READINGS = st.builds(
    Reading,
    description=BY_LANGUAGE,
    tweets=BY_LANGUAGE,
    tags=st.lists(TAGS, max_size=3).map(tuple),
    affect=AFFECTS,
    read_by=BY_LANGUAGE,
    user_text=WORDS,
    notes=st.lists(NOTES, max_size=2).map(tuple),
    seen_text=WORDS,
    look=WORDS,
    photos=st.lists(PHOTOS, max_size=3).map(tuple),
)
