"""What a call asks for, as its caller names it: slug, version or tag, team. What can never be asked for is refused here."""

from __future__ import annotations

import re
from numbers import Integral
from typing import Optional
from urllib.parse import urlencode

from ._kept import Wanted
from ._options import team_id_of
from ._segments import path_segment
from ._text import HIGHEST_VERSION, plain_text
from .errors import UsageError

# More digits than that px0 reads as a tag, for no number of a version has 64 bits.
_NUMBER = re.compile(r"([+-]?)0*([0-9]{1,19})")
_INT64 = range(-(2**63), 2**63)


def wanted_of(slug: object, version: object, tag: object, team_id: object, default_team: Optional[str]) -> Wanted:
    """Raises UsageError for what no prompt or version can be known by."""
    if version is not None and tag is not None:
        raise UsageError("pass either a version or a tag, not both")
    return Wanted(
        team_id=default_team if team_id is None else team_id_of(team_id),
        slug=_segment("slug", slug),
        ref=_ref_of(version, tag),
    )


def delivered_slug(slug: object) -> str:
    """Raises UsageError for what is no slug."""
    return _segment("slug", slug)


def number_of(ref: str) -> Optional[int]:
    """The version's number that a reference is, which px0 decides by the text alone; None when it is a tag."""
    digits = _NUMBER.fullmatch(ref)
    number = int(digits[1] + digits[2]) if digits else None
    return number if number is not None and number in _INT64 else None


def render_path(wanted: Wanted) -> str:
    """The path and query of a render."""
    version = "" if wanted.ref is None else f"/versions/{path_segment('version or tag', wanted.ref)}"
    query = "" if wanted.team_id is None else f"?{urlencode({'team_id': wanted.team_id})}"
    return f"/v1/prompts/{path_segment('slug', wanted.slug)}{version}/render{query}"


def program_path(wanted: Wanted, version: int) -> str:
    """The path and query of the prompt with the program of a version."""
    team = {} if wanted.team_id is None else {"team_id": wanted.team_id}
    query = {"version": str(version), **team, "include": "program"}
    return f"/v1/prompts/{path_segment('slug', wanted.slug)}?{urlencode(query)}"


def _ref_of(version: object, tag: object) -> Optional[str]:
    if version is not None:
        number = int(version) if isinstance(version, Integral) and not isinstance(version, bool) else 0
        if not 1 <= number <= HIGHEST_VERSION:
            raise UsageError("version must be a whole number from 1 to 2^53-1; pass a tag as tag")
        return str(number)
    if tag is None:
        return None
    text = _segment("tag", tag)
    if number_of(text) is not None:
        raise UsageError("tag must not be a number: px0 would read it as a version number; pass that as version")
    return text


def _segment(name: str, value: object) -> str:
    text = plain_text(name, value)
    path_segment(name, text)
    return text
