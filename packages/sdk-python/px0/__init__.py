"""Renders px0 prompts from Python, and keeps working while px0 is unreachable.

    from px0 import Px0

    with Px0() as px0:
        print(px0.render("greeting", {"name": "Ada"}).text)

`Px0` and `AsyncPx0` are for applications. Beside them stands a complete client of the API, generated from its description:
`ApiClient`, `Configuration`, an `...Api` class for each of its parts, and its models. Those are imported when they are first
used, because they need more time than the rest.
"""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any, List

from ._delivery.changes import Change, PromptState
from ._fallbacks import Fallback
from ._following import HeldPrompt, Status
from ._handover.anthropic import to_anthropic
from ._handover.gemini import to_gemini
from ._handover.hand_over import HandOver
from ._handover.openai import to_openai
from ._options import CacheOptions
from ._renderer import Renderer, RenderOptions
from ._telemetry.span_processor import Px0SpanProcessor
from ._version import VERSION as __version__
from .client import AsyncPx0, Px0
from .contract import ContractProblems, NameProblem, ValueProblem
from .errors import (
    ConflictError,
    ForbiddenError,
    InvalidRequestError,
    NotFoundError,
    Px0Error,
    RefusedError,
    TemplateError,
    UnauthorizedError,
    UnreachableError,
    UsageError,
)
from .result import Message, RenderResult

if TYPE_CHECKING:
    # The API has a model Change, too, which is `px0.generated.Change`.
    from .generated import *  # type: ignore[assignment]  # noqa: F403
    from ._api import ApiClient, Configuration  # noqa: F401

__all__ = [
    "AsyncPx0",
    "CacheOptions",
    "Change",
    "ConflictError",
    "ContractProblems",
    "Fallback",
    "ForbiddenError",
    "HandOver",
    "HeldPrompt",
    "InvalidRequestError",
    "Message",
    "NameProblem",
    "NotFoundError",
    "Px0",
    "PromptState",
    "Px0Error",
    "Px0SpanProcessor",
    "RefusedError",
    "RenderOptions",
    "RenderResult",
    "Renderer",
    "Status",
    "TemplateError",
    "UnauthorizedError",
    "UnreachableError",
    "UsageError",
    "ValueProblem",
    "__version__",
    "to_anthropic",
    "to_gemini",
    "to_openai",
]


def __getattr__(name: str) -> Any:
    if not name.startswith("_") and name != "generated":
        generated = import_module(".generated", __name__)
        if name in generated.__all__:
            return getattr(import_module("._api", __name__), name, None) or getattr(generated, name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__() -> List[str]:
    return sorted({*globals(), *import_module(".generated", __name__).__all__})
