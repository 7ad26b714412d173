"""Where the command line's words go: results to stdout, errors and progress to stderr."""

from __future__ import annotations

import json
import sys
import traceback
from collections.abc import Iterable, Mapping, Sequence
from pathlib import PurePath
from types import TracebackType

from pydantic_core import to_jsonable_python
from rich.console import Console
from rich.live import Live
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.text import Text

from emotigram.apps.cli.printable import printable
from emotigram.apps.cli.render import Renderer, usage_line
from emotigram.domain import Plan, Post, Reading
from emotigram.errors import EmotiGramError
from emotigram.schemas.answers import PhotoInfo, PlanInfo, PostInfo, ReadingInfo
from emotigram.schemas.base import Answer
from emotigram.texts import say


class Terminal:
    """Shows results as they come, for people or as JSON lines; a context manager around the progress bar."""

    def __init__(
        self, language: str, *, as_json: bool = False, debug: bool = False, photos: int = 1, explain: bool = False
    ) -> None:
        self.language = language
        self._explain = explain
        self._as_json = as_json
        self._debug = debug
        self._results = Console(highlight=False, markup=False, emoji=False)
        self._errors = Console(stderr=True, highlight=False, markup=False, emoji=False)
        self._progress = Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            console=self._errors,
            transient=True,
            disable=photos < 2 or not self._errors.is_terminal,
            redirect_stdout=False,
            redirect_stderr=False,
        )
        self._task = self._progress.add_task(say("cli.reading", language), total=photos)

    def __enter__(self) -> Terminal:
        self._progress.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._progress.stop()

    def show(self, reading: Reading, post: Post | None) -> None:
        """Print one photo's results."""
        self._progress.stop()  # both may be the same terminal
        if self._as_json:
            parts: dict[str, Answer] = {"reading": ReadingInfo.of(reading, self.language)}
            print_answers(parts | ({"post": PostInfo.of(post, self.language)} if post else {}))
        else:
            Renderer(self._results, self.language, self._explain).show(reading, post)
        self._progress.start()
        self._progress.advance(self._task)

    def last_of(self, posts: Iterable[Post]) -> Post:
        """The finished post; its words are shown as they arrive where stderr is a terminal, and vanish then."""
        self._progress.stop()
        arriving = self._errors.is_terminal and not self._as_json
        with Live(console=self._errors, transient=True, redirect_stdout=False, redirect_stderr=False) as live:
            for post in posts:
                if arriving:
                    live.update(Text(printable(post.full_text), "dim"), refresh=True)
        return post

    def show_plan(self, reading: Reading, plan: Plan) -> None:
        """Print what would be sent for one photo, and about what it would cost."""
        self._progress.stop()
        if self._as_json:
            print_answers({"photos": [PhotoInfo.of(each) for each in reading.photos], "plan": PlanInfo.of(plan)})
        else:
            photos = ", ".join(PurePath(photo.source).name for photo in reading.photos)
            head = say("cli.plan", self.language, server=plan.server, model=plan.model, photo=photos)
            self._results.print(Text(printable(head), "bold"), soft_wrap=True)
            for role, words in plan.messages:
                self._results.print(Text(f"\n[{role}]", "cyan"))
                self._results.print(Text(printable(words)), soft_wrap=True)
            self._results.print(Text(f"\n{usage_line(plan.usage, self.language)}", "bold"), soft_wrap=True)
        self._progress.start()
        self._progress.advance(self._task)

    def show_failure(self, error: EmotiGramError) -> None:
        """Print a failed photo's error and go on."""
        self.show_error(error)
        self._progress.advance(self._task)

    def show_error(self, error: EmotiGramError) -> None:
        """Print an error in one line and its hint in another; the traceback before them where it was asked for."""
        if self._debug:
            report = traceback.TracebackException.from_exception(error)
            report.__notes__ = []  # the hint has its own line below
            self._errors.print(Text(printable("".join(report.format()))), soft_wrap=True)
        what = printable(error.message(self.language)).replace("\n", " ")
        hint = printable(error.hint(self.language)).replace("\n", " ")
        line = Text.assemble((f"{say('cli.error', self.language)} ", "bold red"), what)
        self._errors.print(line, soft_wrap=True)
        self._errors.print(Text(f"  {hint}", "dim"), soft_wrap=True)


def print_answers(parts: Mapping[str, Answer | Sequence[Answer]]) -> None:
    """Print answers by name as one JSON object on one line of stdout."""
    print_json(to_jsonable_python(parts))


def print_json(value: object) -> None:
    """Print one JSON object on one line of stdout, escaped where stdout cannot hold every character."""
    can_hold_all = (sys.stdout.encoding or "").lower().replace("-", "") == "utf8"
    print(json.dumps(value, ensure_ascii=not can_hold_all), flush=True)
