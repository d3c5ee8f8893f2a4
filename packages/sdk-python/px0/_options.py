"""What a client is made with. Times are seconds; an impossible value is refused when the client is made."""

from __future__ import annotations

import logging
import os
from dataclasses import dataclass
from typing import Callable, Mapping, Optional, Union
from urllib.parse import urlsplit

from ._fallbacks import Fallback, FallbackRenderer, by_slug
from .errors import UsageError

_DEFAULT_HOST = "http://localhost:8000"


@dataclass(frozen=True)
class CacheOptions:
    """What is kept for an outage, and for how long it is served without asking."""

    # How long a template is served without asking px0: by default not at all, so a promotion counts from the next render on.
    fresh: float = 0.0
    # How much longer it is served while one request in the background asks.
    stale_while_revalidate: float = 0.0
    max_entries: int = 1_000
    max_bytes: int = 64 * 1024 * 1024


@dataclass(frozen=True)
class Settings:
    """The options with everything that was left out."""

    host: str
    access_token: str
    timeout: float
    attempt_timeout: float
    retries: int
    # None: nothing is kept.
    cache: Optional[CacheOptions]
    snapshot_file: Optional[str]
    fallbacks: Mapping[str, FallbackRenderer]
    team_id: Optional[str]
    on_warning: Callable[[str], None]


def settings_of(
    *,
    host: Optional[str],
    access_token: Optional[str],
    timeout: float,
    attempt_timeout: float,
    retries: int,
    cache: Union[CacheOptions, bool],
    snapshot_file: Union[str, "os.PathLike[str]", None],
    fallbacks: Optional[Mapping[str, Fallback]],
    team_id: Optional[str],
    on_warning: Optional[Callable[[str], None]],
) -> Settings:
    """Raises UsageError for settings with which no client can work."""
    kept = (CacheOptions() if cache else None) if isinstance(cache, bool) else cache
    numbers = {"timeout": timeout, "attempt_timeout": attempt_timeout, "retries": retries}
    for name, value in {**numbers, **(vars(kept) if kept else {})}.items():
        if not value >= 0:
            raise UsageError(f"{name} must be a number of at least 0")
    if snapshot_file is not None and kept is None:
        raise UsageError("a snapshot file needs the cache")
    return Settings(
        host=_host_of(host),
        access_token=_access_token_of(access_token),
        timeout=timeout,
        attempt_timeout=attempt_timeout,
        retries=retries,
        cache=kept,
        snapshot_file=None if snapshot_file is None else os.fspath(snapshot_file),
        fallbacks=by_slug(fallbacks or {}),
        team_id=team_id,
        on_warning=on_warning or _warn,
    )


def _host_of(given: Optional[str]) -> str:
    """An origin without a trailing slash."""
    host = given or os.environ.get("PX0_HOST") or _DEFAULT_HOST
    try:
        parts = urlsplit(host)
    except ValueError:
        parts = urlsplit("")
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise UsageError(f"the host {host!r} is no http or https address")
    return host.rstrip("/")


def _access_token_of(given: Optional[str]) -> str:
    token = given or os.environ.get("PX0_ACCESS_TOKEN")
    if not token:
        raise UsageError("no access token: pass access_token or set PX0_ACCESS_TOKEN")
    return token


def _warn(message: str) -> None:
    logging.getLogger("px0").warning(message)
