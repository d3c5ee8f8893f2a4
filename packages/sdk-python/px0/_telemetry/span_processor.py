"""Carries what a render has told its span to the span of the model call, whatever library makes that."""

from __future__ import annotations

import weakref
from typing import TYPE_CHECKING, Any, Mapping, Optional

from .names import CARRIED, PROMPT_NAME

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import SpanProcessor as _SpanProcessor
else:
    # The SDK asks for the methods only.
    _SpanProcessor = object

# What spans of model calls have when they start. Some libraries set `gen_ai` attributes only once they know the answer, when it is
# too late; by then they have said that it is a model call in words of their own.
_OF_MODEL_CALLS = ("gen_ai.", "llm.", "openinference.", "traceloop.")
# How far up a prompt is looked for: frameworks put spans of their own between a render's span and the call's.
_MOST_PARENTS = 16


class Px0SpanProcessor(_SpanProcessor):  # type: ignore[misc]
    """For `TracerProvider.add_span_processor`. A span that starts as one of a model call gets the prompt's name and version, and the
    other attributes of the render, from the nearest span around it in which a prompt was rendered.
    """

    def __init__(self) -> None:
        from opentelemetry import trace

        self._trace: Any = trace
        self._parents: weakref.WeakKeyDictionary[Any, Any] = weakref.WeakKeyDictionary()

    def on_start(self, span: Any, parent_context: Optional[Any] = None) -> None:
        parent = self._trace.get_current_span(parent_context)
        if not parent.is_recording():
            return
        self._parents[span] = parent
        if not any(key.startswith(_OF_MODEL_CALLS) for key in _attributes_of(span)):
            return
        for _ in range(_MOST_PARENTS):
            of_parent = _attributes_of(parent)
            if PROMPT_NAME in of_parent:
                own = _attributes_of(span)
                carried = {key: value for key, value in of_parent.items() if key.startswith(CARRIED) and key not in own}
                span.set_attributes(carried)
                return
            parent = self._parents.get(parent)
            if parent is None:
                return

    def _on_ending(self, span: Any) -> None:
        pass

    def on_end(self, span: Any) -> None:
        pass

    def shutdown(self) -> None:
        pass

    def force_flush(self, timeout_millis: int = 30000) -> bool:
        return True


def _attributes_of(span: Any) -> Mapping[str, Any]:
    attributes: Optional[Mapping[str, Any]] = getattr(span, "attributes", None)
    return {} if attributes is None else attributes
