"""What is wrong with the variables of a render, by the contract of the version. No values are repeated."""

from __future__ import annotations

import json
from typing import Any, List, Optional, TypedDict


class _Path(TypedDict):
    path: str


class NameProblem(_Path, total=False):
    """A variable that is missing, or that the contract does not know."""

    # Of a missing one: the name that was given and may mean it. Of an unknown one: the name that may be meant.
    given: str


class ValueProblem(TypedDict):
    """A value that is not as it must be."""

    path: str
    # What follows "must", such as `be a number`.
    must: str


class _Lists(TypedDict):
    missing: List[NameProblem]
    unknown: List[NameProblem]
    invalid: List[ValueProblem]


class ContractProblems(_Lists, total=False):
    # How many problems there are beside these, where there are too many to tell.
    more: int


def problems_in(header: Optional[str]) -> Optional[ContractProblems]:
    """The value of the header `Px0-Contract`; None when there is none, or one of another form."""
    try:
        value = json.loads(header or "")
        problems = ContractProblems(
            missing=[_name_problem(one) for one in _list(value["missing"])],
            unknown=[_name_problem(one) for one in _list(value["unknown"])],
            invalid=[ValueProblem(path=_text(one["path"]), must=_text(one["must"])) for one in _list(value["invalid"])],
        )
        if "more" in value:
            problems["more"] = _count(value["more"])
    except (ValueError, TypeError, KeyError, RecursionError):
        return None
    return problems


def _name_problem(value: Any) -> NameProblem:
    problem = NameProblem(path=_text(value["path"]))
    if "given" in value:
        problem["given"] = _text(value["given"])
    return problem


def _list(value: Any) -> List[Any]:
    if not isinstance(value, list):
        raise TypeError("not a list")
    return value


def _text(value: Any) -> str:
    if not isinstance(value, str):
        raise TypeError("not a text")
    return value


def _count(value: Any) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or value < 1:
        raise TypeError("not a number of problems")
    return value
