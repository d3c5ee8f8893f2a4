"""Media parts: what a provider takes, and how the data of a `data:` URL are written for it. URLs are handed over, never fetched."""

from __future__ import annotations

import base64
import re
import string
from typing import Any, Callable, Dict, NamedTuple, Optional
from urllib.parse import unquote_to_bytes

from ..errors import UsageError

# A part in a provider's form.
Part = Dict[str, Any]

_SCHEME = "data:"
_IS_BASE64 = re.compile(r";\s*base64\s*\Z", re.IGNORECASE | re.ASCII)


class MediaWriters(NamedTuple):
    """How a provider writes a kind of media, by its URL and by its data in base64; None where it does not take it."""

    by_url: Optional[Callable[[str], Part]] = None
    by_data: Optional[Callable[[str], Part]] = None


class _Media(NamedTuple):
    # In lower case, without parameters.
    type: str
    # None when the data are here.
    url: Optional[str]
    # In base64.
    data: str


def write_media(provider: str, part: Dict[str, Any], writers_of: Callable[[str], MediaWriters]) -> Part:
    """Raises UsageError for media that the provider does not take."""
    media = _media_of(provider, part)
    by_url, by_data = writers_of(media.type)
    if media.url is not None and by_url is not None:
        return by_url(media.url)
    if media.url is None and by_data is not None:
        return by_data(media.data)
    raise UsageError(f"{provider} does not take {media.type} by {'data' if media.url is None else 'url'}")


def _media_of(provider: str, part: Dict[str, Any]) -> _Media:
    """Raises UsageError when nothing says of what type it is, and for a `data:` URL that is none."""
    url, given = part["url"], part.get("media_type")
    if url[: len(_SCHEME)].lower() != _SCHEME:
        if given is None:
            raise UsageError(f"{provider} does not take media without a media type by url")
        return _Media(_essence(given), url, "")
    head, comma, body = url[len(_SCHEME) :].partition(",")
    if not comma:
        raise UsageError(f"{provider} does not take a data: URL without a comma")
    media_type = _essence(head if given is None else given) or "text/plain"
    return _Media(media_type, None, _base64_of(body, _IS_BASE64.search(head) is not None))


def _essence(media_type: str) -> str:
    bare = media_type.partition(";")[0]
    # What other letters and white space are differs between languages, and no media type has them.
    return bare.strip(string.whitespace).lower() if bare.isascii() else bare


def _base64_of(body: str, is_base64: bool) -> str:
    if is_base64 and "%" not in body:
        return body
    data = unquote_to_bytes(body)
    return data.decode(errors="replace") if is_base64 else base64.b64encode(data).decode()
