"""Fallbacks given in code. A broken template is found when it is given, not in the outage."""

from __future__ import annotations

import inspect
from typing import Any, Callable, Dict, Mapping, Optional, Union

from . import template
from ._compiled import compiled
from ._fallback_chat import FallbackChat
from ._program import Rendered
from ._segments import path_segment
from ._text import plain_text
from .errors import TemplateError, UsageError

# A template in px0's language, a function that makes the text, or a chat: a dictionary with `messages`, each of which has a `role` with
# `content` (a text as it is), `template` or `parts`, or is a `placeholder`; and with the model's `config`, if there is one.
Fallback = Union[str, Callable[[Mapping[str, Any]], str], Mapping[str, Any]]

# Takes the variables and the call's options: missing_key and with_transcript.
FallbackRenderer = Callable[[Mapping[str, Any], Optional[str], bool], Rendered]

# A fallback is there to answer: a key that the variables lack counts as nil unless the call says otherwise.
_MISSING_KEY = "default"


def by_slug(fallbacks: Mapping[str, Fallback]) -> Dict[str, FallbackRenderer]:
    """Raises UsageError for a broken template, and for a slug that no render can have."""
    if not isinstance(fallbacks, Mapping):
        raise UsageError("fallbacks must be a dictionary with slugs as keys")
    named = {plain_text("a slug of the fallbacks", slug): fallback for slug, fallback in fallbacks.items()}
    for slug in named:
        path_segment("a slug of the fallbacks", slug)
    return {slug: renderer(slug, fallback) for slug, fallback in named.items()}


def renderer(slug: str, fallback: Fallback) -> FallbackRenderer:
    """Raises UsageError for a broken template; what it gives raises TemplateError."""
    if inspect.iscoroutinefunction(fallback):
        raise UsageError(f"the fallback of {slug} is asynchronous: pass a plain function")
    if callable(fallback):
        return _calling(slug, fallback)
    if isinstance(fallback, Mapping):
        return _chatting(slug, _read_chat(f"the fallback of {slug}", fallback))
    if not isinstance(fallback, str):
        raise UsageError(f"the fallback of {slug} must be a template, a function or a chat with messages")
    return _rendering(slug, _compile(slug, str.__str__(fallback)))


def _read_chat(what: str, given: Mapping[Any, Any]) -> FallbackChat:
    try:
        return FallbackChat(what, given)
    except UsageError:
        raise
    except Exception as error:
        raise UsageError(f"{what} cannot be read: {error!r}") from error


def _compile(slug: str, text: str) -> template.Template:
    try:
        return compiled(text)
    except template.TemplateSyntaxError as error:
        raise UsageError(f"the fallback of {slug} is not a valid template: {error}") from error
    except template.TemplateTooDeep as error:
        raise UsageError(f"the fallback of {slug} is nested too deeply for Python: pass a function instead") from error


def _rendering(slug: str, made: template.Template) -> FallbackRenderer:
    def render(variables: Mapping[str, Any], missing_key: Optional[str], _: bool) -> Rendered:
        try:
            return made.render(variables, missing_key=missing_key or _MISSING_KEY), None, None
        except Exception as error:
            raise TemplateError(f"the fallback of {slug} failed: {error}") from error

    return render


def _chatting(slug: str, chat: FallbackChat) -> FallbackRenderer:
    def render(variables: Mapping[str, Any], missing_key: Optional[str], with_transcript: bool) -> Rendered:
        try:
            return chat.render(variables, missing_key or _MISSING_KEY, with_transcript)
        except Exception as error:
            raise TemplateError(f"the fallback of {slug} failed: {error}") from error

    return render


def _calling(slug: str, fallback: Callable[[Mapping[str, Any]], str]) -> FallbackRenderer:
    def render(variables: Mapping[str, Any], _: Optional[str], __: bool) -> Rendered:
        try:
            text: Any = fallback(variables)
        except Exception as error:
            raise TemplateError(f"the fallback of {slug} failed: {error!r}") from error
        if not isinstance(text, str):
            raise TemplateError(f"the fallback of {slug} returned a {type(text).__name__}, not text")
        return text, None, None

    return render
