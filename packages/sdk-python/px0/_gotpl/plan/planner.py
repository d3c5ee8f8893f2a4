"""Turns the statements of a parsed template into a plan; expressions are `expression_planner.py`."""

from __future__ import annotations

from typing import Dict, List, Optional

from ..syntax.ast import ActionNode, BranchNode, ListNode, LocatedNode, Node, TemplateNode, TextNode
from .expression_planner import ExpressionPlanner
from .plan import (
    Block,
    BranchStatement,
    EvaluateStatement,
    Expression,
    IncludeStatement,
    JumpStatement,
    LoopStatement,
    Plan,
    PrintStatement,
    SettledExpression,
    Site,
    Statement,
    Target,
    TextStatement,
    Unit,
)
from .scope import Scope


def plan_template(main_name: str, trees: Dict[str, ListNode]) -> Plan:
    names = [main_name, *(name for name in trees if name != main_name)]
    numbers = {name: index for index, name in enumerate(names)}
    units: List[Unit] = []
    has_stray_bytes = False
    for name in names:
        planner = _UnitPlanner(name, numbers)
        units.append(planner.plan(trees[name]))
        has_stray_bytes = has_stray_bytes or planner.has_stray_bytes
    return Plan(units, has_stray_bytes)


class _UnitPlanner:
    def __init__(self, name: str, numbers: Dict[str, int]) -> None:
        self._name = name
        self._numbers = numbers
        self._scope = Scope()
        self._expressions = ExpressionPlanner(name, self._scope)

    @property
    def has_stray_bytes(self) -> bool:
        return self._expressions.has_stray_bytes

    def plan(self, root: ListNode) -> Unit:
        dot = self._scope.new_local()
        dot.holds_values = True
        self._scope.dot = dot
        dollar = self._scope.declare("$")
        dollar.holds_values = True
        body = self._block(root)
        return Unit(self._name, dot, dollar, self._scope.size, body)

    def _block(self, list_: ListNode) -> Block:
        statements: List[Statement] = []
        texts: List[str] = []
        for node in list_.nodes:
            if isinstance(node, TextNode):
                # Comments leave texts side by side.
                texts.append(node.text)
                continue
            if texts:
                statements.append(TextStatement("".join(texts)))
                texts.clear()
            statements.append(self._statement(node))
        if texts:
            statements.append(TextStatement("".join(texts)))
        site = self._site(list_.nodes[0] if list_.nodes else list_)
        return Block(statements, len(list_.nodes) + 1, site)

    def _scoped_block(self, list_: ListNode) -> Block:
        mark = self._scope.enter()
        block = self._block(list_)
        self._scope.leave(mark)
        return block

    def _statement(self, node: Node) -> Statement:
        if isinstance(node, TextNode):
            return TextStatement(node.text)
        if isinstance(node, ActionNode):
            value = self._expressions.pipeline(node.pipe)
            if node.pipe.declarations:
                return EvaluateStatement(value)
            return PrintStatement(_unsettled(value), self._site(node))
        if isinstance(node, BranchNode):
            return self._loop(node) if node.type == "range" else self._branch(node)
        if isinstance(node, TemplateNode):
            return self._include(node)
        return JumpStatement(node.type)

    def _branch(self, node: BranchNode) -> Statement:
        scope = self._scope
        mark = scope.enter()
        value = self._expressions.pipeline(node.pipe)
        outer = scope.dot
        dot = scope.new_local() if node.type == "with" else None
        if dot is not None:
            dot.holds_values = True
            scope.dot = dot
        body = self._scoped_block(node.list)
        scope.dot = outer
        otherwise = None if node.else_list is None else self._scoped_block(node.else_list)
        scope.leave(mark)
        return BranchStatement(_unsettled(value) if dot is None else value, dot, body, otherwise)

    def _loop(self, node: BranchNode) -> Statement:
        scope = self._scope
        mark = scope.enter()
        pipe = node.pipe
        over, assigned = self._expressions.range_pipeline(pipe)
        site = self._site(over.last)
        names = [variable.name for variable in pipe.declarations]
        outer = scope.dot
        inner = scope.enter()
        targets = assigned
        if targets is None:
            targets = [Target(True, (scope.declare(name),), name, site) for name in names]
        index = targets[0] if len(targets) > 1 else None
        item = targets[-1] if targets else None
        for local in () if index is None else index.candidates:
            local.holds_values = True
        for local in () if item is None else item.candidates:
            local.holds_elements = True
        dot = scope.new_local()
        dot.holds_elements = True
        scope.dot = dot
        body = self._scoped_block(node.list)
        scope.leave(inner)
        scope.dot = outer
        otherwise_locals = []
        otherwise: Optional[Block] = None
        if node.else_list is not None:
            if assigned is None:
                otherwise_locals = [scope.declare(name) for name in names]
            for local in otherwise_locals:
                local.holds_values = True
            otherwise = self._scoped_block(node.else_list)
        scope.leave(mark)
        return LoopStatement(_unsettled(over), site, dot, index, item, body, otherwise_locals, otherwise)

    def _include(self, node: TemplateNode) -> Statement:
        data = None if node.pipe is None else self._expressions.pipeline(node.pipe)
        return IncludeStatement(self._numbers.get(node.name), node.name, data, self._site(node))

    def _site(self, node: Optional[LocatedNode]) -> Site:
        return Site(self._name, node)


def _unsettled(value: Expression) -> Expression:
    """For a consumer that treats nil in an interface like no value."""
    return value.of if isinstance(value, SettledExpression) else value
