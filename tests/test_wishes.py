"""Each door takes each wish of ``domain.Wishes``, and no other, by the same name."""

from __future__ import annotations

import inspect
import re
from collections.abc import Callable, Iterator, Set
from contextlib import closing
from pathlib import Path
from typing import get_args

import pytest
import typer
from mcp import Client as Assistant

from emotigram import client, errors, open_studio
from emotigram.apps.api.app import build_api
from emotigram.apps.cli.main import app
from emotigram.apps.mcp_server import build_mcp
from emotigram.assembly import load_engine
from emotigram.async_studio import AsyncStudio
from emotigram.domain import Brief, Draft, Wishes
from emotigram.imaging.photos import open_photo
from emotigram.ports import Writer
from emotigram.settings import Settings
from emotigram.studio import Studio
from tests.aio import run
from tests.apps.web.test_handlers import Table

ROOT = Path(__file__).parent.parent
WISHES = set(Wishes.__annotations__)


@pytest.fixture(scope="module")
def offline() -> Studio:
    return open_studio(writer="embedded", interface="en")


def of_python(method: Callable[..., object]) -> Set[str]:
    """Those that a method takes as ``**wishes``."""
    (unpacked,) = get_args(inspect.signature(method, eval_str=True).parameters["wishes"].annotation)
    return set(unpacked.__annotations__)


@pytest.mark.parametrize(
    "method",
    [
        *(Studio.write, Studio.stream, Studio.brief, AsyncStudio.write),
        *(client.Client.write, client.Client.caption, client.Client.stream, client.Client.stream_caption),
        *(client.AsyncClient.write, client.AsyncClient.caption),
        *(client.AsyncClient.stream, client.AsyncClient.stream_caption),
    ],
    ids=lambda method: method.__qualname__,
)
def test_python_takes_them_all(method: Callable[..., object]) -> None:
    assert of_python(method) == WISHES


@pytest.mark.parametrize(
    ("kind", "besides"), [("application/json", {"reading_id"}), ("multipart/form-data", {"photos", "text"})]
)
def test_the_rest_api_takes_them_all(offline: Studio, kind: str, besides: Set[str]) -> None:
    with closing(AsyncStudio(offline)) as studio:
        document = build_api(studio).openapi()
    body = document["paths"]["/v1/posts"]["post"]["requestBody"]["content"][kind]["schema"]
    if "$ref" in body:
        body = document["components"]["schemas"][body["$ref"].rpartition("/")[2]]
    assert set(body["properties"]) - besides == WISHES
    assert all("description" in body["properties"][wish] for wish in WISHES)


def test_the_command_line_takes_them_all() -> None:
    command = typer.main.get_command(app).commands["caption"]  # type: ignore[attr-defined]
    options = {option for each in command.params for option in each.opts}
    several = {"past_posts": "past_post"}  # given one at a time
    assert {f"--{several.get(wish, wish).replace('_', '-')}" for wish in WISHES} <= options


def test_assistants_take_them_all(offline: Studio) -> None:
    async def schema(studio: AsyncStudio) -> dict[str, dict[str, object]]:
        async with Assistant(build_mcp(studio)) as assistant:
            tools = {tool.name: tool for tool in (await assistant.list_tools()).tools}
        return tools["write_post"].input_schema["properties"]

    with closing(AsyncStudio(offline)) as studio:
        asked = run(schema(studio))
    assert set(asked) - {"reading_id"} == WISHES
    assert all("description" in asked[wish] for wish in WISHES)


class Listener(Writer):
    """A writer that remembers what it was asked for."""

    name = "listener"
    languages = ("en", "zh")

    def __init__(self) -> None:
        self.briefs: list[Brief] = []

    def write(self, brief: Brief) -> Iterator[Draft]:
        self.briefs.append(brief)
        yield Draft(text="A quiet evening by the lake, and nobody in a hurry to go home.")

    def repair(self, *_: object) -> Iterator[Draft]:
        yield from ()


def test_the_page_asks_for_them_all(china: Path) -> None:
    settings, listener = Settings(), Listener()
    engines = (load_engine(role, "embedded", settings) for role in ("captioner", "sentiment"))
    table = Table(Studio(settings, *engines, listener))
    chosen = {"platform": "weibo", "language": "zh", "style": "humorous", "tone": "negative"}
    with closing(table.studio):
        table.run(table.photos.add(table.sent(china.read_bytes()), table.session, *table.asked()))
        plain = listener.briefs[0]
        table.run(table.posts.again(table.session, *table.asked()))
        table.run(table.posts.reviser("shorter")(table.session, *table.asked()))
        table.run(table.posts.write(table.session, *table.asked(**chosen)))
    heard = {wish for wish in WISHES if any(getattr(each, wish) != getattr(plain, wish) for each in listener.briefs)}
    assert heard == WISHES


@pytest.mark.parametrize("guide", ["docs/api.md", "docs/api.zh-CN.md"])
def test_the_guide_names_them_all(guide: str) -> None:
    table = re.search(r"^\| \| \|\n\|---\|---\|\n((?:\|.*\n)+)", (ROOT / guide).read_text("utf-8"), re.MULTILINE)
    assert table
    named = [re.findall(r"`(\w+)`", row.split("|")[1]) for row in table[1].splitlines()]
    assert {wish for wishes in named for wish in wishes} == WISHES


def test_a_wish_that_there_is_none_of_is_refused(offline: Studio, china: Path) -> None:
    reading = offline.read(open_photo(china))
    with pytest.raises(TypeError, match="plattform"):
        offline.write(reading, plattform="x")  # type: ignore[call-arg]
    with pytest.raises(errors.UnknownName):
        offline.write(reading, revision="sourer")


def test_auto_leaves_a_name_to_the_settings(offline: Studio, china: Path) -> None:
    reading = offline.read(open_photo(china))
    left = offline.brief(reading, platform="auto", language="auto", style="auto", revision="auto", previous="auto")
    assert left == offline.brief(reading, previous="auto")
    assert left.previous == "auto"
