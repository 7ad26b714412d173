"""What is verified of every finished post."""

from __future__ import annotations

from dataclasses import replace

import regex

from emotigram.domain import Brief, Check, Language, Platform, Post
from emotigram.publishing.counting import count, title_units

_LEAST_IN_SCRIPT = 0.5  # names and loan words may be in another script, most letters not
_NOT_WORDS = regex.compile(r"https?://\S+|[#＃@][\p{L}\p{M}\p{N}_]+")


def check(post: Post, brief: Brief) -> Post:
    """The post with its checks: length, soft_length, title, hashtags, language."""
    platform, language = brief.platform, brief.language
    share = share_in_script(f"{post.title}\n{post.text}", language)
    return replace(
        post,
        checks=(
            _length(post, platform),
            _soft_length(post, platform, language),
            _at_most("title", title_units(post.title), platform.title_limit),
            _at_most("hashtags", len(post.hashtags), platform.hashtag_limit),
            Check("language", share >= _LEAST_IN_SCRIPT, share, _LEAST_IN_SCRIPT),
        ),
    )


def share_in_script(text: str, language: Language) -> float:
    """Share in [0, 1] of the letters that are the language's own; 1 where there are none to judge by."""
    words = _NOT_WORDS.sub("", text)
    letters = len(regex.findall(r"\p{L}", words))
    own = len(regex.findall(rf"(?=\p{{L}}){language.script}", words))
    return own / letters if letters else 1.0


def _at_most(name: str, figure: int, limit: int) -> Check:
    return Check(name, figure <= limit, figure, limit)


def _length(post: Post, platform: Platform) -> Check:
    figure = count(post.full_text, platform)
    return Check(
        "length", figure > 0 and (figure <= platform.text_limit or not platform.text_limit), figure, platform.text_limit
    )


def _soft_length(post: Post, platform: Platform, language: Language) -> Check:
    """Figure in characters of the text alone; the limit is the bound it is nearer to breaking."""
    figure = len(post.text)
    fewest, most = platform.soft_lengths.get(language.lengths_like, (1, platform.text_limit or figure))
    return Check("soft_length", fewest <= figure <= most, figure, fewest if figure < fewest else most)
