"""``emotigram evaluate``: measure the engines on labelled data and write a report."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, cast, get_args

import typer
from rich.console import Console
from rich.table import Table

from emotigram import catalogue
from emotigram.apps.cli.command import Debug, errors_shown, help_text
from emotigram.apps.cli.printable import printable
from emotigram.apps.extras import extra_needed
from emotigram.assembly import languages_written
from emotigram.domain import SentimentLabel
from emotigram.errors import UnknownName
from emotigram.settings import load_settings
from emotigram.texts import interface_language, say

app = typer.Typer(no_args_is_help=True)

_CLASS_HEADS = ("condition", "target", "n", "accuracy", "majority", "macro_f1", "macro_recall", "ece")
_SCALE_HEADS = ("condition", "target", "n", "pearson", "spearman", "error")

Data = Annotated[Path, typer.Option("--data", metavar="FILE_OR_DIR", help=help_text("evaluate.data"))]
Report = Annotated[Path, typer.Option("--report", metavar="DIR", help=help_text("evaluate.report"))]
Limit = Annotated[int | None, typer.Option("--limit", metavar="N", min=1, help=help_text("evaluate.limit"))]
Captioner = Annotated[
    str | None, typer.Option("--engine", "--captioner", "-e", metavar="NAME", help=help_text("evaluate.captioner"))
]


@app.command(help=help_text("evaluate.captions"))
def captions(  # noqa: PLR0913  # one argument an option
    context: typer.Context,
    data: Data,
    report: Report,
    language: Annotated[
        str | None, typer.Option("--language", "-l", metavar="NAME", help=help_text("evaluate.language"))
    ] = None,
    limit: Limit = None,
    captioner: Captioner = None,
    debug: Debug = False,
) -> None:
    """Measure a captioner."""
    with errors_shown(context, debug):
        settings = load_settings(interface=context.obj, writer="embedded", captioner=captioner)
        if language:
            catalogue.language(language)
        with extra_needed("evaluate"):
            # the metrics and their plots take a second to load, and no other command needs them
            from emotigram.evaluation.run import evaluate_captions  # noqa: PLC0415
        found = evaluate_captions(data, report, settings, language=language, limit=limit)
        _show_captions(found, report, interface_language(settings.interface))


@app.command(help=help_text("evaluate.sentiment"))
def sentiment(  # noqa: PLR0913
    context: typer.Context,
    data: Data,
    report: Report,
    limit: Limit = None,
    text_only: Annotated[bool, typer.Option("--text-only", help=help_text("evaluate.text_only"))] = False,
    engine: Annotated[
        str | None, typer.Option("--sentiment", metavar="NAME", help=help_text("evaluate.sentiment_engine"))
    ] = None,
    captioner: Captioner = None,
    debug: Debug = False,
) -> None:
    """Measure a sentiment model."""
    with errors_shown(context, debug):
        settings = load_settings(interface=context.obj, writer="embedded", sentiment=engine, captioner=captioner)
        with extra_needed("evaluate"):
            from emotigram.evaluation.run import evaluate_sentiment  # noqa: PLC0415
        found = evaluate_sentiment(data, report, settings, text_only=text_only, limit=limit)
        _show_sentiment(found, report, interface_language(settings.interface))


@app.command(help=help_text("evaluate.posts"))
def posts(  # noqa: PLR0913
    context: typer.Context,
    photos: Annotated[Path, typer.Option("--photos", metavar="DIR", help=help_text("evaluate.photos"))],
    report: Report,
    platform: Annotated[
        list[str] | None, typer.Option("--platform", "-p", metavar="NAME", help=help_text("evaluate.platforms"))
    ] = None,
    language: Annotated[
        list[str] | None, typer.Option("--language", "-l", metavar="NAME", help=help_text("evaluate.languages"))
    ] = None,
    tone: Annotated[list[str] | None, typer.Option("--tone", metavar="TONE", help=help_text("evaluate.tones"))] = None,
    style: Annotated[str | None, typer.Option("--style", "-s", metavar="NAME", help=help_text("style"))] = None,
    limit: Annotated[int | None, typer.Option(metavar="N", min=1, help=help_text("evaluate.limit_photos"))] = None,
    writer: Annotated[str | None, typer.Option(help=help_text("writer"), metavar="NAME")] = None,
    provider: Annotated[str | None, typer.Option(help=help_text("provider"), metavar="NAME")] = None,
    base_url: Annotated[str | None, typer.Option(help=help_text("base_url"), metavar="URL")] = None,
    model: Annotated[str | None, typer.Option(help=help_text("model"), metavar="NAME")] = None,
    candidates: Annotated[
        int | None, typer.Option(help=help_text("candidates"), metavar="NUMBER", min=1, max=8)
    ] = None,
    budget: Annotated[float | None, typer.Option(help=help_text("budget"), metavar="AMOUNT", min=0)] = None,
    captioner: Captioner = None,
    debug: Debug = False,
) -> None:
    """Measure the posts that are written for photos."""
    with errors_shown(context, debug):
        settings = load_settings(
            interface=context.obj,
            style=style,
            writer=writer,
            provider=provider,
            base_url=base_url,
            model=model,
            candidates=candidates,
            budget=budget,
            captioner=captioner,
            remember_lines=False,  # what is measured does not hang on earlier runs
        )
        catalogue.style(settings.style)
        with extra_needed("evaluate"):
            from emotigram.evaluation.posts import Wanted  # noqa: PLC0415
            from emotigram.evaluation.run import evaluate_posts  # noqa: PLC0415
        wanted = Wanted(
            platforms=tuple(catalogue.platform(key).key for key in platform or catalogue.keys("platforms")),
            languages=tuple(catalogue.language(key).key for key in language or languages_written(settings)),
            tones=_tones(tone or get_args(SentimentLabel)),
        )
        found = evaluate_posts(photos, report, settings, wanted, limit=limit)
        _show_posts(found, report, interface_language(settings.interface))


def _tones(asked: Sequence[str]) -> tuple[SentimentLabel, ...]:
    known = get_args(SentimentLabel)
    for name in asked:
        if name not in known:
            raise UnknownName(kind="tone", name=name, known=", ".join(known))
    return tuple(cast(Sequence[SentimentLabel], asked))


def _show_posts(report: dict[str, Any], folder: Path, language: str) -> None:
    names = ("compliance", "language", "emotion", "unsupported", "distinct_posts")
    heads = [say(f"evaluate.posts.{key}", language) for key in ("group", "n", *names, "ms", "cost")]
    figures = report["figures"]
    groups = {say("evaluate.posts.all", language): figures["all"], **figures["languages"], **figures["platforms"]}
    lines = [
        [key, str(of["n"]), *(_percent(of[name]) for name in names), f"{of['ms_mean']:.1f}", _cost(of["cost"])]
        for key, of in groups.items()
    ]
    about = report["data"]
    photos = say("evaluate.posts.photos", language, photos=about["photos"], folder=about["folder"])
    _print_tables(photos, folder, language, [(heads, lines)])


def _percent(value: float | None) -> str:
    return "–" if value is None else f"{value:.1%}"


def _cost(value: float | None) -> str:
    return "?" if value is None else f"{value:.3g}"


def _show_captions(report: dict[str, Any], folder: Path, language: str) -> None:
    words = [say(f"evaluate.{key}", language) for key in ("language", "system", "shuffled", "told_whole")]
    heads = [*words[:2], "BLEU-4", "ROUGE-L", "CIDEr-D", words[2], "×", words[3]]
    names = ("bleu_4", "rouge_l", "cider_d", "cider_d_shuffled_photo", "times_shuffled_photo")
    lines = []
    for key, of in report["figures"]["languages"].items():
        for system, told in (("sentence", ""), ("description", f"{of['told_whole']:.1%}")):
            cells = [_figure(of[system][name]) for name in names]
            lines.append([key, say(f"evaluate.{system}", language), *cells, told])
    _print(report, folder, language, [(heads, lines)])


def _show_sentiment(report: dict[str, Any], folder: Path, language: str) -> None:
    tables = []
    for heads, figures_shown, is_class in ((_CLASS_HEADS, _class_cells, True), (_SCALE_HEADS, _scale_cells, False)):
        lines = []
        for condition, targets in report["figures"]["conditions"].items():
            for target, figures in targets.items():
                if (target in report["data"]["labels"]) is is_class:
                    first = [say(f"evaluate.{key}", language) for key in (f"conditions.{condition}", target)]
                    lines.append([*first, *(figures_shown(figures) if figures else ["–"] * (len(heads) - 2))])
        tables.append(([say(f"evaluate.{key}", language) for key in heads], lines))
    missing = any(each is None for targets in report["figures"]["conditions"].values() for each in targets.values())
    _print(report, folder, language, tables, say("evaluate.not_given", language) if missing else "")


def _class_cells(figures: dict[str, Any]) -> list[str]:
    names = ("accuracy", "majority_accuracy", "macro_f1", "macro_recall")
    return [str(figures["n"]), *(_figure(figures[key]) for key in names), _figure(figures["calibration"]["ece"])]


def _scale_cells(figures: dict[str, Any]) -> list[str]:
    return [str(figures["n"]), *(_figure(figures[key]) for key in ("pearson", "spearman", "mean_absolute_error"))]


def _print(
    report: dict[str, Any],
    folder: Path,
    language: str,
    tables: Sequence[tuple[list[str], list[list[str]]]],
    note: str = "",
) -> None:
    about = report["data"]
    rows = say("evaluate.rows", language, measured=about["measured"], rows=about["rows"], file=about["file"])
    _print_tables(rows, folder, language, tables, note)


def _print_tables(
    head: str, folder: Path, language: str, tables: Sequence[tuple[list[str], list[list[str]]]], note: str = ""
) -> None:
    console = Console(highlight=False, markup=False, emoji=False)
    console.print(printable(head), soft_wrap=True)
    for heads, lines in tables:
        if lines:
            table = Table(*heads, box=None, padding=(0, 2, 0, 0), header_style="bold")
            for line in lines:
                table.add_row(*line)
            console.print(table)
    if note:
        console.print(note, soft_wrap=True)
    console.print(printable(say("evaluate.report", language, path=folder)), soft_wrap=True)


def _figure(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"
