"""The parse tree. Positions are offsets into the source, of the token that Go locates the node at."""

from __future__ import annotations

from typing import List, Optional, Tuple, Union

from .number_literal import NumberLiteral


class ListNode:
    __slots__ = ("position", "nodes")

    def __init__(self, position: int, nodes: "List[Node]") -> None:
        self.position = position
        self.nodes = nodes


class TextNode:
    __slots__ = ("position", "text")

    def __init__(self, position: int, text: str) -> None:
        self.position = position
        self.text = text


class ActionNode:
    __slots__ = ("position", "pipe")

    def __init__(self, position: int, pipe: "PipeNode") -> None:
        self.position = position
        self.pipe = pipe


class BranchNode:
    """`type` is "if", "with" or "range"."""

    __slots__ = ("type", "position", "pipe", "list", "else_list")

    def __init__(self, type_: str, pipe: "PipeNode", list_: ListNode, else_list: Optional[ListNode]) -> None:
        self.type = type_
        self.position = pipe.position
        self.pipe = pipe
        self.list = list_
        self.else_list = else_list


class JumpNode:
    """`type` is "break" or "continue"."""

    __slots__ = ("type", "position")

    def __init__(self, type_: str, position: int) -> None:
        self.type = type_
        self.position = position


class TemplateNode:
    __slots__ = ("position", "name", "pipe")

    def __init__(self, position: int, name: str, pipe: "Optional[PipeNode]") -> None:
        self.position = position
        self.name = name
        self.pipe = pipe


class PipeNode:
    """`is_assignment`: `=` rather than `:=`."""

    __slots__ = ("position", "is_assignment", "declarations", "commands")

    def __init__(
        self, position: int, is_assignment: bool, declarations: "List[VariableNode]", commands: "List[CommandNode]"
    ) -> None:
        self.position = position
        self.is_assignment = is_assignment
        self.declarations = declarations
        self.commands = commands


class CommandNode:
    """`args` has at least one."""

    __slots__ = ("position", "args")

    def __init__(self, position: int, args: "List[Operand]") -> None:
        self.position = position
        self.args = args


class IdentifierNode:
    __slots__ = ("position", "name")

    def __init__(self, position: int, name: str) -> None:
        self.position = position
        self.name = name


class FieldNode:
    __slots__ = ("position", "path")

    def __init__(self, position: int, path: Tuple[str, ...]) -> None:
        self.position = position
        self.path = path


class VariableNode:
    """`name` is with its dollar sign."""

    __slots__ = ("position", "name", "path")

    def __init__(self, position: int, name: str, path: Tuple[str, ...] = ()) -> None:
        self.position = position
        self.name = name
        self.path = path


class ChainNode:
    __slots__ = ("position", "operand", "path")

    def __init__(self, position: int, operand: Union[PipeNode, IdentifierNode], path: Tuple[str, ...]) -> None:
        self.position = position
        self.operand = operand
        self.path = path


class DotNode:
    __slots__ = ("position",)

    def __init__(self, position: int) -> None:
        self.position = position


class NilNode:
    __slots__ = ("position",)

    def __init__(self, position: int) -> None:
        self.position = position


class BoolNode:
    __slots__ = ("position", "value")

    def __init__(self, position: int, value: bool) -> None:
        self.position = position
        self.value = value


class NumberNode:
    __slots__ = ("position", "literal")

    def __init__(self, position: int, literal: NumberLiteral) -> None:
        self.position = position
        self.literal = literal


class StringNode:
    """`quoted` is as written, with its quotes."""

    __slots__ = ("position", "quoted", "text")

    def __init__(self, position: int, quoted: str, text: str) -> None:
        self.position = position
        self.quoted = quoted
        self.text = text


Operand = Union[
    IdentifierNode,
    FieldNode,
    VariableNode,
    ChainNode,
    DotNode,
    NilNode,
    BoolNode,
    NumberNode,
    StringNode,
    PipeNode,
]
Node = Union[TextNode, ActionNode, BranchNode, JumpNode, TemplateNode]
# A node that an execution error can be located at.
LocatedNode = Union[Node, ListNode, CommandNode, Operand]
