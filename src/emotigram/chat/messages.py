"""Messages to a chat model."""

from __future__ import annotations

from typing import TypeAlias

from openai.types.chat import ChatCompletionMessageParam

Message: TypeAlias = ChatCompletionMessageParam


def text_of(message: Message) -> str:
    """The words of a message, without its photos."""
    content = message.get("content") or ""
    if isinstance(content, str):
        return content
    return "\n".join(str(part.get("text", "")) for part in content)
