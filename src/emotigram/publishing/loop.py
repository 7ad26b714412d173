"""The loop: candidates are finished, checked and ranked, the best is repaired where it fails, and reported."""

from __future__ import annotations

import math
import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from operator import add

from emotigram.chinese import converted
from emotigram.domain import Affect, Brief, Candidate, Draft, Note, Post, Usage
from emotigram.errors import BudgetSpent, ChatError, PostUnfit
from emotigram.ports import SentimentModel, Writer
from emotigram.publishing.checks import checks_of
from emotigram.publishing.finish import Finished, finish, preview
from emotigram.publishing.ranking import best_first, demerits, faults, is_publishable


@dataclass(frozen=True, slots=True)
class Loop:
    """Writes one post at a time with a writer whose work it checks.

    ``judge`` says what emotion the words carry, in the languages that it reads (its attribute ``languages``);
    ``repairs`` is how often the writer is told what is wrong, ``timeout_s`` the seconds after which no further draft is
    finished, and none asked for. Raises PostUnfit where nothing publishable came of it.
    """

    writer: Writer
    judge: SentimentModel
    repairs: int = 1
    timeout_s: float = math.inf

    def posts(self, brief: Brief, notes: Sequence[Note] = ()) -> Iterator[Post]:
        """Yield the first candidate as it grows, without checks, then the post: the best one, checked."""
        ends_at = time.monotonic() + self.timeout_s
        drafts: dict[int, Draft] = {}
        used: list[Usage] = []
        for draft in self.writer.write(brief):
            _keep(draft, drafts, used)
            if draft.candidate == 0 and time.monotonic() < ends_at:
                yield self._post(brief, preview(draft, brief), (*notes, *draft.notes))
        pool = self._repaired(brief, self._checked(brief, drafts, ends_at), used, ends_at)
        best = pool[0]
        if not is_publishable(best):
            failed = ", ".join(check.name for check in best.checks if check.is_hard and not check.passed)
            raise PostUnfit(provider=self.writer.name, checks=failed)
        post = self._post(brief, best, (*notes, *best.notes))
        usage = reduce(add, used) if used else None
        yield replace(post, checks=best.checks, candidates=tuple(pool), usage=usage)

    def _repaired(self, brief: Brief, pool: list[Candidate], used: list[Usage], ends_at: float) -> list[Candidate]:
        for _ in range(self.repairs):
            found = faults(pool[0])
            if not found or time.monotonic() >= ends_at:
                break
            drafts: dict[int, Draft] = {}
            try:
                for draft in self.writer.repair(brief, pool[0], found):
                    _keep(draft, drafts, used)
            except ChatError as error:
                is_passing = error.retryable or isinstance(error, BudgetSpent)
                if not (is_passing and is_publishable(pool[0])):
                    raise
                break  # what there is can be published, and its checks tell what is wrong with it
            if not drafts:
                break
            repaired = [replace(each, is_repaired=True) for each in self._checked(brief, drafts, ends_at)]
            pool = best_first([*pool, *repaired])
        return pool

    def _checked(self, brief: Brief, numbered: Mapping[int, Draft], ends_at: float) -> list[Candidate]:
        if not numbered:
            raise ValueError(f"the writer {self.writer.name} wrote nothing")
        drafts, finished = _finished(brief, numbered.values(), ends_at)
        affects = self._judged(brief, [f"{made.title}\n{made.text}".strip() for made in finished])
        candidates = []
        for draft, made, affect in zip(drafts, finished, affects, strict=True):
            checks = checks_of(made, brief, affect, self.writer.rules)
            parts = (made.title, made.text, made.hashtags, made.alt_text, made.full_text)
            candidates.append(Candidate(*parts, checks, demerits(checks), notes=draft.notes))
        return best_first(candidates)

    def _judged(self, brief: Brief, texts: Sequence[str]) -> Sequence[Affect | None]:
        """What the judge makes of texts; None each where it does not read the language."""
        read, language = self.judge.languages, brief.language
        if language.key not in read:
            if language.words_of not in read:
                return [None] * len(texts)
            texts = [converted(text, language.reverse_conversion) for text in texts]
        words = [text or " " for text in texts]
        return self.judge.judge([None] * len(words), words)

    def _post(self, brief: Brief, made: Finished | Candidate, notes: tuple[Note, ...]) -> Post:
        return Post(
            title=made.title,
            text=made.text,
            hashtags=made.hashtags,
            alt_text=made.alt_text,
            full_text=made.full_text,
            platform=brief.platform.key,
            language=brief.language.key,
            style=brief.style.key,
            tone=brief.tone,
            written_by=self.writer.name,
            notes=notes,
        )


def _finished(brief: Brief, drafts: Iterable[Draft], ends_at: float) -> tuple[list[Draft], list[Finished]]:
    """The first draft, and of the others what there is time for; what a model sends can take seconds each."""
    done, finished = list[Draft](), list[Finished]()
    for draft in drafts:
        if done and time.monotonic() >= ends_at:
            break
        done.append(draft)
        finished.append(finish(draft, brief))
    return done, finished


def _keep(draft: Draft, drafts: dict[int, Draft], used: list[Usage]) -> None:
    drafts[draft.candidate] = draft
    if draft.usage:
        used.append(draft.usage)
