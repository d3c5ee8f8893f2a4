"""What a client is made with. Times are seconds; an impossible value is refused when the client is made."""

from __future__ import annotations

import ipaddress
import logging
import math
import os
import re
from dataclasses import dataclass, field
from numbers import Integral, Real
from typing import Any, Callable, Literal, Mapping, Optional, Sequence, Tuple, Union

import httpx

from ._bundle import PublicKey, public_key_of, require_signatures
from ._fallbacks import Fallback, FallbackRenderer, by_slug
from ._text import has_control_characters, is_printable, is_utf8, plain_text
from ._usage.ledger import Service
from ._usage.service import service_of
from .errors import UsageError

_DEFAULT_HOST = "http://localhost:8000"
# Visible ASCII: what fits into a header, and what px0 makes tokens of.
_TOKEN = re.compile(r"[\x21-\x7e]+")
# A name has letters, digits, dots, dashes and underscores; others than those of ASCII are httpx's to judge.
_HOST = re.compile(
    r"https?://(?P<name>\[[^\[\]]*\]|[A-Za-z0-9._\-\u0080-\U0010ffff]+)(?::(?P<port>[0-9]{1,5}))?"
    r"(?P<path>/(?:%[0-9a-f]{2}|[^?#\\%\"<>^`{|}])*)?",
    re.IGNORECASE,
)
_DOT_SEGMENT = re.compile(r"(?:\.|%2e){1,2}", re.IGNORECASE)
Mode = Literal["remote", "stream", "poll", "file"]
_MODES = ("remote", "stream", "poll", "file")
UsageLevel = Literal["full", "counts", "off"]
_USAGE_LEVELS: Tuple[UsageLevel, ...] = ("full", "counts", "off")
_SHORTEST_POLL_INTERVAL = 5.0
_MOST_SLUGS = 200
# Some weeks, beyond which timers and sockets fail.
LONGEST_TIME = 2_000_000.0


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
    access_token: str = field(repr=False)
    timeout: float
    attempt_timeout: float
    retries: int
    # None: nothing is kept.
    cache: Optional[CacheOptions]
    state_file: Optional[str]
    fallbacks: Mapping[str, FallbackRenderer]
    team_id: Optional[str]
    on_warning: Callable[[str], None]
    mode: Mode
    # None: all that the key may render.
    slugs: Optional[Tuple[str, ...]]
    poll_interval: float
    init_timeout: float
    max_stale: Optional[float]
    remote_when_needed: bool
    bundle_file: Optional[str]
    bundle_keys: Tuple[PublicKey, ...]
    usage: UsageLevel
    service: Service
    telemetry: bool
    spans: bool


def settings_of(
    *,
    host: Optional[str],
    access_token: Optional[str],
    timeout: float,
    attempt_timeout: float,
    retries: int,
    cache: Union[CacheOptions, bool],
    state_file: Union[str, "os.PathLike[str]", None],
    snapshot_file: Union[str, "os.PathLike[str]", None],
    fallbacks: Optional[Mapping[str, Fallback]],
    team_id: Optional[str],
    on_warning: Optional[Callable[[str], None]],
    mode: Optional[str],
    slugs: Optional[Sequence[str]],
    poll_interval: float,
    init_timeout: float,
    max_stale: Optional[float],
    remote_when_needed: bool,
    bundle_file: Union[str, "os.PathLike[str]", None],
    bundle_keys: Sequence[str],
    usage: str = "full",
    service_name: Optional[str] = None,
    telemetry: bool = True,
    spans: bool = False,
) -> Settings:
    """Raises UsageError for settings with which no client can work."""
    kept = _cache_of(cache)
    its_mode = _mode_or_default(mode)
    if state_file is not None and snapshot_file is not None:
        raise UsageError("pass either state_file or snapshot_file, which is its older name")
    file_name = "state_file" if snapshot_file is None else "snapshot_file"
    its_file = _path_of(file_name, state_file if snapshot_file is None else snapshot_file)
    its_bundle = _path_of("bundle_file", bundle_file)
    if its_file is not None and kept is None and its_mode == "remote":
        raise UsageError(f"a {file_name} needs the cache")
    if its_mode == "file" and its_file is None and its_bundle is None:
        raise UsageError("mode 'file' needs a bundle_file or a state_file")
    if its_bundle is not None and its_mode == "remote":
        raise UsageError("a bundle_file needs the mode stream, poll or file")
    if on_warning is not None and not callable(on_warning):
        raise UsageError("on_warning must be a function")
    return Settings(
        host=_host_or_default(host),
        access_token=_access_token_or_default(access_token, is_needed=its_mode != "file"),
        timeout=_time_limit("timeout", timeout),
        attempt_timeout=_time_limit("attempt_timeout", attempt_timeout),
        retries=_retries_of(retries),
        cache=kept,
        state_file=its_file,
        fallbacks=by_slug({} if fallbacks is None else fallbacks),
        team_id=None if team_id is None else team_id_of(team_id),
        on_warning=_warn if on_warning is None else _surviving(on_warning),
        mode=its_mode,
        slugs=_slugs_of(slugs),
        poll_interval=max(_time_limit("poll_interval", poll_interval), _SHORTEST_POLL_INTERVAL),
        init_timeout=duration("init_timeout", init_timeout),
        max_stale=None if max_stale is None else duration("max_stale", max_stale),
        remote_when_needed=_switch("remote_when_needed", remote_when_needed) and its_mode != "file",
        bundle_file=its_bundle,
        bundle_keys=_bundle_keys_of(its_bundle, bundle_keys),
        usage=_usage_of(usage),
        service=_service_of(service_name),
        telemetry=_switch("telemetry", telemetry),
        spans=_switch("spans", spans),
    )


def team_id_of(value: object) -> str:
    """Raises UsageError for what no team can be known by; other forms are px0's to refuse."""
    team_id = plain_text("team_id", value)
    if has_control_characters(team_id) or not is_utf8(team_id):
        raise UsageError("team_id must not contain control characters, or characters that UTF-8 cannot encode")
    return team_id


def host_of(name: str, given: object) -> str:
    """An address without a trailing slash. Raises UsageError, which does not repeat it: it may hold a password."""
    host = plain_text(name, given)
    parts = _HOST.fullmatch(host)
    if not parts or not is_printable(host) or not is_utf8(host):
        raise UsageError(
            f"{name} must be an http or https address such as http://localhost:8000,"
            " without blanks, user name, query and fragment"
        )
    if parts["port"] is not None and not 0 < int(parts["port"]) < 65536:
        raise UsageError(f"{name} must have a port from 1 to 65535")
    if any(map(_DOT_SEGMENT.fullmatch, (parts["path"] or "").split("/"))):
        raise UsageError(f"{name} must not have the segments . and .. in its path")
    if not _is_host_name(parts["name"], host):
        raise UsageError(f"{name} must have the name or the IP address of a host")
    return host.rstrip("/")


def _host_or_default(given: Optional[str]) -> str:
    if given is not None:
        return host_of("host", given)
    return host_of("host (PX0_HOST)", os.environ.get("PX0_HOST") or _DEFAULT_HOST)


def _access_token_or_default(given: Optional[str], is_needed: bool) -> str:
    if given is not None:
        return access_token_of("access token", given)
    found = os.environ.get("PX0_ACCESS_TOKEN")
    if not found and not is_needed:
        return ""
    if not found:
        raise UsageError("no access token: pass access_token or set PX0_ACCESS_TOKEN")
    return access_token_of("access token (PX0_ACCESS_TOKEN)", found)


def _mode_or_default(given: object) -> Mode:
    name = "mode" if given is not None else "mode (PX0_MODE)"
    value = given if given is not None else os.environ.get("PX0_MODE") or "remote"
    for mode in _MODES:
        if mode == value:
            return mode  # type: ignore[return-value]
    raise UsageError(f"{name} must be remote, stream, poll or file")


def _usage_of(given: object) -> UsageLevel:
    for level in _USAGE_LEVELS:
        if level == given:
            return level
    raise UsageError("usage must be full, counts or off")


def _service_of(given: object) -> Service:
    if given is not None and not isinstance(given, str):
        raise UsageError("service_name must be text")
    return service_of(given, os.environ)


def _switch(name: str, given: object) -> bool:
    if not isinstance(given, bool):
        raise UsageError(f"{name} must be True or False")
    return given


def _slugs_of(given: object) -> Optional[Tuple[str, ...]]:
    if given is None:
        return None
    if isinstance(given, str) or not isinstance(given, (list, tuple, set, frozenset)):
        raise UsageError("slugs must be a list of slugs")
    slugs = tuple([plain_text("a slug of slugs", slug) for slug in given])
    for slug in slugs:
        if "," in slug or has_control_characters(slug) or not is_utf8(slug):
            raise UsageError("slugs must not contain commas, control characters, or characters that UTF-8 cannot encode")
    if not 0 < len(slugs) <= _MOST_SLUGS:
        raise UsageError(f"slugs must have 1 to {_MOST_SLUGS} items")
    return slugs


def _bundle_keys_of(bundle_file: Optional[str], given: object) -> Tuple[PublicKey, ...]:
    if isinstance(given, str) or not isinstance(given, (list, tuple)):
        raise UsageError("bundle_keys must be a list of public keys")
    keys = tuple(map(public_key_of, given))
    if bundle_file is not None:
        if not keys:
            raise UsageError("a bundle_file needs bundle_keys: the public keys that may have signed it")
        require_signatures()
    return keys


def _is_host_name(name: str, host: str) -> bool:
    try:
        if name.startswith("["):
            ipaddress.IPv6Address(name[1:-1])
        url = httpx.URL(host)
        labels = url.raw_host.decode("ascii").split(".")
        # It decodes the name, which fails for one that begins like an encoded one and is none.
        is_named = url.host != ""
    except (ValueError, httpx.InvalidURL):
        return False
    # The last may be empty: the name then is a full one.
    return is_named and (name.startswith("[") or all(0 < len(label) < 64 for label in labels[: -1 if labels[-1] == "" else None]))


def access_token_of(name: str, given: object) -> str:
    """A text that fits into a header. Raises UsageError, which does not repeat it."""
    token = plain_text(f"the {name}", given)
    if not _TOKEN.fullmatch(token):
        raise UsageError(
            f"the {name} must have visible ASCII characters only: look for blanks and line breaks around it"
        )
    return token


def _time_limit(name: str, value: object) -> float:
    seconds = _number(name, value)
    if not seconds > 0:
        raise UsageError(f"{name} must be a number of seconds greater than 0")
    return min(seconds, LONGEST_TIME)


def duration(name: str, value: object) -> float:
    """Raises UsageError for what is no time."""
    seconds = _number(name, value)
    if not seconds >= 0:
        raise UsageError(f"{name} must be a number of seconds, 0 or greater")
    return min(seconds, LONGEST_TIME)


def _retries_of(value: object) -> int:
    if not isinstance(value, Integral) or isinstance(value, bool) or value < 0:
        raise UsageError("retries must be a whole number of at least 0")
    return int(value)


def _cache_of(value: object) -> Optional[CacheOptions]:
    if isinstance(value, bool):
        return CacheOptions() if value else None
    if not isinstance(value, CacheOptions):
        raise UsageError("cache must be True, False or CacheOptions")
    for name, number in vars(value).items():
        if not _number(name, number) >= 0:
            raise UsageError(f"{name} must be a number of at least 0")
    return value


def _number(name: str, value: object) -> float:
    """NaN is one here."""
    if not isinstance(value, Real) or isinstance(value, bool):
        raise UsageError(f"{name} must be a number")
    try:
        return float(value)
    except OverflowError:
        return math.inf if abs(value) == value else -math.inf


def _path_of(name: str, value: Any) -> Optional[str]:
    if value is None:
        return None
    try:
        path = os.fsdecode(value)
    except TypeError:
        path = ""
    if not path or "\0" in path:
        raise UsageError(f"{name} must be a path")
    try:
        # It is written long after this, and the application may have changed its folder by then.
        return os.path.abspath(path)
    except OSError:
        # The folder is gone.
        return path


def _surviving(warn: Callable[[str], None]) -> Callable[[str], None]:
    """A warning stops nothing, not even by the function that gets it."""

    def warn_or_log(message: str) -> None:
        try:
            warn(message)
        except Exception as error:
            _warn(f"{message} (on_warning failed: {type(error).__name__})")

    return warn_or_log


def _warn(message: str) -> None:
    logging.getLogger("px0").warning(message)
