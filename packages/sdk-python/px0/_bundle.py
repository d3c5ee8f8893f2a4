"""Reading a bundle: frames that somebody has signed, for where px0 is not within reach."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import re
import time
import zlib
from typing import Any, Dict, NamedTuple, Sequence, Union

from ._delivery.frame import MAX_LINE_BYTES
from ._delivery.lines import LineReader
from ._delivery.read_frame import FrameError, read_frame
from ._delivery.replica import Replica
from ._state_file import parse_time, replica_of
from .errors import UsageError

_MOST_BYTES = 256 * 1024 * 1024
_KEY = re.compile(r"px0pk_([A-Za-z0-9_-]{43})")
_SIGNED = b"px0-bundle-v1\n"
# Of the content, read at a time.
_PIECE = 1024 * 1024
_GZIP = b"\x1f\x8b"
_NOT_TRUSTED = "bundle is not signed by a trusted key"
_DAMAGED = "bundle is damaged"


class BundleError(Exception):
    """Nothing of the bundle may be used."""


class Bundle(NamedTuple):
    replica: Replica
    # Seconds since 1970.
    created_at: float


class PublicKey(NamedTuple):
    id: str
    raw: bytes


def public_key_of(text: object) -> PublicKey:
    """Raises UsageError for what is none."""
    found = _KEY.fullmatch(text) if isinstance(text, str) else None
    raw = b"" if found is None else base64.urlsafe_b64decode(found[1] + "=")
    if len(raw) != 32:
        raise UsageError("bundle_keys must be public keys, each px0pk_ and 43 characters")
    return PublicKey(hashlib.sha256(raw).hexdigest()[:8], raw)


def require_signatures() -> None:
    """Raises UsageError where the package that checks them is missing."""
    try:
        from cryptography.hazmat.primitives.asymmetric import ed25519  # noqa: F401
    except ImportError:
        raise UsageError("a bundle needs another package to check its signature: pip install 'px0[bundle]'") from None


def read_bundle(data: bytes, keys: Sequence[PublicKey]) -> Bundle:
    """Raises BundleError, whose text is the same in all SDKs. Lines are never gathered: a file may consist of millions."""
    whole = _unpacked(data)
    if _has_long_line(whole):
        raise BundleError("bundle is too large")
    # The last line need not end.
    start = whole.rfind(b"\n", 0, max(len(whole) - 1, 0)) + 1
    signature = _parse(whole[start:], _NOT_TRUSTED)
    if signature.get("type") != "signature" or signature.get("algorithm") != "Ed25519":
        raise BundleError(_NOT_TRUSTED)
    trusted = [key for key in keys if key.id == signature.get("key_id")]
    if not trusted or not isinstance(signature.get("signature"), str):
        raise BundleError(_NOT_TRUSTED)
    content = memoryview(whole)[:start]
    signed = _SIGNED + hashlib.sha512(content).digest()
    if not any(_holds(key, signature["signature"], signed) for key in trusted):
        raise BundleError("bundle signature does not match")
    try:
        return _read_content(content)
    except FrameError:
        raise BundleError(_DAMAGED) from None


def _read_content(content: memoryview) -> Bundle:
    """Raises BundleError and FrameError."""
    reader = LineReader()
    lines = (line for at in range(0, len(content), _PIECE) for line in reader.read(bytes(content[at : at + _PIECE])))
    header = _parse(next(lines, ""), _DAMAGED)
    created_at = parse_time(header.get("created_at"))
    if header.get("type") != "bundle" or header.get("version") != 1 or created_at is None:
        raise BundleError(_DAMAGED)
    not_after = header.get("not_after")
    expires_at = parse_time(not_after)
    replica = replica_of(map(read_frame, lines))
    if replica is None or (not_after is not None and expires_at is None):
        raise BundleError(_DAMAGED)
    if expires_at is not None and time.time() > expires_at:
        raise BundleError("bundle has expired")
    return Bundle(replica, created_at)


def _unpacked(data: bytes) -> bytes:
    whole = data
    if data.startswith(_GZIP):
        decoder = zlib.decompressobj(31)
        try:
            whole = decoder.decompress(data, _MOST_BYTES + 1)
        except zlib.error:
            raise BundleError(_DAMAGED) from None
        if len(whole) <= _MOST_BYTES and not decoder.eof:
            raise BundleError(_DAMAGED)
    if len(whole) > _MOST_BYTES:
        raise BundleError("bundle is too large")
    return whole


def _has_long_line(whole: bytes) -> bool:
    """Looks from the end of each stretch that a line may have, so that short lines cost nothing."""
    start = 0
    while len(whole) - start > MAX_LINE_BYTES:
        end = whole.rfind(b"\n", start, start + MAX_LINE_BYTES + 1)
        if end == -1:
            return True
        start = end + 1
    return False


def _parse(line: Union[str, bytes], otherwise: str) -> Dict[str, Any]:
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        raise BundleError(otherwise)
    return value


def _holds(key: PublicKey, signature: str, signed: bytes) -> bool:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        raw = base64.urlsafe_b64decode(signature + "=" * (-len(signature) % 4))
        Ed25519PublicKey.from_public_bytes(key.raw).verify(raw, signed)
    except (InvalidSignature, binascii.Error, ValueError):
        return False
    return True
