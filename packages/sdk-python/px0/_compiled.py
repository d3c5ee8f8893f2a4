"""Compiled templates by their texts, for all clients of the process: what is rendered here once is mostly rendered again.

Bounded by an estimate of the memory; the least recently used goes first. There is no lock, which a fork might leave taken: each
step on the dictionary is atomic, and threads that come between two of them compile a template once more at worst.
"""

from __future__ import annotations

import contextlib
from typing import Dict, NamedTuple, Tuple, Union

from . import template
from ._gotpl.link import Unit
from ._gotpl.syntax.program_source import Stretch

_MOST_BYTES = 64 * 1024 * 1024


class _Compiled(NamedTuple):
    template: template.Template
    size: int


# A program of several texts is told apart by where these stand in it, and texts to be linked by what they are.
_Key = Union[str, Tuple[str, Tuple[Stretch, ...]], Tuple[str, Tuple[Unit, ...], None]]

# In the order of use, the latest last.
_compiled: Dict[_Key, _Compiled] = {}


def compiled(text: str, stretches: Tuple[Stretch, ...] = ()) -> template.Template:
    """The template of a text, or of several that px0 has linked into one. Raises TemplateSyntaxError, TemplateTooDeep."""
    key: _Key = (text, stretches) if stretches else text
    known = _compiled.pop(key, None)
    if known is None:
        made = template.compile_program(text, stretches) if stretches else template.compile(text)
        known = _Compiled(made, _size_of(text))
        _make_room_for(known.size)
    _compiled[key] = known
    return known.template


def compiled_chat(root: str, units: Tuple[Unit, ...]) -> template.Template:
    """The program of a chat's texts, which the root calls. Raises TemplateSyntaxError, TemplateTooDeep."""
    key: _Key = (root, units, None)
    known = _compiled.pop(key, None)
    if known is None:
        linked = template.link_program(root, units)
        made = template.compile_program(linked.template, linked.stretches)
        # The program is held beside the texts of the key.
        known = _Compiled(made, _size_of(linked.template) + len(linked.template) * 2)
        _make_room_for(known.size)
    _compiled[key] = known
    return known.template


def _make_room_for(size: int) -> None:
    # Another thread may change the dictionary while its first key is read; there will be another chance.
    with contextlib.suppress(RuntimeError, StopIteration):
        size += sum(one.size for one in list(_compiled.values()))
        while size > _MOST_BYTES:
            oldest = _compiled.pop(next(iter(_compiled)), None)
            size -= 0 if oldest is None else oldest.size


def _size_of(text: str) -> int:
    """Of memory, roughly: a text as it is, 400 bytes for a character of an action, and the rest of an entry."""
    actions = sum(part.find("}}") + 4 for part in text.split("{{")[1:])
    return len(text) * 2 + actions * 400 + 2_000
