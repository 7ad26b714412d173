"""An assistant reads a photo and has posts written, over a real process's stdin and stdout."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

from mcp import Client, StdioServerParameters

from emotigram import catalogue
from emotigram.errors import PhotoMissing
from tests.aio import run

MISSING_WEIGHTS = {"EMOTIGRAM_WRITER": "embedded", "EMOTIGRAM_CAPTIONER_MODEL": "blip2-opt-2.7b"}


async def _talk(photo: Path, language: str) -> list[Any]:
    arguments = ["-m", "emotigram", "--interface", language, "mcp"]
    command = StdioServerParameters(command=sys.executable, args=arguments, env=MISSING_WEIGHTS)
    async with Client(command, read_timeout_seconds=120) as client:
        tools = {tool.name: tool for tool in (await client.list_tools()).tools}
        choices = await client.call_tool("list_choices", {})
        read = await client.call_tool("read_photo", {"path": str(photo), "text": "a day off"})
        assert read.structured_content
        wishes = {"reading_id": read.structured_content["id"], "platform": "xiaohongshu", "language": "zh"}
        written = await client.call_tool("write_post", wishes)
        missing = await client.call_tool("read_photo", {"path": str(photo.with_name("none.jpg"))})
        unknown = await client.call_tool("write_post", {**wishes, "platform": "myspace"})
    return [tools, choices, read, written, missing, unknown]


def test_an_assistant_reads_and_writes(china: Path) -> None:
    tools, choices, read, written, missing, unknown = run(_talk(china, "zh"))
    assert set(tools) == {"read_photo", "write_post", "list_choices"}
    assert "reading_id" in tools["write_post"].input_schema["properties"]
    assert set(choices.structured_content["platforms"]) == set(catalogue.keys("platforms"))
    assert read.structured_content["reading"]["photos"][0]["width_px"] == 640
    post = written.structured_content["post"]
    assert (post["platform"], post["language"]) == ("xiaohongshu", "zh")
    assert post["full_text"]
    assert [note["message"][:2] for note in post["notes"]] == ["未使", "你写"]
    assert missing.is_error
    assert "none.jpg：找不到" in missing.content[0].text
    none = PhotoMissing(source="none.jpg")
    assert (missing.content[0].text.count(none.message("zh")), missing.content[0].text.count(none.hint("zh"))) == (1, 1)
    assert unknown.is_error
    assert "moments" in unknown.content[0].text
