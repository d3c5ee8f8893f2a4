"""Whatever is handed over by mistake is a Px0Error that says what is wrong, and none of them holds a credential."""

from __future__ import annotations

import asyncio
import dataclasses
import datetime
import decimal
import enum
import logging
import threading
import uuid
from collections import OrderedDict, UserDict, defaultdict
from types import MappingProxyType
from typing import Any, Callable, Dict

import httpx
import pytest
from played_px0 import PlayedPx0, Reply
from pydantic import BaseModel
from test_client_inputs import Either, both, everything_of

import px0
from px0 import AsyncPx0, CacheOptions, Px0

Make = Callable[..., Px0]


async def asynchronous(variables: Any) -> str:
    return "Hi"


@both
@pytest.mark.parametrize(
    "settings",
    [
        {"host": 1},
        {"host": b"http://x"},
        {"host": "http://a..b"},
        {"host": f"http://{'a' * 64}.example.com"},
        {"host": "http://px0.example.com:0"},
        {"host": "http://px0.example.com:"},
        {"host": "http://[::1]x"},
        {"host": "http://\ud800"},
        {"host": "http://px0.example.com/\ud800"},
        {"host": "http://xn--a"},
        {"access_token": 1},
        {"access_token": b"ak_test"},
        {"timeout": None},
        {"timeout": True},
        {"timeout": decimal.Decimal(1)},
        {"attempt_timeout": -float("inf")},
        {"timeout": -(10**400)},
        {"retries": None},
        {"retries": True},
        {"retries": 1.0},
        {"cache": None},
        {"cache": {"fresh": 1}},
        {"cache": CacheOptions(fresh="1")},  # type: ignore[arg-type]
        {"cache": CacheOptions(max_bytes=None)},  # type: ignore[arg-type]
        {"snapshot_file": 1},
        {"snapshot_file": ""},
        {"snapshot_file": "a\0b"},
        {"fallbacks": "Hi"},
        {"fallbacks": [("greeting", "Hi")]},
        {"fallbacks": {1: "Hi"}},
        {"fallbacks": {"": "Hi"}},
        {"fallbacks": {"greeting": None}},
        {"fallbacks": {"greeting": b"Hi"}},
        {"fallbacks": {"greeting": asynchronous}},
        {"team_id": 1},
        {"team_id": "\ud800"},
        {"team_id": uuid.uuid4()},
        {"on_warning": "stderr"},
        {"http_client": "httpx"},
    ],
    ids=str,
)
def test_settings_of_another_kind(kind: Any, settings: Dict[str, Any], played: PlayedPx0) -> None:
    with pytest.raises(px0.UsageError):
        kind(**{"host": played.host, "access_token": "ak_test", **settings})


@both
@pytest.mark.parametrize(
    "call",
    [
        {"slug": None},
        {"slug": 1},
        {"slug": b"greeting"},
        {"slug": "\ud800"},
        {"slug": ["greeting"]},
        {"version": "3"},
        {"version": 3.0},
        {"version": 2**53},
        {"version": 10**4000},
        {"version": [1]},
        {"tag": 1},
        {"tag": "\ud800"},
        {"tag": ["a"]},
        {"version": 1, "tag": "a"},
        {"team_id": 1},
        {"missing_key": 1},
        {"missing_key": ["error"]},
        {"fallback": 1},
        {"fallback": b"Hi"},
        {"fallback": asynchronous},
        {"variables": "name"},
        {"variables": []},
        {"variables": 0},
        {"variables": [("name", "Ada")]},
        {"variables": {None: "Ada"}},
        {"variables": {1: "a", "1": "b"}},
        {"variables": {"a": MappingProxyType({})}},
        {"variables": {"a": UserDict()}},
    ],
    ids=lambda call: str(call)[:60],
)
def test_calls_of_another_kind(kind: Any, call: Dict[str, Any], played: PlayedPx0) -> None:
    client = Either(kind, host=played.host, access_token="ak_test", cache=False)
    with pytest.raises(px0.UsageError):
        client.render(**{"slug": "greeting", "fallback": "Hi", **call})
    assert played.requests == []


@dataclasses.dataclass
class Data:
    name: str = "Ada"


class Model(BaseModel):
    name: str = "Ada"


@pytest.mark.parametrize(
    ("value", "hint"),
    [
        (datetime.datetime(2030, 1, 2), r"a datetime \(pass its isoformat\(\)\)"),
        (datetime.date(2030, 1, 2), r"isoformat"),
        (decimal.Decimal("1.5"), r"a Decimal \(pass its str\(\) or float\(\)\)"),
        (uuid.UUID(int=1), r"a UUID \(pass its str\(\)\)"),
        (b"x", r"decode"),
        ({1}, r"a list"),
        (Data(), r"dataclasses.asdict"),
        (Model(), r"model_dump"),
        ({"a": [Model()]}, r"model_dump"),
    ],
)
def test_a_value_that_json_lacks_is_refused_with_a_hint(client: Make, value: Any, hint: str) -> None:
    with pytest.raises(px0.UsageError, match=f"the variable 'it' cannot be written as JSON: .*{hint}"):
        client().render("greeting", {"it": value})


class OfNoRequest:
    """As frameworks have for what exists only during a request."""

    @property
    def __class__(self) -> Any:
        raise RuntimeError("there is no request")


def test_variables_that_cannot_be_looked_at_are_refused(client: Make, played: PlayedPx0) -> None:
    with pytest.raises(px0.UsageError, match="variables cannot be read: there is no request"):
        client().render("greeting", OfNoRequest())  # type: ignore[arg-type]
    assert played.requests == []


@both
def test_a_time_beyond_all_floats_is_a_long_one(kind: Any, played: PlayedPx0) -> None:
    kind(played.host, "ak_test", timeout=10**400, cache=CacheOptions(max_bytes=10**400))


class Color(str, enum.Enum):
    RED = "red"


class Level(enum.IntEnum):
    HIGH = 3


def test_members_of_enumerations_are_their_values(played: PlayedPx0, client: Make) -> None:
    class Setting(str, enum.Enum):
        HOST = played.host
        TOKEN = "ak_test"
        SLUG = "greeting"
        TAG = "canary"

    px = Px0(Setting.HOST, Setting.TOKEN, cache=False)
    result = px.render(Setting.SLUG, {"name": Color.RED, "level": Level.HIGH, Color.RED: {Level.HIGH: 1}}, tag=Setting.TAG)
    assert (result.text, type(result.slug), result.slug) == ("Hello red", str, "greeting")
    request = played.renders[0]
    assert request["path"] == "/v1/prompts/greeting/versions/canary/render"
    assert request["headers"]["authorization"] == "Bearer ak_test"
    assert request["body"]["variables"] == {"name": "red", "level": 3, "red": {"3": 1}}


def test_other_kinds_of_dictionaries_and_lists_are_written(played: PlayedPx0, client: Make) -> None:
    px = client(cache=False)
    px.render("greeting", MappingProxyType({"name": OrderedDict(a=(1, 2)), 5: defaultdict(list, b=[])}))
    assert played.renders[0]["body"]["variables"] == {"name": {"a": [1, 2]}, "5": {"b": []}}


def test_a_broken_warning_function_breaks_nothing(played: PlayedPx0, tmp_path: Any, caplog: Any) -> None:
    def broken(message: str) -> None:
        raise ValueError("no")

    file = tmp_path / "px0.json"
    file.write_text("nonsense")
    with caplog.at_level(logging.WARNING, "px0"):
        with Px0(played.host, "ak_test", snapshot_file=file, on_warning=broken) as px:
            assert px.render("greeting", name="Ada").source == "live"
    assert "on_warning failed: ValueError" in caplog.text and str(file) in caplog.text


def test_a_warning_may_close_the_client(client: Make, played: PlayedPx0, tmp_path: Any) -> None:
    told: Any = []

    def close(message: str) -> None:
        told.append(message)
        px.close()

    px = client(snapshot_file=tmp_path / "missing" / "px0.json", on_warning=close)
    px.render("greeting", name="Ada")
    closing = threading.Thread(target=px.close, daemon=True)
    closing.start()
    closing.join(30)
    assert not closing.is_alive()
    assert len(told) == 1


def test_a_text_that_no_file_can_hold_is_a_warning(client: Make, played: PlayedPx0, tmp_path: Any) -> None:
    told: Any = []
    played.templates[1] = "half a pair \ud800"
    px = client(snapshot_file=tmp_path / "px0.json", on_warning=told.append)
    assert px.render("greeting").source == "live"
    px.close()
    assert len(told) == 1 and "cannot be written" in told[0]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("given", [None, 1, b"Hi", ["Hi"]])
def test_a_fallback_that_returns_no_text_fails(client: Make, played: PlayedPx0, given: Any) -> None:
    played.answer = lambda request: Reply(503)
    with pytest.raises(px0.TemplateError, match="not text"):
        client().render("greeting", fallback=lambda _: given)


def test_an_interrupt_in_a_fallback_stays_one(client: Make, played: PlayedPx0) -> None:
    played.answer = lambda request: Reply(503)

    def interrupted(_: Any) -> str:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        client().render("greeting", fallback=interrupted)


def httpx_of(kind: Any, **options: Any) -> Any:
    return httpx.Client(**options) if kind is Px0 else httpx.AsyncClient(**options)


@both
@pytest.mark.parametrize(
    "options",
    [
        {"headers": {"x-key": "hunter2\n"}},
        {"headers": {"x-key": " hunter2"}},
        {"headers": {"x-key": "hunter2\r\nx-more: y"}},
        {"headers": {"x-key": b"hunter2\0"}},
        {"auth": ("someone", "hunter2")},
    ],
    ids=str,
)
def test_a_given_client_that_can_send_nothing_is_refused(kind: Any, options: Any, played: PlayedPx0) -> None:
    with pytest.raises(px0.UsageError, match="http_client") as raised:
        kind(played.host, "ak_test", http_client=httpx_of(kind, **options))
    assert "hunter2" not in everything_of(raised.value)


class Auth(httpx.Auth):
    def __init__(self, value: str) -> None:
        self._value = value

    def auth_flow(self, request: httpx.Request) -> Any:
        if self._value == "raise":
            raise KeyError("hunter2")
        request.headers["x-key"] = self._value
        yield request


@both
@pytest.mark.parametrize("value", ["hunter2\n", "hunter2\0", "raise"])
def test_a_given_client_that_cannot_send_is_never_an_outage(kind: Any, value: str, played: PlayedPx0) -> None:
    client = Either(kind, host=played.host, access_token="ak_test", http_client=httpx_of(kind, auth=Auth(value)))
    with pytest.raises(px0.UsageError, match="the http_client cannot send a request") as raised:
        client.render("greeting", name="Ada", fallback="Hi")
    assert "hunter2" not in everything_of(raised.value)
    assert "ak_test" not in everything_of(raised.value)


def test_a_given_client_of_the_other_kind_or_a_closed_one_is_refused(played: PlayedPx0) -> None:
    closed = httpx.Client()
    closed.close()
    for kind, http_client in ((Px0, httpx.AsyncClient()), (AsyncPx0, httpx.Client()), (Px0, closed)):
        with pytest.raises(px0.UsageError, match="http_client"):
            kind(played.host, "ak_test", http_client=http_client)
    closed_later = httpx.Client()
    client = Px0(played.host, "ak_test", http_client=closed_later)
    closed_later.close()
    with pytest.raises(px0.UsageError, match="http_client"):
        client.render("greeting", fallback="Hi")


@both
def test_hooks_of_a_given_client_may_read_the_answer_or_raise_for_its_status(kind: Any, played: PlayedPx0) -> None:
    def hook(response: Any) -> Any:
        if kind is Px0:
            response.read()
            response.raise_for_status()
        else:
            return read(response)

    async def read(response: Any) -> None:
        await response.aread()
        response.raise_for_status()

    def client() -> Either:
        http_client = httpx_of(kind, event_hooks={"response": [hook if kind is Px0 else read]})
        return Either(kind, host=played.host, access_token="ak_test", retries=0, cache=False, http_client=http_client)

    assert client().render("greeting", name="Ada").source == "live"
    played.answer = lambda request: Reply(503)
    with pytest.raises(px0.UnreachableError) as raised:
        client().render("greeting", name="Ada")
    assert raised.value.status == 503


@both
def test_no_error_and_no_form_of_a_client_holds_the_token(kind: Any, played: PlayedPx0) -> None:
    secret = "ak_" + "secret"
    client = kind(played.host, secret, retries=0)
    shown = [repr(client), repr(client._settings), repr(vars(client))]

    def failure(host: str, **options: Any) -> str:
        with pytest.raises(px0.Px0Error) as raised:
            Either(kind, host=host, access_token=secret, retries=0, **options).render("greeting")
        return everything_of(raised.value)

    shown.append(failure("http://127.0.0.1:9"))
    shown.append(failure("http://no.such.host.invalid"))
    for reply in (
        Reply(401, {"error": "unauthorized"}, {"px0-revision": "x"}),
        Reply(500, {"error": f"Bearer {secret} is what was sent"}),
        Reply(400, {"error": f"Bearer {secret} is what was sent"}, {"px0-revision": "x"}),
        Reply(200, secret, {f"bad header {secret}": secret}),
    ):
        played.answer = lambda request, reply=reply: reply  # type: ignore[misc]
        shown.append(failure(played.host))
    assert secret not in "".join(shown)


def test_the_async_client_says_when_it_is_cancelled(played: PlayedPx0) -> None:
    played.answer = lambda request: Reply(200, None, None, delay=1)

    async def run() -> None:
        px = AsyncPx0(played.host, "ak_test", fallbacks={"greeting": "Hi"})
        task = asyncio.ensure_future(px.render("greeting"))
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        await px.aclose()

    asyncio.run(run())
