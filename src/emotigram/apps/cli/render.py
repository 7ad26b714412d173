"""Readings and posts for people: what the command line shows of one photo."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import PurePath

from rich.console import Console, RenderableType
from rich.progress_bar import ProgressBar
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from emotigram import catalogue
from emotigram.apps.check_words import finding
from emotigram.apps.cli.explain import explanation
from emotigram.apps.cli.printable import printable
from emotigram.apps.feelings import feeling, likely_emotions
from emotigram.domain import Note, Post, Reading, Sentiment, Usage
from emotigram.texts import say

_COLOURS = {"negative": "red", "neutral": "yellow", "positive": "green"}
_BAR_COLUMNS = 24
_WIDEST = 100  # longer lines are hard to read


class Renderer:
    """Prints photos, readings and posts to a console in one interface language; ``explain``: why each post won."""

    def __init__(self, console: Console, language: str, explain: bool = False) -> None:
        self._console = console
        self._language = language
        self._explain = explain

    def show(self, reading: Reading, post: Post | None) -> None:
        """Print all about one photo, and the post exactly as it is pasted."""
        for photo in reading.photos:
            self._head(f"{PurePath(photo.source).name} · {photo.width_px}×{photo.height_px}", "bold")
        self._table(self._reading_rows(reading))
        if post is None:
            self._table(self._note_rows(reading.notes))
        if post is not None:
            self._show_post(post)
        self._console.print()

    def _show_post(self, post: Post) -> None:
        self._console.print()
        self._head(" · ".join(self._circumstances(post)), "cyan")
        if post.title:
            self._plain(post.title, "bold")
            self._console.print()
        self._plain(post.full_text)
        self._console.print()
        self._table(self._post_rows(post))
        if self._explain:
            for table in explanation(post, self._language):
                self._console.print()
                self._console.print(table, width=min(self._console.width, _WIDEST))

    def _circumstances(self, post: Post) -> list[str]:
        return [
            self._say("post"),
            self._name(catalogue.platform(post.platform).names),
            catalogue.language(post.language).native_name,
            self._name(catalogue.style(post.style).names),
        ]

    def _reading_rows(self, reading: Reading) -> Iterator[tuple[str, RenderableType]]:
        yield self._say("description"), self._both_languages(reading.description)
        if reading.tweet:
            yield self._say("tweet"), Text(printable(reading.tweet), "italic")
        yield self._say("sentiment"), self._verdict(reading.affect.sentiment)
        if not reading.affect.sentiment.is_unclear:
            yield "", self._bars(reading.affect.sentiment)
        if reading.mood_reason:
            yield self._say("reason"), Text(printable(reading.mood_reason.message(self._language)), "dim")
        if emotions := likely_emotions(reading.affect, self._language):
            yield self._say("emotion"), Text(" · ".join(f"{name} {value:.0%}" for name, value in emotions))
        if told := feeling(reading.affect, self._language):
            yield self._say("feeling"), Text(told)
        if reading.seen_text:
            yield self._say("seen_text"), Text(printable(reading.seen_text))
        if reading.tags:
            yield self._say("tags"), Text(" · ".join(self._name(tag.names) for tag in reading.tags))

    def _post_rows(self, post: Post) -> Iterator[tuple[str, RenderableType]]:
        if post.alt_text:
            yield self._say("alt_text"), Text(printable(post.alt_text))
        for check in post.checks:
            if not check.passed:
                yield self._say("check"), Text(printable(finding(check, self._language)), "red")
        if post.usage:
            yield self._say("usage"), Text(usage_line(post.usage, self._language), "dim")
        yield from self._note_rows(post.notes)

    def _note_rows(self, notes: tuple[Note, ...]) -> Iterator[tuple[str, RenderableType]]:
        for note in notes:
            yield self._say("note"), Text(printable(note.message(self._language)), "dim")

    def _both_languages(self, texts: Mapping[str, str]) -> Text:
        ordered = sorted(texts.items(), key=lambda pair: pair[0] != self._language)
        lines = [Text(printable(text), "" if at == 0 else "dim") for at, (_, text) in enumerate(ordered)]
        return Text("\n").join(lines)

    def _verdict(self, sentiment: Sentiment) -> Text:
        if sentiment.is_ambiguous:
            return Text(self._say("ambiguous"), "bold")
        return Text(say(f"sentiment.{sentiment.label}", self._language), f"bold {_COLOURS[sentiment.label]}")

    def _bars(self, sentiment: Sentiment) -> Table:
        bars = Table.grid(padding=(0, 1))
        bars.add_column(min_width=8)
        bars.add_column(width=_BAR_COLUMNS)
        bars.add_column(justify="right", min_width=4)
        for label, value in reversed(sentiment.probabilities.items()):
            colour = _COLOURS[label]
            bar = ProgressBar(1.0, value, _BAR_COLUMNS, complete_style=colour, finished_style=colour)
            bars.add_row(say(f"sentiment.{label}", self._language), bar, f"{value:.0%}")
        return bars

    def _head(self, title: str, style: str) -> None:
        width = min(self._console.width, _WIDEST)
        self._console.print(Rule(Text(printable(title), style), align="left", style="dim"), width=width)

    def _table(self, rows: Iterator[tuple[str, RenderableType]]) -> None:
        table = Table.grid(padding=(0, 2))
        table.add_column(style="dim", no_wrap=True, min_width=12)
        table.add_column(overflow="fold")
        for label, value in rows:
            table.add_row(label, value)
        if table.rows:
            self._console.print(table, width=min(self._console.width, _WIDEST))

    def _plain(self, text: str, style: str = "") -> None:
        # Unwrapped and unindented: it must survive being copied from the terminal or piped to a file.
        self._console.print(Text(printable(text), style), soft_wrap=True)

    def _name(self, names: Mapping[str, str]) -> str:
        return names.get(self._language) or next(iter(names.values()), "")

    def _say(self, key: str) -> str:
        return say(f"cli.{key}", self._language)


def usage_line(usage: Usage, language: str) -> str:
    """Tokens and cost in one line, such as ``812 + 310 tokens · 0.0021 CNY``."""
    values = {"prompt": usage.prompt_tokens, "answer": usage.answer_tokens, "cached": usage.cached_tokens}
    told = say("cli.tokens_estimated" if usage.is_estimate else "cli.tokens", language, **values)
    if usage.cost is None:
        return f"{told} · {say('cli.cost_unknown', language)}"
    return f"{told} · {usage.cost:.4g} {usage.currency}"
