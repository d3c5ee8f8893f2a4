"""What the generated client raises is of this package, whatever goes wrong: arguments, connections, the answers of somebody else."""

from __future__ import annotations

import socket
from typing import Any, Callable, Dict
from uuid import UUID

import pytest
from played_px0 import PlayedPx0, Reply, refused, revision
from played_wire import sending
from test_client_inputs import everything_of

import px0
from px0 import generated
from px0.generated import exceptions

SOME = UUID(int=7)


def client_of(host: str, **options: Any) -> px0.ApiClient:
    return px0.ApiClient(px0.Configuration(host, access_token="ak_hunter2", **options))


def variables(value: Any) -> px0.RenderRequest:
    return px0.RenderRequest(variables={"it": value})


def itself() -> Dict[str, Any]:
    value: Dict[str, Any] = {}
    value["itself"] = value
    return value


@pytest.mark.parametrize(
    "call",
    [
        lambda client: px0.PromptsApi(client).get_prompt(),
        lambda client: px0.PromptsApi(client).get_prompt("greeting", unknown=1),
        lambda client: px0.PromptsApi(client).get_prompt(7),
        lambda client: px0.PromptsApi(client).archive_prompt("no id"),
        lambda client: px0.PromptsApi(client).archive_prompt(SOME, px0_min_revision=7),
        lambda client: px0.PromptsApi(client).archive_prompt(SOME, px0_min_revision="a\nb"),
        lambda client: px0.PromptsApi(client).archive_prompt(SOME, _request_timeout=-1.0),
        lambda client: px0.PromptsApi(client).archive_prompt(SOME, _headers={"x-of-mine": "\u20ac"}),
        lambda client: px0.PromptRendersApi(client).render_live("greeting", 7),
        lambda client: px0.PromptRendersApi(client).render_live("greeting", variables(float("nan"))),
        lambda client: px0.PromptRendersApi(client).render_live("greeting", variables(b"a")),
        lambda client: px0.PromptRendersApi(client).render_live("greeting", variables({1, 2})),
        lambda client: px0.PromptRendersApi(client).render_live("greeting", variables(itself())),
        lambda client: px0.AuthApi(client).login({"email": "someone", "password": ["hunter2"]}),
        lambda client: px0.PromptsApi(client).get_prompt("greeting", tag="\ud800"),
    ],
)
def test_arguments_that_cannot_be_sent_are_refused(call: Callable[[Any], Any], played: PlayedPx0) -> None:
    with pytest.raises(px0.UsageError) as raised:
        call(client_of(played.host))
    assert "hunter2" not in f"{raised.value} {raised.value.__cause__} {raised.value.__context__}"
    assert played.requests == []


def test_an_argument_that_is_refused_is_named(played: PlayedPx0) -> None:
    for call in (lambda api: api.archive_prompt(".."), lambda api: api.archive_prompt(id="..")):
        with pytest.raises(px0.UsageError, match="archive_prompt cannot be called like this: id: Input should be a valid UUID"):
            call(px0.PromptsApi(client_of(played.host)))


def test_a_connection_that_is_refused_is_an_outage() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        with pytest.raises(px0.UnreachableError, match="cannot be reached: NewConnectionError"):
            px0.HealthApi(client_of(f"http://127.0.0.1:{unused.getsockname()[1]}")).health_check()


def test_a_name_that_is_not_known_is_an_outage() -> None:
    with pytest.raises(px0.UnreachableError, match="cannot be reached"):
        px0.HealthApi(client_of("http://px0.invalid")).health_check()


def test_a_host_without_the_tls_that_was_asked_for_is_an_outage(played: PlayedPx0) -> None:
    with pytest.raises(px0.UnreachableError, match="cannot be reached"):
        px0.HealthApi(client_of(played.host.replace("http:", "https:"))).health_check()


def test_an_answer_that_comes_too_late_is_an_outage() -> None:
    with socket.socket() as silent:
        silent.bind(("127.0.0.1", 0))
        silent.listen()
        health = px0.HealthApi(client_of(f"http://127.0.0.1:{silent.getsockname()[1]}", retries=0))
        with pytest.raises(px0.UnreachableError, match="ReadTimeoutError|has not answered within"):
            health.health_check(_request_timeout=0.05)


@pytest.mark.parametrize("limit", [0.3, (0.1, 0.2)])
@pytest.mark.parametrize(
    "script",
    [
        sending(again=b"HTTP/1.1 100 Continue\r\n\r\n"),
        sending(b"HTTP/1.1 200 OK\r\nx: ", again=b"a"),
        sending(b"HTTP/1.1 200 OK\r\n\r\n", again=b" "),
        sending(b"HTTP/1.1 302 Found\r\nlocation: /\r\ncontent-length: 1000000\r\n\r\n", again=b" "),
    ],
    ids=["interim answers", "a head", "a body", "a redirect"],
)
def test_an_answer_that_comes_bit_by_bit_is_given_up(script: Any, limit: Any, wire: Any) -> None:
    health = px0.HealthApi(client_of(wire(script).host, retries=0))
    with pytest.raises(px0.UnreachableError, match="has not answered within 0.3 s"):
        health.health_check(_request_timeout=limit)


def test_an_answer_that_breaks_off_is_an_outage(played: PlayedPx0) -> None:
    played.answer = lambda request: Reply(200, "{}", {"content-encoding": "gzip"})
    with pytest.raises(px0.UnreachableError, match="cannot be reached: DecodeError"):
        px0.HealthApi(client_of(played.host)).health_check()


def test_an_answer_without_an_end_is_an_outage(wire: Any) -> None:
    head = b"HTTP/1.1 200 OK\r\ntransfer-encoding: chunked\r\n\r\n"
    host = wire(sending(head, again=b"100000\r\n" + b" " * (1 << 20) + b"\r\n", pace=False)).host
    with pytest.raises(px0.UnreachableError, match="more than 64 MiB"):
        px0.HealthApi(client_of(host)).health_check()


def test_one_connection_serves_call_after_call(played: PlayedPx0) -> None:
    played.answer = lambda request: Reply(200, {"rendered": "Hi", "version": 1, "slug": "greeting", "tags": []})
    renders = px0.PromptRendersApi(client_of(played.host))
    for _ in range(3):
        assert renders.render_live("greeting", variables(1)).rendered == "Hi"
    assert len(played._connections) == 1


def test_the_password_of_a_proxy_is_in_no_error() -> None:
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        proxy = f"http://someone:hunter2@127.0.0.1:{unused.getsockname()[1]}"
        with pytest.raises(px0.UnreachableError) as raised:
            px0.HealthApi(client_of("http://px0.example.com", proxy=proxy)).health_check()
    assert "hunter2" not in everything_of(raised.value)


@pytest.mark.parametrize("body", ["null", "[]", "7", '"a"', "{}", "", '{"rendered": "Hi"}'])
def test_an_answer_of_another_form_is_an_outage(body: str, played: PlayedPx0) -> None:
    played.answer = lambda request: Reply(200, body, {"px0-revision": revision(1), "content-type": "application/json"})
    with pytest.raises(px0.UnreachableError, match="which is not a response to this operation"):
        px0.PromptRendersApi(client_of(played.host)).render_live("greeting", variables(1))


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
@pytest.mark.parametrize("location", ["/elsewhere", "http://someone:hunter2@[::1"])
def test_a_redirect_is_an_outage_and_not_followed(status: int, location: str, played: PlayedPx0) -> None:
    played.answer = lambda request: Reply(status, {}, {"location": location})
    with pytest.raises(px0.UnreachableError, match=f"answered {status}") as raised:
        px0.PromptRendersApi(client_of(played.host)).render_live("greeting", variables(1))
    assert "hunter2" not in everything_of(raised.value)
    assert len(played.requests) == 1


def test_a_page_in_place_of_no_content_is_an_outage(played: PlayedPx0) -> None:
    played.answer = lambda request: Reply(200, "<html>Log in</html>", {"content-type": "text/html"})
    with pytest.raises(px0.UnreachableError):
        px0.AuthApi(client_of(played.host)).logout()


@pytest.mark.parametrize(
    ("status", "kind", "name"),
    [
        (400, px0.InvalidRequestError, exceptions.BadRequestException),
        (409, px0.ConflictError, exceptions.ConflictException),
        (412, px0.ConflictError, exceptions.ConflictException),
        (413, px0.InvalidRequestError, exceptions.BadRequestException),
        (418, px0.RefusedError, generated.ApiException),
    ],
)
def test_what_px0_refuses_has_the_kinds_of_both(status: int, kind: Any, name: Any, played: PlayedPx0) -> None:
    played.answer = lambda request: refused(status, "not with ak_hunter2")
    with pytest.raises(kind) as raised:
        px0.PromptsApi(client_of(played.host)).archive_prompt(SOME)
    error = raised.value
    assert isinstance(error, name) and error.status == status
    assert "hunter2" not in everything_of(error)


def test_an_api_without_a_client_judges_too(played: PlayedPx0, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(generated.ApiClient, "_default", None)
    monkeypatch.setattr(generated.Configuration, "_default", px0.Configuration(played.host, access_token="ak_test"))
    played.answer = lambda request: Reply(403, "<html>a firewall</html>")
    with pytest.raises(px0.UnreachableError):
        px0.PromptsApi().get_prompt("greeting")
