"""Carries what a render has told its span to the span of the model call, whatever library makes that."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Mapping, Optional

from . import names

if TYPE_CHECKING:
    from opentelemetry.sdk.trace import SpanProcessor as _SpanProcessor
else:
    # The SDK asks for the methods only.
    _SpanProcessor = object

# What a span says that is no model call, and has none below it.
_OF_OTHERS = ("http.", "db.", "rpc.", "messaging.", "url.")
_OF_MODEL_CALLS = "gen_ai."


class Px0SpanProcessor(_SpanProcessor):
    """For `TracerProvider.add_span_processor`. A span that starts below one in which a prompt was rendered takes over what that says of
    the prompt, so that the call of the model names the prompt and its version, whatever instruments it. It is taken over when the
    span starts, because some libraries say only later that it is a model call; servers', producers' and consumers' spans and requests
    of HTTP and of databases are left out.

    See docs/decisions/197-opentelemetry-without-a-dependency.md.
    """

    def on_start(self, span: Any, parent_context: Optional[Any] = None) -> None:
        from opentelemetry import trace

        of_parent = attributes_of(trace.get_current_span(parent_context))
        if names.PROMPT_NAME not in of_parent or span.name == names.SPAN:
            return
        own = attributes_of(span)
        if not any(name.startswith(_OF_MODEL_CALLS) for name in own):
            if span.kind not in (trace.SpanKind.INTERNAL, trace.SpanKind.CLIENT):
                return
            if any(name.startswith(_OF_OTHERS) for name in own):
                return
        taken = {name: of_parent[name] for name in names.OF_RENDER if name in of_parent and name not in own}
        # An empty text stands for what is not known.
        span.set_attributes({name: value for name, value in taken.items() if value != ""})

    def _on_ending(self, span: Any) -> None:
        pass

    def on_end(self, span: Any) -> None:
        pass

    def shutdown(self) -> None:
        pass

    def force_flush(self, timeout_millis: int = 30000) -> bool:
        return True


def attributes_of(span: Any) -> Mapping[str, Any]:
    """Of a span of this process; one of another process has none."""
    attributes: Optional[Mapping[str, Any]] = getattr(span, "attributes", None)
    return {} if attributes is None else attributes
