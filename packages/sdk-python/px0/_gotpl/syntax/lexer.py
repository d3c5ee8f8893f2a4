"""Tokens of a template, read one at a time: the parser stops at its first problem, and only the problems up to there count. The text
must be well-formed. Each character is looked at a bounded number of times.
"""

from __future__ import annotations

import re
from typing import Optional

from ..unicode.classes import is_identifier_part
from ..values.quote import describe_rune, quote

KEYWORDS = frozenset(
    ("block", "break", "continue", "define", "else", "end", "if", "nil", "range", "template", "with")
)

_LEFT = "{{"
_RIGHT = "}}"
_SPACE = " \t\r\n"
_SPACES = re.compile(r"[ \t\r\n]*")
_ASCII_PARTS = re.compile(r"[A-Za-z0-9_]*")
_TERMINATORS = frozenset(" \t\r\n.,|:)(")
_STRING_STOP = re.compile(r'["\\\n]')
_CHARACTER_STOP = re.compile(r"['\\\n]")
_NUMBER = re.compile(
    r"[+-]?(?:0[xX][0-9a-fA-F_]*(?:\.[0-9a-fA-F_]*)?(?:[pP][+-]?[0-9_]*)?|0[oO][0-7_]*(?:\.[0-7_]*)?"
    r"|0[bB][01_]*(?:\.[01_]*)?|[0-9_]*(?:\.[0-9_]*)?(?:[eE][+-]?[0-9_]*)?)i?"
)
_DIGITS = frozenset("0123456789")


class Token:
    """`type` is a keyword, a mark such as "{{" or "|", or one of "error", "bool", "char", "character", "complex", "eof", "field",
    "identifier", "number", "raw string", "space", "string", "text", "variable". `text` is the message of an error.
    """

    __slots__ = ("type", "position", "text")

    def __init__(self, type_: str, position: int, text: str) -> None:
        self.type = type_
        self.position = position
        self.text = text


class Lexer:
    def __init__(self, source: str) -> None:
        self._source = source
        self._at = 0
        # Start of the token being read.
        self._start = 0
        self._is_inside_action = False
        self._paren_depth = 0

    def next(self) -> Token:
        while not self._is_inside_action:
            token = self._outside_actions()
            if token is not None:
                return token
        return self._inside_action()

    def _outside_actions(self) -> Optional[Token]:
        source = self._source
        start = self._at
        open_ = source.find(_LEFT, start)
        if open_ < 0:
            self._start = start
            self._at = len(source)
            return self._token("text" if start < self._at else "eof")
        if open_ > start:
            self._start = start
            self._at = open_
            text = source[start:open_]
            if self._has_left_trim_marker(open_ + 2):
                text = text.rstrip(_SPACE)
            if text:
                return Token("text", start, text)
        return self._left_delimiter(open_)

    def _left_delimiter(self, open_: int) -> Optional[Token]:
        self._start = open_
        after_marker = open_ + (4 if self._has_left_trim_marker(open_ + 2) else 2)
        if self._source.startswith("/*", after_marker):
            return self._comment(after_marker)
        self._at = after_marker
        self._is_inside_action = True
        self._paren_depth = 0
        return Token(_LEFT, open_, _LEFT)

    def _comment(self, start: int) -> Optional[Token]:
        source = self._source
        self._start = start
        close = source.find("*/", start + 2)
        if close < 0:
            self._at = len(source)
            return self._error("unclosed comment")
        self._at = close + 2
        is_trimmed = self._is_at_trimmed_right()
        if not is_trimmed and not source.startswith(_RIGHT, self._at):
            return self._error("comment ends before closing delimiter")
        self._at += 4 if is_trimmed else 2
        if is_trimmed:
            self._skip_space()
        return None

    def _right_delimiter(self, is_trimmed: bool) -> Token:
        start = self._start = self._at + 2 if is_trimmed else self._at
        self._at = start + 2
        if is_trimmed:
            self._skip_space()
        self._is_inside_action = False
        return Token(_RIGHT, start, _RIGHT)

    def _inside_action(self) -> Token:
        source = self._source
        start = self._start = self._at
        is_trimmed = self._is_at_trimmed_right()
        if is_trimmed or source.startswith(_RIGHT, start):
            if self._paren_depth == 0:
                return self._right_delimiter(is_trimmed)
            return self._error("unclosed left paren")
        character = source[start : start + 1]
        if not character:
            return self._error("unclosed action")
        if character in _SPACE:
            return self._space()
        self._at = start + 1
        if character == ".":
            following = source[start + 1 : start + 2]
            if following and following not in _DIGITS:
                return self._name("field")
            return self._number()
        if character in _DIGITS or character in "+-":
            return self._number()
        if is_identifier_part(character):
            return self._identifier()
        if character == "$":
            return self._name("variable")
        if character == '"':
            return self._quoted(_STRING_STOP, "string", "unterminated quoted string")
        if character == "|" or character == "=":
            return self._token(character)
        if character == ":":
            if source[start + 1 : start + 2] != "=":
                return self._error("expected :=")
            self._at += 1
            return self._token(":=")
        if character == "(":
            self._paren_depth += 1
            return self._token("(")
        if character == ")":
            self._paren_depth -= 1
            return self._error("unexpected right paren") if self._paren_depth < 0 else self._token(")")
        if character == "'":
            return self._quoted(_CHARACTER_STOP, "character", "unterminated character constant")
        if character == "`":
            return self._raw_string()
        if " " < character < "\x7f":
            return self._token("char")
        return self._error(f"unrecognized character in action: {describe_rune(character)}")

    def _space(self) -> Token:
        """A run of space, without the one that belongs to a trim marker after it."""
        self._skip_space()
        if self._source.startswith("-" + _RIGHT, self._at):
            self._at -= 1
            if self._at == self._start:
                return self._right_delimiter(True)
        return self._token("space")

    def _identifier(self) -> Token:
        self._skip_identifier_parts()
        if not self._is_at_terminator():
            return self._bad_character()
        word = self._source[self._start : self._at]
        if word in KEYWORDS:
            return Token(word, self._start, word)
        return Token("bool" if word == "true" or word == "false" else "identifier", self._start, word)

    def _name(self, type_: str) -> Token:
        """A field or variable, whose first character has been read; alone that is the dot or the root variable."""
        if self._is_at_terminator():
            return self._token("variable" if type_ == "variable" else ".")
        self._skip_identifier_parts()
        return self._token(type_) if self._is_at_terminator() else self._bad_character()

    def _bad_character(self) -> Token:
        return self._error(f"bad character {describe_rune(self._peek())}")

    def _skip_identifier_parts(self) -> None:
        source = self._source
        while True:
            match = _ASCII_PARTS.match(source, self._at)
            self._at = at = match.end() if match is not None else self._at
            character = source[at : at + 1]
            if character < "\x80" or not is_identifier_part(character):
                return
            self._at += 1

    def _is_at_terminator(self) -> bool:
        character = self._peek()
        return not character or character in _TERMINATORS or self._source.startswith(_RIGHT, self._at)

    def _quoted(self, stop: "re.Pattern[str]", type_: str, unterminated: str) -> Token:
        source = self._source
        while True:
            match = stop.search(source, self._at)
            if match is None:
                self._at = len(source)
                return self._error(unterminated)
            self._at = match.end()
            if match[0] == "\\":
                # What is escaped, unless the line or the text ends.
                self._at += 1
                if source[self._at - 1 : self._at] in ("", "\n"):
                    return self._error(unterminated)
            elif match[0] == "\n":
                return self._error(unterminated)
            else:
                return self._token(type_)

    def _raw_string(self) -> Token:
        close = self._source.find("`", self._at)
        self._at = len(self._source) if close < 0 else close + 1
        return self._error("unterminated raw quoted string") if close < 0 else self._token("raw string")

    def _number(self) -> Token:
        self._at = self._start
        if not self._scan_number():
            return self._bad_number()
        sign = self._peek()
        if sign != "+" and sign != "-":
            return self._token("number")
        if not self._scan_number() or self._source[self._at - 1] != "i":
            return self._bad_number()
        return self._token("complex")

    def _bad_number(self) -> Token:
        return self._error(f"bad number syntax: {quote(self._source[self._start : self._at])}")

    def _scan_number(self) -> bool:
        """Wider than the syntax of numbers: what is wrong with a literal the parser finds out."""
        match = _NUMBER.match(self._source, self._at)
        self._at = match.end() if match is not None else self._at
        following = self._peek()
        if not following or not is_identifier_part(following):
            return True
        self._at += 1
        return False

    def _has_left_trim_marker(self, at: int) -> bool:
        marker = self._source[at : at + 2]
        return len(marker) == 2 and marker[0] == "-" and marker[1] in _SPACE

    def _is_at_trimmed_right(self) -> bool:
        return self._source.startswith("-" + _RIGHT, self._at + 1) and self._source[self._at] in _SPACE

    def _skip_space(self) -> None:
        match = _SPACES.match(self._source, self._at)
        self._at = match.end() if match is not None else self._at

    def _peek(self) -> str:
        """The next character; an empty text at the end."""
        return self._source[self._at : self._at + 1]

    def _token(self, type_: str) -> Token:
        return Token(type_, self._start, self._source[self._start : self._at])

    def _error(self, message: str) -> Token:
        return Token("error", self._start, message)
