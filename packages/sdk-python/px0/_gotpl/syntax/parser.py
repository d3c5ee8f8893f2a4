"""Parses a template into its trees: the template itself and each one that it defines. Accepts and rejects what `text/template/parse`
does, with its messages; nesting is bounded, and few of Python's frames are taken for each level of it.
"""

from __future__ import annotations

from typing import Callable, Dict, List, NamedTuple, NoReturn, Optional, Tuple, Union

from ..errors import TemplateSyntaxError
from ..unicode.white_space import is_blank
from ..values.quote import quote, unquote
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
    NilNode,
    Node,
    NumberNode,
    Operand,
    PipeNode,
    StringNode,
    TemplateNode,
    TextNode,
    VariableNode,
)
from .function_table import SIGNATURES
from .lexer import Lexer, Token
from .node_text import node_text
from .number_literal import LiteralError, parse_number
from .source import Source
from .token_stream import TokenStream, describe_token

# Actions and parentheses inside one another, taken together.
_MAX_NESTING = 500

_RIGHT_DELIMITER_LENGTH = 2


def parse(source: Source) -> Dict[str, ListNode]:
    """The root of each tree by its name."""
    shared = _Shared(source)
    _TreeParser(shared).parse_main()
    return shared.trees


class Extent(NamedTuple):
    """A part of a source, as offsets."""

    start: int
    end: int


class Linkage(NamedTuple):
    """What the texts that are linked into one program share."""

    # The definitions of all of them, each name once.
    trees: Dict[str, ListNode]
    # Takes a name, and whether it is defined rather than called.
    is_reserved: Callable[[str, bool], bool]


def parse_linked(source: Source, linkage: Linkage) -> List[Extent]:
    """Parses a text that becomes a definition of its own in a program; gives where its `{{define}}` actions stand, with their ends."""
    shared = _Shared(source, linkage)
    _TreeParser(shared).parse_main()
    return shared.definitions


class _Shared:
    def __init__(self, source: Source, linkage: Optional[Linkage] = None) -> None:
        self.source = source
        self.lexer = Lexer(source.text)
        self.linkage = linkage
        self.trees: Dict[str, ListNode] = {} if linkage is None else linkage.trees
        # A text that is linked with others is one deep already, as it will be inside its definition.
        self.nesting = 0 if linkage is None else 1
        # Of a text that is linked with others.
        self.definitions: List[Extent] = []


class _ListEnd:
    """What ends a list of nodes: `type` is "end" or "else"."""

    __slots__ = ("type", "position")

    def __init__(self, type_: str, position: int) -> None:
        self.type = type_
        self.position = position


_Parsed = Union[Node, _ListEnd]

_OPERAND_STARTS = frozenset(
    (
        "bool",
        "character",
        "complex",
        ".",
        "field",
        "identifier",
        "number",
        "nil",
        "raw string",
        "string",
        "variable",
        "(",
    )
)


class _TreeParser:
    """Parses one tree; each definition has its own, with its own variables and look-ahead."""

    def __init__(self, shared: _Shared) -> None:
        self._shared = shared
        self._tokens = TokenStream(shared.lexer)
        self._variables = ["$"]
        # How often each name is among the variables.
        self._declared = {"$": 1}
        # Where the action being read begins; nothing between actions.
        self._action_start: Optional[int] = None
        self._range_depth = 0

    def parse_main(self) -> None:
        tokens = self._tokens
        position = tokens.peek().position
        nodes: List[Node] = []
        while tokens.peek().type != "eof":
            if tokens.peek().type == "{{":
                delimiter = tokens.next()
                word = tokens.next_non_space()
                if word.type == "define":
                    end = _TreeParser(self._shared)._definition()
                    self._shared.definitions.append(Extent(delimiter.position, end))
                    continue
                tokens.put_back(delimiter, word)
            parsed = self._text_or_action()
            if isinstance(parsed, _ListEnd):
                self._fail(f"unexpected {{{{{parsed.type}}}}}")
            nodes.append(parsed)
        self._add(self._shared.source.name, ListNode(position, nodes))

    def _add(self, name: str, root: ListNode) -> None:
        trees = self._shared.trees
        existing = trees.get(name)
        is_once = self._shared.linkage is not None
        if existing is None or (not is_once and _is_empty(existing)):
            trees[name] = root
        elif is_once or not _is_empty(root):
            self._fail(f"template: multiple definition of template {quote(name)}")

    def _definition(self) -> int:
        """Gives where it ends."""
        context = "define clause"
        token = self._tokens.next_non_space()
        name = self._template_name(token, context)
        self._expect("}}", context)
        return self._body(name, context, self)

    def _body(self, name: str, context: str, blamed: "_TreeParser") -> int:
        """`blamed` reports an end that is none, at the token that it has read last."""
        self._enter()
        list_, end = self._item_list()
        self._shared.nesting -= 1
        if end.type != "end":
            blamed._fail(f"unexpected {{{{{end.type}}}}} in {context}")
        self._add(name, list_)
        return end.position + _RIGHT_DELIMITER_LENGTH

    def _item_list(self) -> Tuple[ListNode, _ListEnd]:
        tokens = self._tokens
        position = tokens.peek_non_space().position
        nodes: List[Node] = []
        while tokens.peek_non_space().type != "eof":
            parsed = self._text_or_action()
            if isinstance(parsed, _ListEnd):
                return ListNode(position, nodes), parsed
            nodes.append(parsed)
        self._fail("unexpected EOF")

    def _text_or_action(self) -> _Parsed:
        tokens = self._tokens
        token = tokens.next_non_space()
        if token.type == "text":
            return TextNode(token.position, token.text)
        if token.type != "{{":
            self._unexpected(token, "input")
        self._action_start = token.position
        word = tokens.next_non_space()
        type_ = word.type
        parsed: _Parsed
        if type_ == "if" or type_ == "range" or type_ == "with":
            parsed = self._branch(type_)
        elif type_ == "end":
            parsed = _ListEnd("end", self._expect("}}", "end").position)
        elif type_ == "else":
            parsed = self._else()
        elif type_ == "template":
            parsed = self._template()
        elif type_ == "block":
            parsed = self._block()
        elif type_ == "break" or type_ == "continue":
            parsed = self._jump(word, type_)
        else:
            tokens.put_back(word)
            parsed = ActionNode(tokens.peek().position, self._pipeline("command", "}}"))
        self._action_start = None
        return parsed

    def _jump(self, word: Token, type_: str) -> Node:
        token = self._tokens.next_non_space()
        if token.type != "}}":
            self._unexpected(token, f"{{{{{type_}}}}}")
        if self._range_depth == 0:
            self._fail(f"{{{{{type_}}}}} outside {{{{range}}}}")
        return JumpNode(type_, word.position)

    def _else(self) -> _ListEnd:
        following = self._tokens.peek_non_space()
        # What belongs to {{else if}} and {{else with}} is left for the one who asked for the list.
        if following.type == "if" or following.type == "with":
            return _ListEnd("else", following.position)
        return _ListEnd("else", self._expect("}}", "else").position)

    def _branch(self, type_: str) -> BranchNode:
        self._enter()
        scope = len(self._variables)
        pipe = self._pipeline(type_, "}}")
        if type_ == "range":
            self._range_depth += 1
        list_, end = self._item_list()
        if type_ == "range":
            self._range_depth -= 1
        else_list: Optional[ListNode] = None
        if end.type == "else":
            if type_ != "range" and self._tokens.peek().type == type_:
                self._tokens.next()
                else_list = ListNode(end.position, [self._branch(type_)])
            else:
                else_list, following = self._item_list()
                if following.type != "end":
                    self._fail(f"expected end; found {{{{{following.type}}}}}")
        for name in self._variables[scope:]:
            self._declared[name] -= 1
        del self._variables[scope:]
        self._shared.nesting -= 1
        return BranchNode(type_, pipe, list_, else_list)

    def _block(self) -> TemplateNode:
        context = "block clause"
        token = self._tokens.next_non_space()
        name = self._template_name(token, context)
        pipe = self._pipeline(context, "}}")
        _TreeParser(self._shared)._body(name, context, self)
        return TemplateNode(token.position, name, pipe)

    def _template(self) -> TemplateNode:
        context = "template clause"
        token = self._tokens.next_non_space()
        name = self._template_name(token, context)
        following = self._tokens.next_non_space()
        if following.type == "}}":
            return TemplateNode(token.position, name, None)
        self._tokens.put_back(following)
        return TemplateNode(token.position, name, self._pipeline(context, "}}"))

    def _template_name(self, token: Token, context: str) -> str:
        if token.type != "string" and token.type != "raw string":
            self._unexpected(token, context)
        name = self._unquoted(token)
        linkage = self._shared.linkage
        if linkage is not None and linkage.is_reserved(name, context != "template clause"):
            self._fail(f"the name {quote(name)} is reserved")
        return name

    def _pipeline(self, context: str, end: str) -> PipeNode:
        tokens = self._tokens
        first = tokens.peek_non_space()
        declarations: List[VariableNode] = []
        is_assignment = self._declarations(context, declarations) if first.type == "variable" else False
        commands: List[CommandNode] = []
        while True:
            token = tokens.next_non_space()
            if token.type == end:
                break
            if token.type not in _OPERAND_STARTS:
                self._unexpected(token, context)
            tokens.put_back(token)
            commands.append(self._command())
        if not commands:
            self._fail(f"missing value for {context}")
        for index in range(1, len(commands)):
            # Only the first stage may be a mere value.
            if isinstance(commands[index].args[0], (BoolNode, DotNode, NilNode, NumberNode, StringNode)):
                self._fail(f"non executable command in pipeline stage {index + 1}")
        return PipeNode(first.position, is_assignment, declarations, commands)

    def _declarations(self, context: str, declarations: List[VariableNode]) -> bool:
        """Reads what is declared, and whether it is assigned instead."""
        tokens = self._tokens
        while tokens.peek_non_space().type == "variable":
            variable = tokens.next()
            # Space counts here: in "$x foo" the variable is an operand, and the space after it must be read again.
            after = tokens.peek()
            following = tokens.peek_non_space()
            if following.type == "=" or following.type == ":=":
                tokens.next_non_space()
                declarations.append(self._declare(variable))
                return following.type == "="
            if following.type != "char" or following.text != ",":
                # The look-ahead left `following` to be read; the space before it belongs between the two.
                if after.type == "space":
                    tokens.put_back(variable, after)
                else:
                    tokens.put_back(variable)
                break
            tokens.next_non_space()
            declarations.append(self._declare(variable))
            if context != "range" or len(declarations) > 1:
                self._fail(f"too many declarations in {context}")
            if tokens.peek_non_space().type not in ("variable", "}}", ")"):
                self._fail("range can only initialize variables")
        return False

    def _declare(self, token: Token) -> VariableNode:
        self._variables.append(token.text)
        self._declared[token.text] = self._declared.get(token.text, 0) + 1
        return VariableNode(token.position, token.text)

    def _command(self) -> CommandNode:
        tokens = self._tokens
        position = tokens.peek_non_space().position
        args: List[Operand] = []
        while True:
            tokens.peek_non_space()
            operand = self._operand()
            if operand is not None:
                args.append(operand)
            token = tokens.next()
            if token.type == "space":
                continue
            if token.type == "}}" or token.type == ")":
                tokens.put_back(token)
            elif token.type != "|":
                self._unexpected(token, "operand")
            break
        if not args:
            self._fail("empty command")
        return CommandNode(position, args)

    def _operand(self) -> Optional[Operand]:
        tokens = self._tokens
        token = tokens.next_non_space()
        if token.type == "(":
            self._enter()
            term: Optional[Operand] = self._pipeline("parenthesized pipeline", ")")
            self._shared.nesting -= 1
        else:
            term = self._term(token)
        if term is None or tokens.peek().type != "field":
            return term
        position = tokens.peek().position
        path: List[str] = []
        while tokens.peek().type == "field":
            path.append(tokens.next().text[1:])
        if isinstance(term, FieldNode):
            return FieldNode(position, (*term.path, *path))
        if isinstance(term, VariableNode):
            return VariableNode(position, term.name, tuple(path))
        if isinstance(term, (IdentifierNode, PipeNode)):
            return ChainNode(position, term, tuple(path))
        self._fail(f"unexpected . after term {quote(node_text(term))}")

    def _term(self, token: Token) -> Optional[Operand]:
        """An operand without parentheses and further fields."""
        type_, position, text = token.type, token.position, token.text
        if type_ == "field":
            return FieldNode(position, (text[1:],))
        if type_ == "identifier":
            if text not in SIGNATURES:
                self._fail(f"function {quote(text)} not defined")
            return IdentifierNode(position, text)
        if type_ == "variable":
            if self._declared.get(text, 0) == 0:
                self._fail(f"undefined variable {quote(text)}")
            return VariableNode(position, text)
        if type_ == "string" or type_ == "raw string":
            return StringNode(position, text, self._unquoted(token))
        if type_ == "number" or type_ == "character" or type_ == "complex":
            literal = parse_number(text, type_)
            if isinstance(literal, LiteralError):
                self._fail(literal.error)
            return NumberNode(position, literal)
        if type_ == ".":
            return DotNode(position)
        if type_ == "bool":
            return BoolNode(position, text == "true")
        if type_ == "nil":
            return NilNode(position)
        self._tokens.put_back(token)
        return None

    def _unquoted(self, token: Token) -> str:
        text = unquote(token.text)
        if text is None:
            self._fail("invalid syntax")
        return text

    def _enter(self) -> None:
        """One level deeper; who has parsed it goes back."""
        if self._shared.nesting >= _MAX_NESTING:
            self._fail("max expression depth exceeded")
        self._shared.nesting += 1

    def _expect(self, type_: str, context: str) -> Token:
        token = self._tokens.next_non_space()
        if token.type != type_:
            self._unexpected(token, context)
        return token

    def _unexpected(self, token: Token, context: str) -> NoReturn:
        if token.type != "error":
            self._fail(f"unexpected {describe_token(token)} in {context}")
        source = self._shared.source
        line = 0 if self._action_start is None else source.line_of(self._action_start)
        if line == 0 or line == source.line_of(token.position):
            self._fail(token.text)
        # Not "action in action".
        between = "" if token.text.endswith(" action") else "in action "
        self._fail(f"{token.text} {between}started at {source.name}:{line}")

    def _fail(self, reason: str) -> NoReturn:
        source = self._shared.source
        latest = self._tokens.latest
        line, column = (0, 0) if latest is None else source.locate(latest.position)
        raise TemplateSyntaxError(f"template: {source.name}:{line}: {reason}", max(line, 1), column)


def _is_empty(root: ListNode) -> bool:
    return all(isinstance(node, TextNode) and is_blank(node.text) for node in root.nodes)
