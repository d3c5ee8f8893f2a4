"""Tokens with the look-ahead that the grammar needs. Which token was read last decides the line of a parse error."""

from __future__ import annotations

from typing import List, Optional

from ..values.go_string import byte_length
from ..values.quote import quote
from .lexer import KEYWORDS, Lexer, Token


class TokenStream:
    """`latest` is the token read last, looked at or not."""

    def __init__(self, lexer: Lexer) -> None:
        self._lexer = lexer
        self._pending: List[Token] = []
        self.latest: Optional[Token] = None

    def next(self) -> Token:
        if self._pending:
            return self._pending.pop()
        token = self.latest = self._lexer.next()
        return token

    def peek(self) -> Token:
        if self._pending:
            return self._pending[-1]
        token = self.latest = self._lexer.next()
        self._pending.append(token)
        return token

    def next_non_space(self) -> Token:
        token = self.next()
        while token.type == "space":
            token = self.next()
        return token

    def peek_non_space(self) -> Token:
        token = self.next_non_space()
        self._pending.append(token)
        return token

    def put_back(self, *tokens: Token) -> None:
        """The tokens will be read again, the first of them first."""
        self._pending.extend(reversed(tokens))


def describe_token(token: Token) -> str:
    """A token as messages show it: quoted, or in angle brackets as a keyword."""
    if token.type == "eof":
        return "EOF"
    if token.type == "error":
        return token.text
    if token.type in KEYWORDS or token.type == ".":
        return f"<{token.text}>"
    # Ten bytes are the measure, ten characters what is shown.
    if byte_length(token.text) > 10:
        return f"{quote(token.text[:10])}..."
    return quote(token.text)
