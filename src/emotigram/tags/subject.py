"""The subject of a sentence by its own name: where a pug is sure, "a dog" becomes "a pug"."""

from __future__ import annotations

import re
from collections.abc import Sequence

from emotigram.domain import Tag
from emotigram.tags.vocabulary import broader_chain, tag_entries, trained_entries

_ARTICLE = re.compile(r"^(?:an?|the) ")


def with_subject(sentence: str, tags: Sequence[Tag], language: str) -> str:
    """The sentence with the word for a kind made the name of the thing, where exactly one of that kind is sure.

    Only the first such word, and only in the singular: of two dogs one may be another.
    """
    for tag in tags:
        kinds = [kind for kind in broader_chain(tag.key) if kind != tag.key and kind in trained_entries()]
        if tag.key in trained_entries() or not kinds or _is_said(tag, sentence, language):
            continue
        rivals = [other for other in tags if other is not tag and kinds[0] in broader_chain(other.key)]
        if not rivals:
            sentence = _renamed(sentence, tag, kinds[0], language)
    return sentence


def _is_said(tag: Tag, sentence: str, language: str) -> bool:
    name = _ARTICLE.sub("", tag.names[language])
    return name in sentence or any(word in sentence.lower() for word in tag_entries()[tag.key][f"words_{language}"])


def _renamed(sentence: str, tag: Tag, kind: str, language: str) -> str:
    name, words = _ARTICLE.sub("", tag.names[language]), tag_entries()[kind][f"words_{language}"]
    if language == "zh":
        if re.search(r"[两二三四五几多群些]", sentence):
            return sentence
        longest = sorted(words, key=len, reverse=True)
        said = rf"小?(?:{'|'.join(map(re.escape, longest))}){{1,2}}{re.escape(name[-1])}?"
        return re.sub(said, name, sentence, count=1)
    singular = [word for word in words if f"{word}s" in words or word == _ARTICLE.sub("", tag_entries()[kind]["en"])]
    if not singular or re.search(r"\b(?:two|three|four|several|many|group|dogs|other|another)\b", sentence.lower()):
        return sentence
    found = re.search(rf"\b(?:(An?) |(an?) )?((?:\w+ )??)({'|'.join(map(re.escape, singular))})\b", sentence)
    if not found:
        return sentence
    upper, lower, between, _ = found.groups()
    if (upper or lower) and not between:
        said = ("A" if upper else "a") + ("n" if name[0].lower() in "aeiou" else "") + f" {name}"
    else:
        said = found[0][: found.start(4) - found.start()] + name
    return sentence[: found.start()] + said + sentence[found.end() :]
