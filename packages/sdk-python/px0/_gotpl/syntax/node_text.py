"""A node written out anew, as error messages show it: single spaces, literals as they were written."""

from __future__ import annotations

from ..values.quote import quote
from .ast import (
    ActionNode,
    BoolNode,
    BranchNode,
    ChainNode,
    CommandNode,
    DotNode,
    FieldNode,
    IdentifierNode,
    JumpNode,
    ListNode,
    LocatedNode,
    NilNode,
    NumberNode,
    Operand,
    PipeNode,
    StringNode,
    TemplateNode,
    TextNode,
    VariableNode,
)


def node_text(node: LocatedNode) -> str:
    if isinstance(node, ActionNode):
        return f"{{{{{_pipe_text(node.pipe)}}}}}"
    if isinstance(node, TemplateNode):
        return f"{{{{template {quote(node.name)}{'' if node.pipe is None else ' ' + _pipe_text(node.pipe)}}}}}"
    if isinstance(node, CommandNode):
        return " ".join([_argument_text(arg) for arg in node.args])
    if isinstance(node, BranchNode):
        return f"{{{{{node.type} {_pipe_text(node.pipe)}}}}}"
    if isinstance(node, JumpNode):
        return f"{{{{{node.type}}}}}"
    if isinstance(node, TextNode):
        return node.text
    if isinstance(node, ListNode):
        return ""
    return _operand_text(node)


def _operand_text(node: Operand) -> str:
    if isinstance(node, IdentifierNode):
        return node.name
    if isinstance(node, FieldNode):
        return "." + ".".join(node.path)
    if isinstance(node, VariableNode):
        return ".".join((node.name, *node.path))
    if isinstance(node, ChainNode):
        return f"{_argument_text(node.operand)}.{'.'.join(node.path)}"
    if isinstance(node, DotNode):
        return "."
    if isinstance(node, NilNode):
        return "nil"
    if isinstance(node, BoolNode):
        return "true" if node.value else "false"
    if isinstance(node, NumberNode):
        return node.literal.text
    if isinstance(node, StringNode):
        return node.quoted
    return _pipe_text(node)


def _argument_text(node: Operand) -> str:
    return f"({_pipe_text(node)})" if isinstance(node, PipeNode) else _operand_text(node)


def _pipe_text(pipe: PipeNode) -> str:
    commands = " | ".join([node_text(command) for command in pipe.commands])
    if not pipe.declarations:
        return commands
    names = ", ".join([variable.name for variable in pipe.declarations])
    return f"{names} {'=' if pipe.is_assignment else ':='} {commands}"
