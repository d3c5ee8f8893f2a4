"""Reading a bundle: frames that somebody has signed, for where px0 is not within reach."""

from __future__ import annotations

import base64
import binascii
import hashlib
import json
import re
import time
import zlib
from typing import Any, Dict, List, NamedTuple, Sequence

from ._delivery.frame import MAX_LINE_BYTES, Frame
from ._delivery.read_frame import FrameError, frame_of
from ._delivery.replica import Replica
from ._state_file import parse_time, replica_of
from .errors import UsageError

_MOST_BYTES = 256 * 1024 * 1024
_KEY = re.compile(r"px0pk_([A-Za-z0-9_-]{43})")
_SIGNED = b"px0-bundle-v1\n"
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
    """Raises BundleError, whose text is the same in all SDKs."""
    whole = _unpacked(data)
    lines = whole.split(b"\n")
    if lines[-1] == b"":
        lines.pop()
    if len(whole) > _MOST_BYTES or any(len(line) > MAX_LINE_BYTES for line in lines):
        raise BundleError("bundle is too large")
    last = lines.pop() if lines else b""
    signature = _parse(last, _NOT_TRUSTED)
    if signature.get("type") != "signature" or signature.get("algorithm") != "Ed25519":
        raise BundleError(_NOT_TRUSTED)
    trusted = [key for key in keys if key.id == signature.get("key_id")]
    if not trusted:
        raise BundleError(_NOT_TRUSTED)
    signed = _SIGNED + hashlib.sha512(whole[: whole.rindex(last)]).digest()
    if not any(_holds(key, signature.get("signature"), signed) for key in trusted):
        raise BundleError("bundle signature does not match")
    header = _parse(lines[0], _DAMAGED) if lines else {}
    created_at = parse_time(header.get("created_at"))
    if header.get("type") != "bundle" or header.get("version") != 1 or created_at is None:
        raise BundleError(_DAMAGED)
    replica = replica_of(_frames(lines[1:]))
    if replica is None:
        raise BundleError(_DAMAGED)
    not_after = header.get("not_after")
    if not_after is not None:
        expires_at = parse_time(not_after)
        if expires_at is None:
            raise BundleError(_DAMAGED)
        if time.time() > expires_at:
            raise BundleError("bundle has expired")
    return Bundle(replica, created_at)


def _unpacked(data: bytes) -> bytes:
    if not data.startswith(_GZIP):
        return data
    decoder = zlib.decompressobj(31)
    try:
        whole = decoder.decompress(data, _MOST_BYTES + 1)
    except zlib.error:
        raise BundleError(_DAMAGED) from None
    if len(whole) > _MOST_BYTES:
        raise BundleError("bundle is too large")
    # One that is cut short has lost its signature.
    return whole


def _frames(lines: Sequence[bytes]) -> List[Frame]:
    try:
        frames = [frame_of(_parse(line, _DAMAGED)) for line in lines]
    except FrameError:
        raise BundleError(_DAMAGED) from None
    return [frame for frame in frames if frame is not None]


def _parse(line: bytes, otherwise: str) -> Dict[str, Any]:
    try:
        value = json.loads(line)
    except (ValueError, RecursionError):
        value = None
    if not isinstance(value, dict):
        raise BundleError(otherwise)
    return value


def _holds(key: PublicKey, signature: object, signed: bytes) -> bool:
    from cryptography.exceptions import InvalidSignature
    from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

    try:
        raw = base64.urlsafe_b64decode(f"{signature}" + "=" * (-len(f"{signature}") % 4))
        Ed25519PublicKey.from_public_bytes(key.raw).verify(raw, signed)
    except (InvalidSignature, binascii.Error, ValueError):
        return False
    return True
