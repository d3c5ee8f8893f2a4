"""What px0 makes of a version, to be run here: a text, or the messages of a chat, with the model configuration beside it."""

from __future__ import annotations

import json
import math
import sys
import weakref
from types import FrameType
from typing import Any, Callable, Dict, List, Mapping, Optional, Tuple

from . import template
from ._chat import Outline, messages_of, placeholder_lists, read_outline
from ._compiled import compiled
from ._gotpl.syntax.program_source import Stretch
from ._gotpl.syntax.source import MAX_SOURCE_BYTES
from .result import Message


# Text, messages and configuration: no text of a chat of which no transcript was asked for, and no messages of a text.
Rendered = Tuple[Optional[str], Optional[List[Message]], Optional[Dict[str, Any]]]


# After so many renders its place among the compiled templates is renewed, where the least recently used goes first.
_RENDERS_UNTIL_USED = 64


def _none() -> None:
    return None


class Program:
    """Compiled when it is rendered: a snapshot may hold thousands, of which a process needs a few.

    `outline` and `sources` are of the form in which px0 serves them, and `config` is JSON text.
    """

    def __init__(
        self,
        text: str,
        outline: Optional[List[Any]] = None,
        sources: Optional[List[Any]] = None,
        config: Optional[str] = None,
        schema: Optional[Dict[str, Any]] = None,
    ) -> None:
        self.text = text
        self.config = config
        # What the variables must be, if px0 has told it; and what judges them, once it was needed.
        self.schema = schema
        self.judge: Optional[Callable[..., Any]] = None
        self._outline = outline
        self._sources = sources
        # Made of the two when it is rendered.
        self._parts: Optional[Tuple[Optional[Outline], Tuple[Stretch, ...]]] = None
        # With at most this much of the stack it does not compile: any amount for a text that is no template here.
        self._too_little = -math.inf
        # What is compiled of it, for as long as that is kept.
        self._made: Callable[[], Optional[template.Template]] = _none
        self._renders_left = 0
        # The variables whose messages it takes over.
        self.placeholders = () if outline is None else _placeholders_in(outline)
        # Of memory, roughly: two bytes for a character, and some ten times its JSON for what was parsed.
        others = [part for part in (outline, sources, schema) if part is not None]
        parsed = len(json.dumps(others)) * 10 if others else 0
        self.size = (len(text) + len(config or "")) * 2 + parsed

    @property
    def is_chat(self) -> bool:
        return self._outline is not None

    @property
    def is_plain(self) -> bool:
        """Whether the text is all of it."""
        return self._outline is None and self._sources is None and self.config is None and self.schema is None

    def render(
        self, variables: Mapping[str, Any], missing_key: str, with_transcript: bool = False
    ) -> Optional[Rendered]:
        """Exactly what px0 would make of it; None when the program does not run here with these variables."""
        try:
            return self.run(variables, missing_key, with_transcript)
        except Exception:
            # Whatever it is, the caller still has px0 or the fallback.
            return None

    def run(self, variables: Mapping[str, Any], missing_key: str, with_transcript: bool) -> Optional[Rendered]:
        """As `render`. Raises ChatVariablesError and TemplateExecutionError in px0's words, and others for what does not run here."""
        outline, stretches = self._parts or self._read()
        made = self._made()
        self._renders_left -= 1
        if made is None or self._renders_left < 0:
            made = self._compiled(stretches)
            if made is None:
                return None
            self._made, self._renders_left = weakref.ref(made), _RENDERS_UNTIL_USED
        if outline is not None:
            return run_chat(made, outline, self.config, variables, missing_key, with_transcript)
        config = None if self.config is None else json.loads(self.config)
        return made.render(variables, missing_key=missing_key), None, config

    def check_placeholders(self, variables: Mapping[str, Any]) -> None:
        """Looks at what the placeholders of a chat stand for, and runs nothing. Raises ChatVariablesError as `run` does."""
        outline, _ = self._parts or self._read()
        if outline is not None:
            placeholder_lists(outline.entries, variables)

    def _read(self) -> Tuple[Optional[Outline], Tuple[Stretch, ...]]:
        outline = None if self._outline is None else read_outline(self._outline)
        self._parts = outline, tuple(map(_read_stretch, self._sources or ()))
        return self._parts

    def to_json(self) -> Dict[str, Any]:
        """The form in which px0 serves it."""
        members = {
            "template": self.text,
            "outline": self._outline,
            "sources": self._sources,
            "config": self.config,
            "schema": self.schema,
        }
        return {name: value for name, value in members.items() if value is not None}

    def _compiled(self, stretches: Tuple[Stretch, ...]) -> Optional[template.Template]:
        # What has failed is not tried again by each call: a template may be long.
        has_failed = self._too_little > -math.inf
        if has_failed and _room_on_the_stack() <= self._too_little:
            return None
        try:
            return compiled(self.text, stretches)
        except template.TemplateSyntaxError:
            # A later px0 may know a function that this package does not.
            self._too_little = math.inf
        except template.TemplateTooDeep:
            self._too_little = _room_on_the_stack()
        return None


def _placeholders_in(outline: List[Any]) -> Tuple[str, ...]:
    return tuple([str(entry["placeholder"]) for entry in outline if isinstance(entry, dict) and "placeholder" in entry])


def run_chat(
    program: template.Template,
    outline: Outline,
    config: Optional[str],
    variables: Mapping[str, Any],
    missing_key: str,
    with_transcript: bool,
) -> Rendered:
    """The messages of a chat, and the transcript if it is asked for. Placeholders are judged before anything runs.

    Raises ChatVariablesError and what the template raises.
    """
    lists = placeholder_lists(outline.entries, variables)
    outputs = program.render_units(outline.units, variables, missing_key=missing_key)
    text = program.render(variables, missing_key=missing_key) if with_transcript else None
    # Read anew for each result, so that nobody changes it for others.
    return text, messages_of(outline.entries, outputs, lists), None if config is None else json.loads(config)


def read_program(value: Any, template_alone: Any = None, schema: Any = None) -> Optional[Program]:
    """A program in the form of `to_json`, or the text that stands in its place where there is nothing else; None for what is neither.

    What a later px0 has put into it is kept, and does not run here. The schema of its variables may stand beside it.
    """
    if value is None:
        value = {"template": template_alone}
    if not isinstance(value, dict):
        return None
    text, outline, sources, config = [value.get(name) for name in ("template", "outline", "sources", "config")]
    if not isinstance(text, str) or not isinstance(config, (str, type(None))):
        return None
    if not isinstance(outline, (list, type(None))) or not isinstance(sources, (list, type(None))):
        return None
    try:
        schema = value.get("schema") if schema is None else schema
        return Program(text, outline, sources, config, schema if isinstance(schema, dict) else None)
    except RecursionError:
        return None


def _read_stretch(value: Any) -> Stretch:
    """Raises ValueError for what is none."""
    is_whole = isinstance(value, list) and len(value) == len(Stretch._fields) and isinstance(value[0], str)
    if not is_whole or not all(type(number) is int and 0 <= number <= MAX_SOURCE_BYTES for number in value[1:]):
        raise ValueError("a program has a source of another form")
    return Stretch(*value)


def _room_on_the_stack() -> int:
    """How many more calls Python allows here."""
    depth = 0
    frame: Optional[FrameType] = sys._getframe()
    while frame is not None:
        depth += 1
        frame = frame.f_back
    return sys.getrecursionlimit() - depth
