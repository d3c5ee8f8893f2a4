"""Judges variables by the input schema of a version, as px0 does itself: what is missing, unknown or invalid, and in which words.

Variables are what `json` reads, and so is the schema, which px0 has checked: it is at most 16 deep. Most variables are right, so `accepts`
ends at the first that is wrong, and only then all of it is looked for.
"""

from __future__ import annotations

import json
from heapq import nsmallest
from typing import Any, Callable, Dict, Iterator, List, Mapping, NamedTuple, Optional, Sequence, Tuple

from .._gotpl.unicode.classes import is_identifier
from .checks import checks_of
from .suggestion import suggestion

# In the sentence, of each kind.
_MOST_TOLD = 10
_MOST_HEADER_BYTES = 2048
# More of one kind than fit into the header, where each takes 12 bytes at least: the others are only counted.
_MOST_KEPT = 160


class Violation(NamedTuple):
    # What follows `invalid variables: `.
    detail: str
    # `missing`, `unknown` and `invalid`, and `more` where the header has no room for all.
    problems: Dict[str, Any]
    # The same as the value of `Px0-Contract`.
    header: str


def compile_judge(schema: Mapping[str, Any]) -> Callable[..., Optional[Violation]]:
    """The judge of a schema: `judge(variables, missing_key="error")`, None for variables that keep to it."""
    root = _Node(schema, is_root=True)

    def judge(variables: Dict[str, Any], missing_key: str = "error") -> Optional[Violation]:
        demands = missing_key == "error"
        if root.accepts(variables, demands):
            return None
        findings = _Findings()
        root.look(variables, (), demands, findings)
        return findings.violation()

    return judge


_Place = Tuple[Any, ...]


class _Node:
    """A place in a schema."""

    def __init__(self, schema: Mapping[str, Any], is_root: bool = False) -> None:
        self.checks = checks_of(schema)
        properties, required = schema.get("properties", {}), schema.get("required", ())
        self.names = frozenset(properties)
        self.properties = [
            (key, _step(key, is_root), key in required, _Node(properties.get(key, {})))
            for key in dict.fromkeys((*properties, *required))
        ]
        self.is_closed = schema.get("additionalProperties") is False
        self.items: Optional[_Node] = _Node(schema["items"]) if "items" in schema else None
        self.is_root = is_root
        # It accepts whatever there is.
        self.is_open_to_all: bool = not (self.checks or self.properties or self.is_closed) and (
            self.items is None or self.items.is_open_to_all
        )

    def accepts(self, value: Any, demands: bool) -> bool:
        for refuses, _ in self.checks:
            if refuses(value):
                return False
        if isinstance(value, dict):
            for key, _, is_required, node in self.properties:
                if key in value:
                    if not node.is_open_to_all and not node.accepts(value[key], demands):
                        return False
                elif is_required and demands:
                    return False
            return not self.is_closed or value.keys() <= self.names
        if self.items is not None and not self.items.is_open_to_all and isinstance(value, list):
            accepts = self.items.accepts
            return all(accepts(item, demands) for item in value)
        return True

    def look(self, value: Any, place: _Place, demands: bool, findings: _Findings) -> None:
        """Finds what is wrong. A place is a step and the place above it, so that only those are written that are told."""
        for refuses, phrase in self.checks:
            if refuses(value):
                # What is wrong as a whole is told once, and not looked into.
                findings.invalid.add(place, phrase)
                return
        if isinstance(value, dict):
            self._look_into(value, place, demands, findings)
        elif self.items is not None and not self.items.is_open_to_all and isinstance(value, list):
            before = [kind.begin() for kind in findings.kinds]
            for index in _in_order_of_text(len(value)):
                for kind, (kept, _) in zip(findings.kinds, before):
                    kind.is_counting = kind.is_counting or len(kind.kept) - kept >= _MOST_KEPT
                self.items.look(value[index], (place, f"[{index}]"), demands, findings)
            for kind, (_, was_counting) in zip(findings.kinds, before):
                kind.is_counting = was_counting

    def _look_into(self, value: Dict[str, Any], place: _Place, demands: bool, findings: _Findings) -> None:
        others: Optional[List[str]] = None
        for key, step, is_required, node in self.properties:
            if key in value:
                node.look(value[key], (place, step), demands, findings)
            elif is_required and demands:
                if others is None:
                    others = list(value.keys() - {name for name, _, _, _ in self.properties})
                findings.missing.add((place, step), (key, others))
        if not self.is_closed:
            return
        unknown = value.keys() - self.names
        not_given = list(self.names - value.keys())
        # Without all of them being put in order: there may be very many.
        for step, key in nsmallest(_MOST_KEPT, ((_step(key, self.is_root), key) for key in unknown)):
            findings.unknown.add((place, step), (key, not_given))
        findings.unknown.total += max(len(unknown) - _MOST_KEPT, 0)


class _Kind:
    """What was found of one kind: how often, and the first of it, each with its path."""

    def __init__(self) -> None:
        self.total = 0
        self.kept: List[Tuple[str, Any]] = []
        self.is_counting = False

    def add(self, place: _Place, what: Any) -> None:
        self.total += 1
        if not self.is_counting:
            self.kept.append((_path(place), what))

    def begin(self) -> Tuple[int, bool]:
        return len(self.kept), self.is_counting

    def first(self) -> List[Tuple[str, Any]]:
        return sorted(self.kept, key=lambda found: found[0])[:_MOST_KEPT]


class _Findings:
    def __init__(self) -> None:
        self.missing, self.unknown, self.invalid = self.kinds = (_Kind(), _Kind(), _Kind())

    def violation(self) -> Violation:
        missing, unknown = ([_name_problem(*found) for found in kind.first()] for kind in self.kinds[:2])
        invalid = [{"path": path, "must": must} for path, must in self.invalid.first()]
        parts = []
        for word, kind, names in (("missing", self.missing, missing), ("unknown", self.unknown, unknown)):
            if kind.total > 0:
                parts.append(f"{word} {_told([_name_text(name) for name in names], kind.total, ', ')}")
        if self.invalid.total > 0:
            parts.append(_told([f"{wrong['path']} must {wrong['must']}" for wrong in invalid], self.invalid.total, "; "))
        problems = self._problems({"missing": missing, "unknown": unknown, "invalid": invalid})
        return Violation("; ".join(parts), problems, _ascii(problems))

    def _problems(self, lists: Dict[str, List[Dict[str, str]]]) -> Dict[str, Any]:
        """As many as there is room for, from the first list on."""
        problems: Dict[str, Any] = {name: [] for name in lists}
        outside, size = sum(kind.total for kind in self.kinds), len(_ascii(problems))
        for name, problem in ((name, problem) for name, found in lists.items() for problem in found):
            size += len(_ascii(problem)) + (1 if problems[name] else 0)
            more = len(f',"more":{outside - 1}') if outside > 1 else 0
            if size + more > _MOST_HEADER_BYTES:
                break
            problems[name].append(problem)
            outside -= 1
        if outside > 0:
            problems["more"] = outside
        return problems


def _name_problem(path: str, meant: Tuple[str, Sequence[str]]) -> Dict[str, str]:
    given = suggestion(*meant)
    return {"path": path} if given is None else {"path": path, "given": given}


def _name_text(problem: Dict[str, str]) -> str:
    return f"{problem['path']} (did you mean {problem['given']}?)" if "given" in problem else problem["path"]


def _told(texts: Sequence[str], total: int, separator: str) -> str:
    more = f" and {total - _MOST_TOLD} more" if total > _MOST_TOLD else ""
    return separator.join(texts[:_MOST_TOLD]) + more


def _ascii(value: Any) -> str:
    """JSON that a header can hold, the control character among it that JSON does not escape."""
    return json.dumps(value, separators=(",", ":")).replace("\x7f", "\\u007f")


def _step(key: str, is_first: bool) -> str:
    if not is_identifier(key):
        return f"[{json.dumps(key, ensure_ascii=False)}]"
    return key if is_first else f".{key}"


def _path(place: _Place) -> str:
    steps = []
    while place:
        place, step = place
        steps.append(step)
    return "".join(reversed(steps)) or "variables"


def _in_order_of_text(count: int) -> Iterator[int]:
    """The numbers below count as their texts in brackets are ordered: [0], [10], [11], [1], since a bracket comes behind the digits."""

    def beginning_with(number: int) -> Iterator[int]:
        if number < count:
            for digit in range(10):
                yield from beginning_with(number * 10 + digit)
            yield number

    if count > 0:
        yield 0
    for first in range(1, 10):
        yield from beginning_with(first)
