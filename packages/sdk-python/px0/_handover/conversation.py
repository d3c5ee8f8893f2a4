"""What a rendered prompt says, in px0's own form, before a provider's form is made of it."""

from __future__ import annotations

from typing import Any, Callable, List, NamedTuple, Optional

from .._forms import is_media, is_own_content
from .._gotpl.unicode.white_space import is_blank
from ..errors import UsageError
from ..result import Message, RenderResult


class Conversation(NamedTuple):
    """`system` is what the system messages before all others say, joined with an empty line; None when they say nothing."""

    system: Optional[str]
    messages: List[Message]


def require_rendered(result: Any) -> None:
    """Raises UsageError for what no render gave, of which a coroutine is the most likely."""
    if not isinstance(result, RenderResult):
        raise UsageError(f"the result is a {type(result).__name__} and not one of render; was it awaited?")


def messages_of(result: RenderResult) -> List[Message]:
    """A text prompt is one message of a user, and no message when the text is blank."""
    if result.messages is not None:
        return result.messages
    return [] if is_blank(result.text) else [{"role": "user", "content": result.text}]


def conversation_of(provider: str, result: RenderResult) -> Conversation:
    """For a provider that takes system messages apart from the others. Raises UsageError for media in them."""
    messages = messages_of(result)
    first = next((index for index, message in enumerate(messages) if not is_own_system(message)), len(messages))
    texts = [text for message in messages[:first] for text in _texts_of(provider, message) if not is_blank(text)]
    return Conversation("\n\n".join(texts) if texts else None, messages[first:])


def is_own_system(message: Message) -> bool:
    return message.get("role") == "system" and is_own(message)


def is_own(message: Message) -> bool:
    """Whether the whole message is of px0's form, so that nothing is lost when it is put into another one."""
    return len(message) == 2 and isinstance(message.get("role"), str) and is_own_content(message.get("content"))


def no_media_in(provider: str, role: str) -> UsageError:
    """For a message whose role a provider takes texts of only."""
    return UsageError(f"{provider} does not take media in {role} messages")


def with_each(message: Message, name: str, exchange: Callable[[Any], Any]) -> Message:
    """The message with each element of one of its lists exchanged; the message itself when it has no such list."""
    elements = message.get(name)
    return {**message, name: list(map(exchange, elements))} if isinstance(elements, list) else message


def _texts_of(provider: str, message: Message) -> List[str]:
    content = message["content"]
    if isinstance(content, str):
        return [content]
    if any(map(is_media, content)):
        raise no_media_in(provider, "system")
    return [part["text"] for part in content]
