"""The time and the size of an answer are bounded as a whole, whatever the other side sends and however slowly."""

from __future__ import annotations

import asyncio
import gzip
import threading
from typing import Any, Callable, List

import httpx
import pytest
from played_wire import sending, silent

import px0
from px0 import AsyncPx0, Px0

HEAD = b"HTTP/1.1 200 OK\r\ncontent-type: application/json\r\n"
CHUNKED = HEAD + b"transfer-encoding: chunked\r\n\r\n"
PACKED = gzip.compress(b" " * (65 << 20), 1)
MEBIBYTE = b"100000\r\n" + b" " * (1 << 20) + b"\r\n"

SLOW = {
    "interim answers": sending(again=b"HTTP/1.1 103 Early Hints\r\nlink: </a>\r\n\r\n"),
    "interim answers as fast as it goes": sending(again=b"HTTP/1.1 102 Processing\r\n\r\n" * 1000, pace=False),
    "a head byte by byte": sending(HEAD + b"x-more: ", again=b"x"),
    "a status line byte by byte": sending(b"HTTP/1.1 200 ", again=b"O"),
    "a body byte by byte": sending(HEAD + b"content-length: 1000000\r\n\r\n", again=b" "),
    "a body chunk by chunk": sending(CHUNKED, again=b"1\r\n \r\n"),
    "a body until the connection ends": sending(HEAD + b"\r\n", again=b" "),
    "the rest of a body as trailers": sending(CHUNKED + b"0\r\n", again=b"x: y\r\n"),
    "nothing at all": silent,
}


def in_time(call: Callable[[], Any]) -> Any:
    """What the call gives or raises; fails when it does not come to an end."""
    outcome: List[Any] = []

    def work() -> None:
        try:
            outcome.append(call())
        except BaseException as error:
            outcome.append(error)

    thread = threading.Thread(target=work, daemon=True)
    thread.start()
    thread.join(60)
    assert outcome, "the call did not come to an end"
    if isinstance(outcome[0], BaseException):
        raise outcome[0]
    return outcome[0]


def blocking(host: str, **options: Any) -> Any:
    with Px0(host, "ak_test", **{"retries": 0, "attempt_timeout": 0.1, **options}) as client:
        return client.render("greeting")


def asynchronous(host: str, **options: Any) -> Any:
    async def run() -> Any:
        async with AsyncPx0(host, "ak_test", **{"retries": 0, "attempt_timeout": 0.1, **options}) as client:
            return await client.render("greeting")

    return asyncio.run(run())


def with_given_client(host: str, **options: Any) -> Any:
    with httpx.Client() as http_client:
        client = Px0(host, "ak_test", **{"retries": 0, "attempt_timeout": 0.1, "http_client": http_client, **options})
        return client.render("greeting")


every_kind = pytest.mark.parametrize("render", [blocking, asynchronous, with_given_client])


@every_kind
@pytest.mark.parametrize("how", SLOW)
def test_an_answer_that_never_ends_is_given_up(render: Any, how: str, wire: Any) -> None:
    host = wire(SLOW[how]).host
    with pytest.raises(px0.UnreachableError, match="has not answered within"):
        in_time(lambda: render(host))


@every_kind
def test_a_handshake_that_never_ends_is_given_up(render: Any, wire: Any) -> None:
    # The beginning of a record, of which the rest comes byte by byte.
    for script in (silent, sending(b"\x16\x03\x03\x40\x00", again=b"\x00")):
        host = wire(script).host.replace("http:", "https:")
        with pytest.raises(px0.UnreachableError, match="has not answered within"):
            in_time(lambda: render(host))


@pytest.mark.parametrize("render", [blocking, asynchronous])
@pytest.mark.parametrize("host", ["http://px0.example.com", "https://px0.example.com"])
def test_a_slow_proxy_is_given_up(render: Any, host: str, wire: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ALL_PROXY", wire(sending(b"HTTP/1.1 200 ", again=b"O")).host)
    with pytest.raises(px0.UnreachableError, match="has not answered within"):
        in_time(lambda: render(host))


def test_a_request_that_is_taken_byte_by_byte_is_given_up(wire: Any) -> None:
    def slow_reader(connection: Any, goes_on: Callable[[], bool]) -> None:
        while goes_on():
            connection.recv(1024)

    host = wire(slow_reader).host
    with Px0(host, "ak_test", retries=0, attempt_timeout=0.2) as client:
        with pytest.raises(px0.UnreachableError, match="has not answered within"):
            in_time(lambda: client.render("greeting", text="x" * (32 << 20)))


@every_kind
def test_a_body_without_end_is_given_up_before_it_fills_the_memory(render: Any, wire: Any) -> None:
    host = wire(sending(CHUNKED, again=MEBIBYTE, pace=False)).host
    with pytest.raises(px0.UnreachableError, match="larger than 64 MiB"):
        in_time(lambda: render(host, timeout=60, attempt_timeout=60))


@every_kind
@pytest.mark.parametrize("coding", ["gzip", "gzip, gzip", "br"])
def test_a_body_that_unpacks_to_too_much_is_given_up(render: Any, coding: str, wire: Any) -> None:
    packed = gzip.compress(PACKED) if coding == "gzip, gzip" else PACKED
    head = HEAD + f"content-encoding: {coding}\r\ncontent-length: {len(packed)}\r\n\r\n".encode()
    host = wire(sending(head, packed, again=b"")).host
    with pytest.raises(px0.UnreachableError, match="larger than 64 MiB|not requested"):
        in_time(lambda: render(host, timeout=60, attempt_timeout=60))


@every_kind
def test_a_packed_answer_is_read(render: Any, wire: Any) -> None:
    packed = gzip.compress(b'{"rendered":"Hi","version":1,"slug":"greeting","tags":[]}')
    head = HEAD + f"content-encoding: gzip\r\ncontent-length: {len(packed)}\r\n\r\n".encode()
    host = wire(sending(head, packed, again=b"")).host
    assert render(host, attempt_timeout=60, cache=False).text == "Hi"


@every_kind
def test_a_head_without_end_is_an_outage(render: Any, wire: Any) -> None:
    host = wire(sending(HEAD, again=b"x-more: y\r\n" * 1000, pace=False)).host
    with pytest.raises(px0.UnreachableError):
        in_time(lambda: render(host, timeout=60, attempt_timeout=60))
