"""px0 behind TLS, straight and through proxies, and what a fork does to such connections."""

from __future__ import annotations

import asyncio
import contextlib
import shutil
import socket
import ssl
import subprocess
import threading
from pathlib import Path
from typing import Any, Callable, Iterator

import pytest
from conftest import eventually
from played_delivery import PlayedDelivery, prompt_of
from played_px0 import PlayedPx0
from played_wire import PlayedWire
from processes import Child, Together, needs_fork

import px0
from px0 import AsyncPx0, Px0

pytestmark = pytest.mark.skipif(shutil.which("openssl") is None, reason="there is no openssl to make a certificate")


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A file with a key and its certificate for 127.0.0.1."""
    folder = tmp_path_factory.mktemp("tls")
    made = ["-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=px0"]
    files = ["-addext", "subjectAltName=IP:127.0.0.1", "-keyout", "key.pem", "-out", "certificate.pem"]
    subprocess.run(["openssl", "req", *made, *files], cwd=folder, check=True, capture_output=True)
    return folder / "certificate.pem"


@pytest.fixture
def served(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, certificate.with_name("key.pem"))
    return context


@pytest.fixture
def secure(served: ssl.SSLContext, certificate: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[PlayedPx0]:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "SSL_CERT_DIR"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    server = PlayedPx0(served)
    yield server
    server.stop()


def blocking(host: str, **options: Any) -> Any:
    with Px0(host, "ak_test", **{"retries": 0, "cache": False, **options}) as client:
        return [client.render("greeting", name=name).text for name in ("Ada", "Grace" * 100_000)]


def asynchronous(host: str, **options: Any) -> Any:
    async def run() -> Any:
        async with AsyncPx0(host, "ak_test", **{"retries": 0, "cache": False, **options}) as client:
            return [(await client.render("greeting", name=name)).text for name in ("Ada", "Grace" * 100_000)]

    return asyncio.run(run())


TEXTS = ["Hello Ada", "Hello " + "Grace" * 100_000]
both = pytest.mark.parametrize("render", [blocking, asynchronous])


def carry(source: socket.socket, target: socket.socket) -> None:
    with contextlib.suppress(OSError):
        while True:
            data = source.recv(65536)
            if not data:
                break
            target.sendall(data)
        target.shutdown(socket.SHUT_WR)


@pytest.fixture
def proxy(served: ssl.SSLContext) -> Iterator[Callable[..., PlayedWire]]:
    """Makes proxies that connect, in the open or behind TLS; a silent one says that it has connected, and no more."""
    made = []

    def make(*, is_secure: bool, is_silent: bool = False) -> PlayedWire:
        def script(connection: socket.socket, goes_on: Callable[[], bool]) -> None:
            if is_secure:
                connection = served.wrap_socket(connection, server_side=True)
            request = b""
            while b"\r\n\r\n" not in request:
                request += connection.recv(65536)
            host, _, port = request.split()[1].decode().rpartition(":")
            connection.sendall(b"HTTP/1.1 200 Connected\r\n\r\n")
            while is_silent:
                if not goes_on():
                    return
            with socket.create_connection((host, int(port))) as onward:
                threading.Thread(target=carry, args=(onward, connection), daemon=True).start()
                carry(connection, onward)
                while goes_on():
                    pass

        made.append(PlayedWire(script))
        return made[-1]

    yield make
    for one in made:
        one.stop()


@both
def test_px0_behind_tls(render: Any, secure: PlayedPx0) -> None:
    assert render(secure.host) == TEXTS


@both
def test_a_certificate_that_is_not_known_is_an_outage(
    render: Any, secure: PlayedPx0, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("SSL_CERT_FILE")
    with pytest.raises(px0.UnreachableError, match="cannot be reached"):
        render(secure.host)


@both
@pytest.mark.parametrize("is_secure", [False, True])
def test_px0_behind_tls_through_a_proxy(
    render: Any, is_secure: bool, secure: PlayedPx0, proxy: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    way = proxy(is_secure=is_secure).host
    monkeypatch.setenv("HTTPS_PROXY", way.replace("http:", "https:") if is_secure else way)
    assert render(secure.host) == TEXTS


@both
@pytest.mark.parametrize("is_secure", [False, True])
def test_a_proxy_that_connects_to_nothing_is_given_up(
    render: Any, is_secure: bool, secure: PlayedPx0, proxy: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    way = proxy(is_secure=is_secure, is_silent=True).host
    monkeypatch.setenv("HTTPS_PROXY", way.replace("http:", "https:") if is_secure else way)
    with pytest.raises(px0.UnreachableError, match="has not answered within"):
        render(secure.host, attempt_timeout=0.5)


@needs_fork
def test_forked_processes_leave_the_encryption_of_their_parent_alone(secure: PlayedPx0) -> None:
    px = Px0(secure.host, "ak_test", retries=0, cache=False, timeout=30, attempt_timeout=30)

    def names(name: str) -> Any:
        texts = [px.render("greeting", name=f"{name}-{turn}").text for turn in range(5)]
        return [text for turn, text in enumerate(texts) if text != f"Hello {name}-{turn}"]

    assert names("before") == []
    connections = len(secure._connections)
    secure.answer = Together(3)
    children = [Child(lambda name=f"child-{number}": (names(name), px.close())[0]) for number in range(2)]  # type: ignore[misc]
    assert names("parent") == []
    assert [child.result() for child in children] == [[], []]
    secure.answer = lambda request: None
    assert names("after") == []
    # The parent still has its own, and each child made one.
    assert len(secure._connections) == connections + 2
    px.close()


@pytest.fixture
def delivering(secure: PlayedPx0, served: ssl.SSLContext) -> Iterator[PlayedDelivery]:
    server = PlayedDelivery(served)
    yield server
    server.stop()


@needs_fork
def test_a_stream_of_prompts_goes_on_in_parent_and_children(delivering: PlayedDelivery) -> None:
    def hears(client: Px0) -> Callable[[], bool]:
        return lambda: client.render("greeting", name="Ada").text == "Hi Ada"

    with Px0(delivering.host, "ak_test", mode="stream", retries=0, init_timeout=20.0) as client:
        assert client.wait_ready(20)
        children = [Child(lambda: eventually(hears(client))) for _ in range(2)]
        eventually(lambda: len(delivering.streams) == 3)
        delivering.put(prompt_of("greeting", {2: "Hi {{.name}}"}, 2))
        eventually(hears(client))
        assert [child.result() for child in children] == [True, True]
        # The parent is on its first connection still.
        assert len(delivering.deliveries) == 3
        assert client.status().state == "ready"


def test_closing_ends_a_stream_that_is_quiet(delivering: PlayedDelivery) -> None:
    before = set(threading.enumerate())
    with Px0(delivering.host, "ak_test", mode="stream", retries=0, init_timeout=20.0) as client:
        assert client.wait_ready(20)
    eventually(lambda: not any("px0" in one.name for one in threading.enumerate() if one not in before))


def test_a_stream_of_prompts_with_asyncio(delivering: PlayedDelivery) -> None:
    async def run() -> None:
        async with AsyncPx0(delivering.host, "ak_test", mode="stream", retries=0, init_timeout=20.0) as client:
            assert (await client.render("greeting", name="Ada")).source == "stream"

    asyncio.run(run())
