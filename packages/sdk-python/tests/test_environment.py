"""What the environment says about proxies and certificates: used where it concerns px0, refused by its name where it is of no use."""

from __future__ import annotations

import asyncio
import base64
import socket
from pathlib import Path
from typing import Any, Dict

import pytest
from played_px0 import PlayedPx0
from test_client_inputs import everything_of

import px0
from px0 import AsyncPx0, Px0

both = pytest.mark.parametrize("kind", [Px0, AsyncPx0])

VARIABLES = ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "SSL_CERT_FILE", "SSL_CERT_DIR", "SSLKEYLOGFILE")


@pytest.fixture(autouse=True)
def nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in VARIABLES:
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


def render(kind: Any, host: str) -> str:
    client = kind(host, "ak_test", retries=0, cache=False)
    result = client.render("greeting", name="Ada")
    return (result if kind is Px0 else asyncio.run(result)).text


@both
@pytest.mark.parametrize(
    ("variable", "value"),
    [
        ("ALL_PROXY", "socks4://someone:hunter2@127.0.0.1:1080"),
        ("ALL_PROXY", "ftp://someone:hunter2@127.0.0.1"),
        ("all_proxy", "socks5://someone:hunter2@127.0.0.1:1080"),
        ("HTTP_PROXY", "http://someone:hunter2@127.0.0.1:99999"),
        ("HTTP_PROXY", "http://someone:hunter2@127.0.0.1:port"),
        ("http_proxy", "http://someone:hunter2@"),
        ("http_proxy", "http://someone:hunter2@[::1"),
        ("HTTP_PROXY", "http://someone:hunter2@proxy\n"),
        ("HTTP_PROXY", " http://someone:hunter2@proxy"),
        ("HTTP_PROXY", "://hunter2"),
        ("HTTP_PROXY", "http://"),
        ("HTTP_PROXY", "nonsense hunter2"),
        ("HTTP_PROXY", "http://someone:hunter2@xn--a"),
    ],
)
def test_a_proxy_of_no_use_is_refused(
    kind: Any, variable: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(variable, value)
    with pytest.raises(px0.UsageError, match=variable) as raised:
        kind("http://px0.example.com", "ak_test", fallbacks={"greeting": "Hi"})
    assert "hunter2" not in everything_of(raised.value)


@both
@pytest.mark.parametrize(
    "no_proxy",
    [
        "127.0.0.1",
        "127.0.0.0/8",
        "localhost,127.0.0.1",
        "fd00::/8, ::1, [fd00::]/8, [::1], 127.0.0.1",
        "*",
        "[,127.0.0.1:{port}",
        "http://127.0.0.1",
        f"127.0.0.1:{'1' * 5000},127.0.0.1",
        f"{'all://' * 2000}px0.example.com,127.0.0.1",
    ],
)
def test_a_host_that_no_proxy_names_is_reached_without_one(
    kind: Any, no_proxy: str, played: PlayedPx0, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "ftp://of.no.use")
    monkeypatch.setenv("NO_PROXY", no_proxy.replace("{port}", played.host.rpartition(":")[2]))
    assert render(kind, played.host) == "Hello Ada"


@pytest.mark.parametrize(
    "no_proxy", ["", "fd00::/8", "[::1]", "[", "]", "example.org", "10.0.0.0/8", "127.0.0.1:1", "https://127.0.0.1", "://"]
)
@both
def test_another_host_goes_through_the_proxy(
    kind: Any, no_proxy: str, played: PlayedPx0, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", played.host.replace("http://", "http://someone:pass%20word@"))
    monkeypatch.setenv("NO_PROXY", no_proxy)
    assert render(kind, "http://127.0.0.1:9") == "Hello Ada"
    assert played.renders[0]["path"] == "http://127.0.0.1:9/v1/prompts/greeting/render"
    assert played.renders[0]["headers"]["proxy-authorization"] == "Basic c29tZW9uZTpwYXNzIHdvcmQ="


@both
def test_a_proxy_is_named_without_a_scheme_too(
    kind: Any, played: PlayedPx0, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ALL_PROXY", played.host.replace("http://", ""))
    assert render(kind, "http://px0.example.com") == "Hello Ada"


@both
@pytest.mark.parametrize(
    "variables",
    [
        {"SSL_CERT_FILE": "{folder}/missing.pem"},
        {"SSL_CERT_FILE": "{folder}"},
        {"SSL_CERT_FILE": "{folder}/broken.pem"},
        {"SSL_CERT_FILE": "{folder}/empty.pem"},
        {"SSL_CERT_DIR": "{folder}/missing"},
        {"SSL_CERT_DIR": "{folder}/broken.pem"},
        {"SSLKEYLOGFILE": "{folder}/missing/keys"},
    ],
    ids=str,
)
def test_certificates_of_no_use_are_refused_for_https_and_play_no_part_for_http(
    kind: Any, variables: Dict[str, str], played: PlayedPx0, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "broken.pem").write_text("nonsense")
    (tmp_path / "empty.pem").write_text("")
    for name, value in variables.items():
        monkeypatch.setenv(name, value.replace("{folder}", str(tmp_path)))
    with pytest.raises(px0.UsageError, match=next(iter(variables))):
        kind("https://px0.example.com", "ak_test", fallbacks={"greeting": "Hi"})
    assert render(kind, played.host) == "Hello Ada"


@both
def test_what_concerns_other_hosts_plays_no_part(
    kind: Any, played: PlayedPx0, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTPS_PROXY", "socks4://of.no.use")
    for name in ("REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE"):
        monkeypatch.setenv(name, "/missing")
    assert render(kind, played.host) == "Hello Ada"


@both
def test_a_proxy_that_is_away_is_an_outage_that_says_nothing_of_its_password(
    kind: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://someone:hunter2@127.0.0.1:9")
    with pytest.raises(px0.UnreachableError) as raised:
        render(kind, "http://px0.example.com")
    assert "hunter2" not in everything_of(raised.value)


@pytest.mark.parametrize("value", ["socks5://someone:hunter2@127.0.0.1:1080", "http://someone:hunter2@[::1", "a://hunter2"])
def test_a_proxy_of_no_use_is_refused_by_the_generated_client(value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALL_PROXY", value)
    with pytest.raises(px0.UsageError, match="ALL_PROXY") as raised:
        px0.ApiClient(px0.Configuration("http://px0.example.com", access_token="ak_test"))
    assert "hunter2" not in everything_of(raised.value)


@both
def test_a_proxy_that_repeats_its_password_is_not_quoted(
    kind: Any, wire: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def repeating(connection: socket.socket, _: Any) -> None:
        said = connection.recv(65536).replace(b"\r\n", b" ")
        connection.sendall(b"HTTP/1.1 407 " + said + b"\r\ncontent-length: 0\r\n\r\n")

    proxy = wire(repeating).host.replace("://", "://someone:hunter2@")
    monkeypatch.setenv("HTTPS_PROXY", proxy)
    with pytest.raises(px0.UnreachableError, match="the proxy answered 407$") as raised:
        render(kind, "https://px0.example.com")
    assert base64.b64encode(b"someone:hunter2").decode() not in everything_of(raised.value)
