"""A template made ready to run: variables resolved to slots, arguments checked as far as the text allows, and for each place that can
fail the node that Go would blame.
"""

from __future__ import annotations

from typing import Any, List, NamedTuple, Optional, Tuple, Union

from ..syntax.ast import LocatedNode


class Site(NamedTuple):
    """Where an error is reported. Without a node it is the one that `Run.last` names."""

    # The template that is executing.
    unit: str
    node: Optional[LocatedNode]


class Local:
    """A variable, or a dot: one slot of a template's frame."""

    __slots__ = ("slot", "flag_slot", "is_conditional", "holds_elements", "holds_values")

    def __init__(self, slot: int, flag_slot: int, is_conditional: bool) -> None:
        self.slot = slot
        # Says at run time which of the two it is, for a local that holds both.
        self.flag_slot = flag_slot
        # Declared where evaluation may not come by: until then the slot holds `UNSET`.
        self.is_conditional = is_conditional
        # Set to elements of lists and maps, which Go keeps in an interface that some messages name as the type.
        self.holds_elements = False
        # Set to values of expressions.
        self.holds_values = False

    @property
    def is_mixed(self) -> bool:
        return self.holds_elements and self.holds_values


# The locals that a name may mean, newest first: the first one that is set.
Candidates = Tuple[Local, ...]

# Whether a value is an element in an interface: known from the text ("value" or "element"), or from the local that it came out of.
Origin = Union[str, Candidates]


class Expression:
    """`last` is the node entered last when the expression has been evaluated; nothing when only the run can tell."""

    __slots__ = ("last",)

    def __init__(self, last: Optional[LocatedNode]) -> None:
        self.last = last


class ConstantExpression(Expression):
    __slots__ = ("value",)

    def __init__(self, value: Any, last: Optional[LocatedNode]) -> None:
        self.value = value
        self.last = last


class LocalExpression(Expression):
    __slots__ = ("candidates", "name", "site")

    def __init__(self, candidates: Candidates, name: str, site: Site, last: Optional[LocatedNode]) -> None:
        self.candidates = candidates
        self.name = name
        self.site = site
        self.last = last


class FieldExpression(Expression):
    """`is_lenient`: a missing key gives nothing instead of an error. `has_arguments`: followed by arguments, which no field takes."""

    __slots__ = ("base", "origin", "path", "site", "is_lenient", "has_arguments")

    def __init__(
        self,
        base: Expression,
        origin: Origin,
        path: Tuple[str, ...],
        site: Site,
        is_lenient: bool,
        has_arguments: bool,
        last: Optional[LocatedNode],
    ) -> None:
        self.base = base
        self.origin = origin
        self.path = path
        self.site = site
        self.is_lenient = is_lenient
        self.has_arguments = has_arguments
        self.last = last


class Argument(NamedTuple):
    value: Expression
    # "any", "string" or "int".
    type: str
    site: Site


class CallExpression(Expression):
    """`piped` is evaluated before the others, though it is passed as the last one."""

    __slots__ = ("name", "piped", "args", "site")

    def __init__(
        self, name: str, piped: Optional[Argument], args: List[Argument], site: Site, last: Optional[LocatedNode]
    ) -> None:
        self.name = name
        self.piped = piped
        self.args = args
        self.site = site
        self.last = last


class LogicExpression(Expression):
    """`name` is "and" or "or"; `conditional` is what is declared inside, to be unset before."""

    __slots__ = ("name", "piped", "args", "conditional")

    def __init__(
        self,
        name: str,
        piped: Optional[Expression],
        args: List[Expression],
        conditional: List[Local],
        last: Optional[LocatedNode],
    ) -> None:
        self.name = name
        self.piped = piped
        self.args = args
        self.conditional = conditional
        self.last = last


class Target(NamedTuple):
    """A local to set."""

    # There is one candidate, and it is set whether or not it has been before.
    is_declared: bool
    candidates: Candidates
    name: str
    site: Site


class AssignExpression(Expression):
    __slots__ = ("value", "targets")

    def __init__(self, value: Expression, targets: List[Target], last: Optional[LocatedNode]) -> None:
        self.value = value
        self.targets = targets
        self.last = last


class SequenceExpression(Expression):
    __slots__ = ("first", "then")

    def __init__(self, first: Expression, then: Expression) -> None:
        self.first = first
        self.then = then
        self.last = then.last


class SettledExpression(Expression):
    """Nil in an interface becomes no value."""

    __slots__ = ("of",)

    def __init__(self, of: Expression) -> None:
        self.of = of
        self.last = of.last


class ElementExpression(Expression):
    """An element that is no integer becomes nil."""

    __slots__ = ("of", "origin")

    def __init__(self, of: Expression, origin: Origin) -> None:
        self.of = of
        self.origin = origin
        self.last = of.last


class FailureExpression(Expression):
    __slots__ = ("message", "site")

    def __init__(self, message: str, site: Site) -> None:
        self.message = message
        self.site = site
        self.last = site.node


class TextStatement(NamedTuple):
    text: str


class PrintStatement(NamedTuple):
    value: Expression
    site: Site


class EvaluateStatement(NamedTuple):
    value: Expression


class BranchStatement(NamedTuple):
    test: Expression
    # Takes the value of the test, in a `with`.
    dot: Optional[Local]
    body: "Block"
    otherwise: "Optional[Block]"


class LoopStatement(NamedTuple):
    over: Expression
    site: Site
    dot: Local
    index_target: Optional[Target]
    item_target: Optional[Target]
    body: "Block"
    # These hold the value that was ranged over, in the else branch.
    otherwise_locals: List[Local]
    otherwise: "Optional[Block]"


class IncludeStatement(NamedTuple):
    # The unit's number; nothing when no template has the name.
    target: Optional[int]
    name: str
    data: Optional[Expression]
    site: Site


class JumpStatement(NamedTuple):
    # "break" or "continue".
    kind: str


Statement = Union[
    TextStatement,
    PrintStatement,
    EvaluateStatement,
    BranchStatement,
    LoopStatement,
    IncludeStatement,
    JumpStatement,
]


class Block(NamedTuple):
    statements: List[Statement]
    # What one pass costs of the budget of steps.
    cost: int
    site: Site


class Unit(NamedTuple):
    """One template: the main one or a defined one."""

    name: str
    # Holds the data at the start; `$` is another local with the same value.
    dot: Local
    root: Local
    slots: int
    body: Block


class Plan(NamedTuple):
    # The main template is the first.
    units: List[Unit]
    # The template itself contains bytes that are not UTF-8.
    has_stray_bytes: bool


class _Unset:
    __slots__ = ()


# What a conditional local holds before its declaration is evaluated.
UNSET = _Unset()
