"""Plans pipelines and operands. Follows the order in which Go enters nodes and evaluates things, since that order decides which error is
reported, and where.
"""

from __future__ import annotations

import re
from typing import List, Optional, Tuple, Union

from ..syntax.ast import (
    BoolNode,
    ChainNode,
    CommandNode,
    DotNode,
    FieldNode,
    IdentifierNode,
    LocatedNode,
    NilNode,
    NumberNode,
    Operand,
    PipeNode,
    StringNode,
    VariableNode,
)
from ..syntax.function_table import SIGNATURES
from ..syntax.node_text import node_text
from ..syntax.number_literal import NumberLiteral
from ..values.go_string import is_well_formed
from ..values.quote import quote
from ..values.values import UNDEFINED
from .plan import (
    Argument,
    AssignExpression,
    CallExpression,
    ConstantExpression,
    ElementExpression,
    Expression,
    FailureExpression,
    FieldExpression,
    LocalExpression,
    LogicExpression,
    Origin,
    SequenceExpression,
    SettledExpression,
    Site,
    Target,
)
from .scope import Scope


class ExpressionPlanner:
    def __init__(self, unit: str, scope: Scope) -> None:
        self.has_stray_bytes = False
        self._unit = unit
        self._scope = scope

    def pipeline(self, pipe: PipeNode, is_lenient: bool = False) -> Expression:
        """The value is never nil in an interface: pipelines take values out of those."""
        value = self._commands(pipe, is_lenient)
        if not pipe.declarations:
            return value
        targets = [self._target(variable.name, pipe, value.last) for variable in pipe.declarations]
        return AssignExpression(value, targets, value.last)

    def range_pipeline(self, pipe: PipeNode) -> Tuple[Expression, Optional[List[Target]]]:
        """Like `pipeline`, but what is declared is left to the loop; what is assigned is given as targets."""
        value = self._commands(pipe, False)
        if not pipe.declarations or not pipe.is_assignment:
            return value, None
        targets = [self._target(variable.name, pipe, value.last) for variable in pipe.declarations]
        return AssignExpression(value, targets, value.last), targets

    def _target(self, name: str, pipe: PipeNode, last: Optional[LocatedNode]) -> Target:
        candidates = self._scope.find(name) if pipe.is_assignment else (self._scope.declare(name),)
        for local in candidates:
            local.holds_values = True
        return Target(not pipe.is_assignment, candidates, name, self._site(last))

    def _commands(self, pipe: PipeNode, is_lenient: bool) -> Expression:
        # The pipeline's value so far, and the node entered last.
        piped: Optional[Expression] = None
        current: Optional[LocatedNode] = pipe
        final = len(pipe.commands) - 1
        for index, command in enumerate(pipe.commands):
            is_defaulted = is_lenient if index == final else _is_default_of_piped(pipe.commands[index + 1])
            piped = _settled(self._command(command, piped, current, is_defaulted))
            current = piped.last
        return self._failure("missing value", pipe) if piped is None else piped

    def _command(
        self, command: CommandNode, piped: Optional[Expression], current: Optional[LocatedNode], is_lenient: bool
    ) -> Expression:
        first = command.args[0]
        has_arguments = len(command.args) > 1 or piped is not None
        if isinstance(first, FieldNode):
            return _after(piped if has_arguments else None, self._field(first, has_arguments, is_lenient))
        if isinstance(first, IdentifierNode):
            return self._call(first, command, command.args[1:], piped)
        if isinstance(first, VariableNode):
            return _after(piped, self._variable(first, has_arguments, is_lenient))
        if isinstance(first, ChainNode):
            return _after(piped, self._chain(first, has_arguments, is_lenient))
        if isinstance(first, PipeNode):
            if has_arguments:
                return _after(piped, self._not_a_function(first, current))
            return self.pipeline(first, is_lenient)
        if has_arguments:
            return _after(piped, self._not_a_function(first, first))
        if isinstance(first, NilNode):
            return self._failure("nil is not a command", first)
        return self._constant(first)

    def _not_a_function(self, operand: Operand, node: Optional[LocatedNode]) -> Expression:
        return self._failure(f"can't give argument to non-function {node_text(operand)}", node)

    def _field(self, node: FieldNode, has_arguments: bool, is_lenient: bool) -> FieldExpression:
        dot = (self._scope.dot,)
        base = LocalExpression(dot, ".", self._site(node), node)
        return self._field_of(base, dot, node, node.path, has_arguments, is_lenient)

    def _field_of(
        self,
        base: Expression,
        origin: Origin,
        node: LocatedNode,
        path: Tuple[str, ...],
        has_arguments: bool,
        is_lenient: bool,
    ) -> FieldExpression:
        last = node if isinstance(base, LocalExpression) else base.last
        return FieldExpression(base, origin, path, self._site(last), is_lenient, has_arguments, last)

    def _chain(self, node: ChainNode, has_arguments: bool, is_lenient: bool) -> Expression:
        operand = node.operand
        if isinstance(operand, PipeNode):
            base = self.pipeline(operand)
        else:
            base = self._call(operand, operand, [], None)
        return self._field_of(base, "value", node, node.path, has_arguments, is_lenient)

    def _variable(self, node: VariableNode, has_arguments: bool, is_lenient: bool) -> Expression:
        candidates = self._scope.find(node.name)
        value = LocalExpression(candidates, node.name, self._site(node), node)
        if node.path:
            return self._field_of(value, candidates, node, node.path, has_arguments, is_lenient)
        return _after(value, self._not_a_function(node, node)) if has_arguments else value

    def _constant(self, node: Operand) -> Expression:
        if isinstance(node, StringNode):
            if not is_well_formed(node.text):
                self.has_stray_bytes = True
            return ConstantExpression(node.text, node)
        if isinstance(node, NumberNode):
            return self._number(node)
        if isinstance(node, BoolNode):
            return ConstantExpression(node.value, node)
        if isinstance(node, DotNode):
            return LocalExpression((self._scope.dot,), ".", self._site(node), node)
        return ConstantExpression(UNDEFINED, node)

    def _number(self, node: NumberNode) -> Expression:
        literal = node.literal
        if literal.complex is not None:
            return ConstantExpression(literal.complex, node)
        if literal.float is not None and _is_written_as_float(literal):
            return ConstantExpression(literal.float, node)
        if literal.int is not None:
            return ConstantExpression(literal.int, node)
        return self._failure(f"{literal.text} overflows int", node)

    def _call(
        self, node: IdentifierNode, blamed: LocatedNode, operands: List[Operand], piped: Optional[Expression]
    ) -> Expression:
        """`blamed` is the node that errors of the function itself are reported at."""
        name = node.name
        fixed, rest = SIGNATURES[name]
        count = len(operands) + (0 if piped is None else 1)
        if count != len(fixed) if rest is None else count < len(fixed):
            wanted = (
                f"want {len(fixed)} got {count}"
                if rest is None
                else f"want at least {len(fixed)} got {len(operands)}"
            )
            return _after(piped, self._failure(f"wrong number of args for {name}: {wanted}", node))
        if name == "and" or name == "or":
            return self._logic(name, node, operands, piped)
        args: List[Argument] = []
        for index, operand in enumerate(operands):
            type_ = fixed[index] if index < len(fixed) else "any"
            value = self._argument(operand, type_, name == "default" and index == 1)
            site = self._site(value.last)
            if name == "slice" and index > 0:
                value = self._as_slice_index(operand, value)
            args.append(Argument(value, type_, site))
        last = args[-1].value.last if args else node
        piped_argument: Optional[Argument] = None
        if piped is not None:
            type_ = fixed[len(operands)] if len(operands) < len(fixed) else "any"
            piped_argument = Argument(piped, type_, self._site(last))
        if name == "call":
            args.insert(0, self._callee(operands))
        return CallExpression(name, piped_argument, args, self._site(blamed), last)

    def _callee(self, operands: List[Operand]) -> Argument:
        """`call` names what it was given in its error."""
        text = node_text(operands[0]) if operands else UNDEFINED
        return Argument(ConstantExpression(text, None), "any", self._site(None))

    def _logic(
        self, name: str, node: IdentifierNode, operands: List[Operand], piped: Optional[Expression]
    ) -> LogicExpression:
        args = [self._argument(operand, "any", False) for operand in operands[:1]]
        mark = self._scope.enter_conditional()
        args += [self._argument(operand, "any", False) for operand in operands[1:]]
        declared = self._scope.leave_conditional(mark)
        # With one argument it is known which node was entered last.
        last: Optional[LocatedNode] = None
        if len(args) <= 1:
            last = args[0].last if args else node
        return LogicExpression(name, piped, args, declared, last)

    def _argument(self, node: Operand, type_: str, is_lenient: bool) -> Expression:
        if isinstance(node, FieldNode):
            return self._field(node, False, is_lenient)
        if isinstance(node, VariableNode):
            return self._variable(node, False, is_lenient)
        if isinstance(node, PipeNode):
            return self.pipeline(node, is_lenient)
        if isinstance(node, ChainNode):
            return self._chain(node, False, is_lenient)
        if isinstance(node, IdentifierNode):
            return self._call(node, node, [], None)
        if isinstance(node, DotNode) or type_ == "any":
            return self._constant(node)
        if isinstance(node, NilNode):
            return self._failure(f"cannot assign nil to {type_}", node)
        return self._typed_constant(node, type_)

    def _typed_constant(self, node: Union[BoolNode, NumberNode, StringNode], type_: str) -> Expression:
        if type_ == "string":
            if isinstance(node, StringNode):
                return self._constant(node)
            return self._failure(f"expected string; found {node_text(node)}", node)
        if isinstance(node, NumberNode) and node.literal.int is not None:
            return ConstantExpression(node.literal.int, node)
        return self._failure(f"expected integer; found {node_text(node)}", node)

    def _as_slice_index(self, operand: Operand, value: Expression) -> Expression:
        """`slice` alone looks at its indexes without taking them out of their interfaces."""
        origin = self._origin_of(operand)
        return value if origin == "value" else ElementExpression(value, origin)

    def _origin_of(self, operand: Operand) -> Origin:
        if isinstance(operand, (FieldNode, ChainNode)):
            return "element"
        if isinstance(operand, DotNode):
            return (self._scope.dot,)
        if isinstance(operand, VariableNode):
            return "element" if operand.path else self._scope.find(operand.name)
        return "value"

    def _failure(self, message: str, node: Optional[LocatedNode]) -> Expression:
        return FailureExpression(message, self._site(node))

    def _site(self, node: Optional[LocatedNode]) -> Site:
        return Site(self._unit, node)


def _after(first: Optional[Expression], then: Expression) -> Expression:
    return then if first is None else SequenceExpression(first, then)


def _settled(value: Expression) -> Expression:
    if isinstance(value, (ConstantExpression, AssignExpression, SettledExpression, FailureExpression)):
        return value
    # Of the functions only these can give nil in an interface.
    if isinstance(value, CallExpression) and value.name not in ("index", "default"):
        return value
    return SettledExpression(value)


def _is_default_of_piped(command: CommandNode) -> bool:
    """`… | default x`: what is piped in is the value that may be missing."""
    first = command.args[0]
    return isinstance(first, IdentifierNode) and first.name == "default" and len(command.args) == 2


_HEX_INTEGER = re.compile(r"0[xX].")
_HEX_EXPONENT = re.compile(r"[pP]")
_FLOAT_MARK = re.compile(r"[.eEpP]")


def _is_written_as_float(literal: NumberLiteral) -> bool:
    """The syntax of a number decides its type; the rules are those of `idealConstant`, odd ones included."""
    text = literal.text
    is_hex_integer = _HEX_INTEGER.match(text) is not None and _HEX_EXPONENT.search(text) is None
    return not is_hex_integer and not text.startswith("'") and _FLOAT_MARK.search(text) is not None
