"""How px0 is reached from here: the proxy and the certificates that the environment's variables name.

A variable that is of no use is refused when the client is made, by its name and without its value, which may hold a password.
One that says nothing about px0's host plays no part.
"""

from __future__ import annotations

import importlib.util
import ipaddress
import os
import re
import ssl
from dataclasses import dataclass
from typing import Optional
from urllib.request import getproxies

import httpcore
import httpx

from ._text import is_printable
from .errors import UsageError

_SOCKS = ("socks5", "socks5h")
_PORTS = {"http": 80, "https": 443}


@dataclass(frozen=True)
class Way:
    """Both are None for an http host without a proxy."""

    proxy: Optional[httpcore.Proxy]
    ssl_context: Optional[ssl.SSLContext]


def way_to(host: str) -> Way:
    """Raises UsageError for a variable that cannot be used."""
    url = httpx.URL(host)
    proxy = _proxy_for(url)
    return Way(proxy=proxy, ssl_context=_certificates() if url.scheme == "https" else None)


def _proxy_for(url: httpx.URL) -> Optional[httpcore.Proxy]:
    # On some systems it asks the system's settings, which must not be done after a fork.
    proxies = getproxies()
    scheme = next((name for name in (url.scheme, "all") if proxies.get(name)), None)
    if scheme is None or _is_exempt(url, proxies.get("no", "")):
        return None
    return _proxy_of(_variable(scheme), proxies[scheme])


def _variable(scheme: str) -> str:
    """The name under which the environment has the proxy for a scheme."""
    names = [name for name in os.environ if name.lower() == f"{scheme}_proxy"]
    # Written small it wins.
    return max(names, default=f"the system's setting of a proxy for {scheme}")


def _proxy_of(variable: str, text: str) -> httpcore.Proxy:
    try:
        url = httpx.URL(text if "://" in text else f"http://{text}")
        # It decodes the name, which fails for one that begins like an encoded one and is none.
        name = url.host
    except (ValueError, httpx.InvalidURL):
        name = ""
    if not name or not is_printable(text) or not 0 < (url.port or 1) < 65536:
        raise UsageError(f"{variable} must be the address of a proxy, such as http://proxy.example.com:3128")
    if url.scheme not in ("http", "https", *_SOCKS):
        raise UsageError(f"{variable} must name a proxy of the scheme http, https or socks5")
    if url.scheme in _SOCKS and importlib.util.find_spec("socksio") is None:
        raise UsageError(f"{variable} names a SOCKS proxy, which needs another package: pip install 'httpx[socks]'")
    return httpcore.Proxy(
        httpcore.URL(scheme=url.raw_scheme, host=url.raw_host, port=url.port, target=b"/"),
        auth=(url.username.encode(), url.password.encode()) if url.userinfo else None,
        ssl_context=_certificates() if url.scheme == "https" else None,
    )


def _is_exempt(url: httpx.URL, no_proxy: str) -> bool:
    """Whether NO_PROXY names the host: by name, as the end of a name, by address, by a range of addresses, or all by `*`."""
    host, port = url.host.lower().rstrip("."), url.port or _PORTS[url.scheme]
    return any(_names(entry.strip().lower(), url.scheme, host, port) for entry in no_proxy.split(","))


def _names(entry: str, scheme: str, host: str, port: int) -> bool:
    of_scheme, separator, rest = entry.partition("://")
    if separator:
        if of_scheme not in (scheme, "all"):
            return False
        entry = rest
    with_port = re.fullmatch(r"(\[[^\]]*\]|[^:]*):0*([0-9]+)", entry)
    if with_port:
        if with_port[2] != str(port):
            return False
        entry = with_port[1]
    if entry == "*":
        return True
    try:
        return ipaddress.ip_address(host) in ipaddress.ip_network(re.sub(r"[\[\]]", "", entry), strict=False)
    except ValueError:
        # One of them is a name.
        name = re.sub(r"^\*?\.", "", entry)
        return name != "" and (host == name or host.endswith(f".{name}"))


def _certificates() -> ssl.SSLContext:
    file, folder = os.environ.get("SSL_CERT_FILE"), os.environ.get("SSL_CERT_DIR")
    # What is missing is passed over by OpenSSL (a folder) and by some releases of httpx (a file).
    if file and not os.path.isfile(file):
        raise UsageError("SSL_CERT_FILE must name a file of certificates")
    if folder and not file and not os.path.isdir(folder):
        raise UsageError("SSL_CERT_DIR must name a folder of certificates")
    try:
        return httpx.create_ssl_context()
    except (OSError, ValueError) as error:
        names = ("SSL_CERT_FILE", "SSL_CERT_DIR", "SSLKEYLOGFILE")
        named = " or ".join(name for name in names if os.environ.get(name))
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise UsageError(f"{named or 'the TLS of this Python'} cannot be used: {reason}") from None
