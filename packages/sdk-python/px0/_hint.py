"""The header `Px0-Hint` as a sentence.

What it may hold, px0's description of its API says; names that are not known here are skipped, since a later px0 may say more.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Callable, Dict, List, Optional, Tuple
from urllib.parse import unquote

# px0 sends no longer one.
_MOST_CHARACTERS = 512
_PART = re.compile(r"([a-z-]+)=([!-:<-~]+)", re.ASCII)

_Item = Tuple[str, Optional[str]]
_Hint = Dict[str, List[_Item]]


def hint_sentence(header: Optional[str]) -> Optional[str]:
    """Without a period at its end, to stand beside the refusal; None when there is nothing to say."""
    hint = None if header is None or len(header) > _MOST_CHARACTERS else _parsed(header)
    if hint is None:
        return None
    said = [sentence for name in hint if name in _SENTENCES for sentence in (_SENTENCES[name](hint),) if sentence is not None]
    return "; ".join(said) or None


def _parsed(header: str) -> Optional[_Hint]:
    """None for a text of another form, which px0 has not sent."""
    hint: _Hint = {}
    for part in header.split("; "):
        match = _PART.fullmatch(part)
        if match is None:
            return None
        try:
            hint[match[1]] = [_item(text) for text in match[2].split(",")]
        except ValueError:
            return None
    return hint


def _item(text: str) -> _Item:
    first, *others = (_decoded(half) for half in text.split(":"))
    return first, others[0] if others else None


def _decoded(text: str) -> str:
    """A name may hold anything; a message is shown in terminals and logs."""
    if re.search(r"%(?![0-9A-Fa-f]{2})", text):
        raise ValueError("not percent-encoded")
    decoded = unquote(text, errors="strict")
    return "".join("\ufffd" if unicodedata.category(character) == "Cc" else character for character in decoded)


def _word(name: str, words: Dict[str, str]) -> Callable[[_Hint], Optional[str]]:
    return lambda hint: words.get(hint[name][0][0])


def _names(items: List[_Item]) -> str:
    return ", ".join(name if given is None else f"{name} (did you mean {given}?)" for name, given in items)


def _missing(hint: _Hint) -> str:
    more = f" and {hint['more'][0][0]} more" if "more" in hint else ""
    return f"missing variables: {_names(hint['missing-variables'])}{more}"


_LIMITS = {"teams": "teams", "slugs": "prompts", "refs": "versions"}


def _limit(hint: _Hint) -> Optional[str]:
    known = [_LIMITS[limit] for limit, _ in hint["key-limit"] if limit in _LIMITS]
    return f"this key is limited to some {' and '.join(known)}" if known else None


_BODIES = {
    "empty": "the request has no body",
    "media-type": "send the header Content-Type: application/json",
    "encoding": "the body is not encoded as Content-Encoding says, which may be gzip",
    "utf-8": "the body is not UTF-8",
}


def _body(hint: _Hint) -> Optional[str]:
    fault = hint["body"][0][0]
    if fault != "json":
        return _BODIES.get(fault)
    place: _Item = hint["at"][0] if "at" in hint else ("", None)
    return "the body is not JSON" + ("" if place[1] is None else f" at line {place[0]}, column {place[1]}")


_RULES = {
    "object": "must be an object",
    "list": "must be a list",
    "string": "must be a string",
    "number": "must be a number",
    "integer": "must be an integer",
    "boolean": "must be true or false",
    "uuid": "must be a UUID",
    "known": "is not a known field",
    "storable": "must not contain NUL characters or numbers beyond a double",
    "flatter": "must be nested less deep",
}


_NO_RULE: List[_Item] = [("", None)]


def _field(hint: _Hint) -> Optional[str]:
    rule, *values = hint.get("must", _NO_RULE)
    subject = f"`{hint['field'][0][0]}`" if "field" in hint else "the body"
    if rule[0] == "one-of":
        return f"{subject} must be one of {_names(values)}"
    return f"{subject} {_RULES[rule[0]]}" if rule[0] in _RULES else None


_SENTENCES: Dict[str, Callable[[_Hint], Optional[str]]] = {
    "did-you-mean": lambda hint: f"did you mean {_names(hint['did-you-mean'])}?",
    "in-team": lambda hint: f"it is in another team: {_names(hint['in-team'])}",
    "missing-variables": _missing,
    "beside-variables": lambda hint: f"put {_names(hint['beside-variables'])} inside of `variables`",
    "credentials": _word(
        "credentials",
        {
            "missing": "the request has no Authorization header",
            "scheme": 'the Authorization header must begin with "Bearer "',
            "form": "the token is neither an API key (ak_...) nor a session (sess_...)",
            "incomplete-key": "the API key is not complete; copy it again",
            "unknown-key": "the API key is unknown or was deleted",
            "expired-key": "the API key has expired",
            "ended-session": "the session has ended; log in again",
            "no-acting-user": "the organization has no verified admin for whom the API key could act",
        },
    ),
    "needs": _word(
        "needs",
        {
            "session": "this takes the session of a person, not an API key",
            "admin-key": "this takes an API key with the operation admin",
        },
    ),
    "key-may": _word(
        "key-may",
        {
            "read_render": "this key may only read and render",
            "admin": "this key may manage teams and people, but not change prompts",
        },
    ),
    "key-limit": _limit,
    "body": _body,
    "field": _field,
    "must": lambda hint: None if "field" in hint else _field(hint),
}
