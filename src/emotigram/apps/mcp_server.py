"""``emotigram mcp``: assistants read photos of this computer and write posts, over the Model Context Protocol."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from inspect import Parameter, signature
from pathlib import Path
from typing import Annotated, Any, TypeVar, cast

from pydantic import BaseModel

from emotigram import __version__, catalogue
from emotigram.apps.extras import extra_needed

with extra_needed("api"):
    from mcp.server import MCPServer
    from mcp.server.mcpserver.exceptions import ToolError
    from mcp_types import ToolAnnotations

from emotigram.apps.desk.caller import Caller
from emotigram.apps.desk.desk import Desk
from emotigram.apps.desk.kept import Cache
from emotigram.apps.desk.steps import last
from emotigram.assembly import open_studio
from emotigram.async_studio import AsyncStudio
from emotigram.errors import EmotiGramError
from emotigram.schemas.answers import PostAnswer, ReadingAnswer
from emotigram.schemas.requests import PostRequest
from emotigram.settings import Settings
from emotigram.texts import interface_language, say

Method = TypeVar("Method", bound=Callable[..., Any])
_NO_CHANGES = ToolAnnotations(read_only_hint=True, open_world_hint=False)


def serve_stdio(settings: Settings) -> None:
    """Answer an assistant over stdin and stdout until it leaves. Raises EmotiGramError where it cannot begin."""
    build_mcp(AsyncStudio(open_studio(settings))).run("stdio")


def build_mcp(studio: AsyncStudio) -> MCPServer:
    """Build the server over a studio: the tools read_photo, write_post and list_choices."""
    settings = studio.studio.settings
    language = interface_language(settings.interface)
    server = MCPServer("emotigram", instructions=say("mcp.instructions", language), version=__version__)
    tools = Tools(Desk(studio, Cache("r", settings), Cache("p", settings)), Caller("", language))
    for tool, name in ((tools.read_photo, "read"), (tools.write_post, "write"), (tools.list_choices, "choices")):
        server.tool(title=say(f"mcp.{name}", language), annotations=_NO_CHANGES)(tool)
    return server


def _takes_fields_of(model: type[BaseModel]) -> Callable[[Method], Method]:
    """Show assistants a model's fields as a tool's arguments, with their limits and descriptions."""

    def declared(tool: Method) -> Method:
        fields = [
            Parameter(
                name, Parameter.KEYWORD_ONLY, annotation=Annotated[field.annotation, field], default=field.default
            )
            for name, field in model.model_fields.items()
        ]
        own = signature(tool, eval_str=True)
        tool.__signature__ = own.replace(parameters=[own.parameters["self"], *fields])  # type: ignore[attr-defined]
        return tool

    return declared


@dataclass(frozen=True, slots=True)
class Tools:
    """What an assistant can ask for; readings are kept for any number of posts."""

    desk: Desk
    caller: Caller

    async def read_photo(self, path: str, text: str = "") -> ReadingAnswer:
        """Read a photo file of this computer: description, tags, and the emotion of picture and words together.

        Args:
            path: Path of a JPEG, PNG, WebP, HEIC, GIF, TIFF or BMP file.
            text: The user's own words about it, if any; they are judged together with the photo.
        """
        with _tool_errors(self.caller.language):
            steps = self.desk.read(Path(path).expanduser(), Path(path).name, text, self.caller)
            return cast(ReadingAnswer, await last(steps))

    @_takes_fields_of(PostRequest)
    async def write_post(self, **asked: Any) -> PostAnswer:
        """Write a post from a reading, within the platform's limits; paste its full_text. Nothing is published.

        list_choices has the keys of platforms, languages, styles and revisions.
        """
        wanted = PostRequest(**asked)
        with _tool_errors(self.caller.language):
            self.desk.check(wanted)
            steps = self.desk.write(self.desk.reading(wanted.reading_id, self.caller), wanted, self.caller)
            return cast(PostAnswer, await last(steps))

    async def list_choices(self) -> dict[str, dict[str, str]]:
        """List the platforms, languages, styles and revisions there are, by key, with their names."""
        language = self.caller.language
        return {
            "platforms": {each.key: each.names[language] for each in catalogue.platforms()},
            "languages": {each.key: each.names[language] for each in catalogue.languages()},
            "styles": {each.key: each.names[language] for each in catalogue.styles()},
            "revisions": {each.key: each.names[language] for each in catalogue.revisions()},
        }


@contextmanager
def _tool_errors(language: str) -> Iterator[None]:
    """Tell the assistant what went wrong and what to do, as it would read it to the user."""
    try:
        yield
    except EmotiGramError as error:
        raise ToolError(f"{error.message(language)} {error.hint(language)}") from error
