"""Which service this process is, for px0 to list it by."""

from __future__ import annotations

import re
from typing import Dict, Mapping, Optional
from urllib.parse import unquote_to_bytes

from .ledger import Service

_LONGEST_NAME = 128
_LONGEST_VERSION = 64
# What fits into a header, so that the header and a report say the same.
_OTHER = re.compile(r"[^\x20-\x7e]")
_BROKEN_ESCAPE = re.compile(r"%(?![0-9A-Fa-f]{2})")


def service_of(option: Optional[str], environment: Mapping[str, str]) -> Service:
    """The option wins over PX0_SERVICE, that over what OpenTelemetry is told. Blanks are no name."""
    resource = _resource_of(environment.get("OTEL_RESOURCE_ATTRIBUTES", ""))
    given = (option, environment.get("PX0_SERVICE"), environment.get("OTEL_SERVICE_NAME"), resource.get("service.name"))
    name = next((name for name in given if name is not None and name.strip()), "")
    return named_service(name, resource.get("service.version", ""))


def named_service(name: str, version: str) -> Service:
    return Service(_printable(name, _LONGEST_NAME), _printable(version, _LONGEST_VERSION))


def _printable(text: str, most: int) -> str:
    return _OTHER.sub("?", text.strip())[:most]


def _resource_of(text: str) -> Dict[str, str]:
    attributes: Dict[str, str] = {}
    for pair in text.split(","):
        key, is_pair, value = pair.partition("=")
        if not is_pair or _BROKEN_ESCAPE.search(value):
            continue
        try:
            attributes[key.strip()] = unquote_to_bytes(value.strip()).decode()
        except UnicodeError:
            continue
    return attributes
