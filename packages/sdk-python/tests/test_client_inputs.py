"""The table of what clients do with bad inputs, which all languages share: packages/contracts/client-inputs.json."""

from __future__ import annotations

import asyncio
import inspect
import json
import pickle
import re
import traceback
from pathlib import Path
from typing import Any, Callable, Dict, List, get_type_hints
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import httpx
import pytest
from conftest import eventually
from played_px0 import PlayedPx0, Reply, refused, revision

import px0
from px0 import AsyncPx0, CacheOptions, Px0, generated
from px0.generated import exceptions

TABLE_FILE = Path(__file__).parents[3] / "packages" / "contracts" / "client-inputs.json"
TABLE: Dict[str, List[Dict[str, Any]]] = (
    {name: rows for name, rows in json.loads(TABLE_FILE.read_text("utf-8")).items() if name != "about"}
    if TABLE_FILE.exists()
    else {name: [] for name in ("settings", "references", "variables", "segments", "queries", "answers")}
)

pytestmark = pytest.mark.skipif(not TABLE_FILE.exists(), reason="the table is in the repository only")


def rows(name: str, of: Callable[[Dict[str, Any]], bool] = lambda row: True) -> Any:
    return pytest.mark.parametrize(
        "row",
        [row for row in TABLE[name] if "python" not in row.get("not_in", ()) and of(row)],
        ids=lambda row: " ".join(f"{value!r}"[:60] for key, value in row.items() if key not in ("why", "outcome", "secret")),
    )


class Either:
    """The blocking or the async client, called alike."""

    def __init__(self, kind: Any, **settings: Any) -> None:
        self._client = kind(**settings)

    def render(self, *arguments: Any, **options: Any) -> Any:
        if isinstance(self._client, Px0):
            return self._client.render(*arguments, **options)
        return asyncio.run(self._client.render(*arguments, **options))


both = pytest.mark.parametrize("kind", [Px0, AsyncPx0])


def everything_of(error: BaseException) -> str:
    """All that a log may show of an error: its texts, those of its causes, and their traces."""
    chain: List[BaseException] = []
    left: List[Any] = [error]
    while left:
        one = left.pop()
        if one is not None and one not in chain:
            chain.append(one)
            left += [one.__cause__, one.__context__]
    return "\n".join(
        [*traceback.format_exception(type(error), error, error.__traceback__), *(f"{one!r} {one} {vars(one)}" for one in chain)]
    )


NAMED_SETTINGS = {
    "zero": 0,
    "negative": -1,
    "not a number": float("nan"),
    "text": "soon",
    "one and a half": 1.5,
    "a hundred years": 100 * 365 * 86400,
}
ENVIRONMENT = {"access_token": "PX0_ACCESS_TOKEN", "host": "PX0_HOST"}
SETTING_NAMES = {"access_token": "access token"}


def settings_with(row: Dict[str, Any], host: str) -> Dict[str, Any]:
    name, value = row["setting"], row["value"]
    settings: Dict[str, Any] = {"host": host, "access_token": "ak_test", "retries": 0}
    if name in ("fresh", "max_entries"):
        return {**settings, "cache": CacheOptions(**{name: NAMED_SETTINGS[value]})}
    if name == "fallback":
        return {**settings, "fallbacks": {value: "Hi"}}
    if name in ("timeout", "attempt_timeout", "retries"):
        value = NAMED_SETTINGS[value]
    return {**settings, name: value}


def check_made(kind: Any, row: Dict[str, Any], settings: Dict[str, Any], played: PlayedPx0) -> None:
    if row["outcome"] == "refused":
        with pytest.raises(px0.UsageError) as raised:
            kind(**settings)
        assert SETTING_NAMES.get(row["setting"], row["setting"]) in str(raised.value)
        assert row.get("secret", "\0") not in everything_of(raised.value)
        return
    asked: List[str] = []

    def answer(request: httpx.Request) -> httpx.Response:
        asked.append(str(request.url))
        return httpx.Response(200, text=played.usual({"method": "POST", "body": json.loads(request.content)}).text)

    transport = httpx.MockTransport(answer)
    http_client = httpx.Client(transport=transport) if kind is Px0 else httpx.AsyncClient(transport=transport)
    client = Either(kind, **settings, http_client=http_client)
    assert client.render("greeting", name="Ada").text == "Hello Ada"
    sent = row.get("sent", settings.get("host") or played.host)
    assert asked[0].startswith(f"{sent}/v1/prompts/greeting/render")
    # And over a real connection, where there is something at the other end.
    if row["setting"] != "host":
        assert Either(kind, **settings).render("greeting", name="Ada").text == "Hello Ada"


@both
@rows("settings")
def test_settings(kind: Any, row: Dict[str, Any], played: PlayedPx0) -> None:
    check_made(kind, row, settings_with(row, played.host), played)


@both
@rows("settings", lambda row: row["setting"] in ENVIRONMENT and "\0" not in row["value"])
def test_settings_of_the_environment(
    kind: Any, row: Dict[str, Any], played: PlayedPx0, monkeypatch: pytest.MonkeyPatch
) -> None:
    variable = ENVIRONMENT[row["setting"]]
    monkeypatch.setenv("PX0_HOST", played.host)
    monkeypatch.setenv("PX0_ACCESS_TOKEN", "ak_test")
    monkeypatch.setenv(variable, row["value"])
    if row["value"] == "" and row["setting"] == "host":
        # As if it were not set: the address of the local platform.
        kind()
        return
    settings = {"host": row["value"]} if row["setting"] == "host" and row["outcome"] == "works" else {}
    check_made(kind, row, settings, played)
    if row["outcome"] == "refused":
        with pytest.raises(px0.UsageError, match=variable):
            kind()


@rows("settings", lambda row: row["setting"] in ENVIRONMENT)
def test_settings_of_the_generated_client(row: Dict[str, Any], played: PlayedPx0) -> None:
    settings = {"host": played.host, "access_token": "ak_test", row["setting"]: row["value"]}
    if row["outcome"] == "works":
        assert px0.Configuration(**settings).host == row.get("sent", played.host)
        return
    configuration = px0.Configuration()
    for give in (lambda: px0.Configuration(**settings), lambda: setattr(configuration, row["setting"], row["value"])):
        with pytest.raises(px0.UsageError, match=SETTING_NAMES.get(row["setting"], row["setting"])) as raised:
            give()
        assert row.get("secret", "\0") not in everything_of(raised.value)


@pytest.mark.parametrize("setting", sorted(ENVIRONMENT))
def test_an_empty_text_is_refused_whatever_the_environment_has(
    setting: str, played: PlayedPx0, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PX0_HOST", played.host)
    monkeypatch.setenv("PX0_ACCESS_TOKEN", "ak_test")
    with pytest.raises(px0.UsageError, match=SETTING_NAMES.get(setting, setting)):
        Px0(**{setting: ""})


@both
@rows("references")
def test_references(kind: Any, row: Dict[str, Any], played: PlayedPx0) -> None:
    client = Either(kind, host=played.host, access_token="ak_test", retries=0, cache=False)
    wanted = {"slug": "greeting", row["reference"]: row["value"]}
    slug = wanted.pop("slug")
    if row["outcome"] == "refused":
        with pytest.raises(px0.UsageError, match=row["reference"]):
            client.render(slug, {"name": "Ada"}, fallback="Hi", **wanted)
        assert played.requests == []
        return
    assert client.render(slug, {"name": "Ada"}, **wanted).source == "live"
    path, _, query = played.requests[0]["path"].partition("?")
    assert path == row["path"]
    assert {name: values[0] for name, values in parse_qs(query).items()} == row.get("query", {})


class Custom:
    pass


async def task() -> None:
    pass


def itself() -> Dict[str, Any]:
    value: Dict[str, Any] = {}
    value["itself"] = [value]
    return value


def nested(depth: int) -> List[Any]:
    value: List[Any] = []
    for _ in range(depth):
        value = [value]
    return value


NAMED_VARIABLES: Dict[str, Callable[[], List[Any]]] = {
    "not a number": lambda: [float("nan")],
    "infinity": lambda: [float("inf")],
    "negative infinity": lambda: [float("-inf")],
    "not a number in a list": lambda: [[1, [float("nan")]], (1, float("nan"))],
    "not a number in an object": lambda: [{"a": {"b": float("nan")}}],
    "a number beyond the range of floats": lambda: [10**309, -(10**309), [2**1024], 10**5000],
    "a value that holds itself": lambda: [itself()],
    "a hundred thousand nested lists": lambda: [nested(100_000)],
    "a function": lambda: [task, len, lambda: 1],
    "a set": lambda: [{1}, frozenset("a")],
    "bytes": lambda: [b"a", bytearray(b"a"), memoryview(b"a")],
    "an object of the language without a JSON form": lambda: [Custom(), Custom, iter([1]), range(3), {}.keys(), 1j],
    "a task that was not awaited": lambda: [task()],
    "a key that is no text": lambda: [{None: 1}, {True: 1}, {1.5: 1}, {(1,): 1}, {b"a": 1}, [{"a": {None: 1}}]],
    "a large whole number within the range of floats": lambda: [10**308, 2**64],
    "null": lambda: [None],
    "a nested object": lambda: [{"a": [{"b": None}], "c": {"d": [1, "x", True, 1.5]}}],
}


@both
@rows("variables")
@pytest.mark.filterwarnings("ignore:coroutine .* was never awaited")
def test_variables(kind: Any, row: Dict[str, Any], played: PlayedPx0) -> None:
    client = Either(kind, host=played.host, access_token="ak_test", retries=0, cache=False)
    for value in NAMED_VARIABLES[row["value"]]():
        del played.requests[:]
        if row["outcome"] == "refused":
            with pytest.raises(px0.UsageError, match="variable 'it' "):
                client.render("greeting", {"name": "Ada", "it": value}, fallback="Hi")
            assert played.requests == []
        else:
            assert client.render("greeting", {"name": "Ada", "it": value}).source == "live"
            assert played.requests[0]["body"]["variables"]["it"] == value


def serializers() -> Dict[str, Any]:
    """By operation, the method that makes its request: its source names the parameters of the path."""
    found = {}
    for name in generated.__all__:
        if name.endswith("Api"):
            api = getattr(generated, name)
            for method, function in inspect.getmembers(api, inspect.isfunction):
                if method.endswith("_serialize"):
                    found[method[1 : -len("_serialize")]] = (api, function)
    return found


def path_parameters(operation: str) -> Dict[str, str]:
    """By the name of the argument, the name in the path."""
    source = inspect.getsource(serializers()[operation][1])
    path = source.split("resource_path='", 1)[1].split("'", 1)[0]
    pairs = dict(re.findall(r"_path_params\['(\w+)'\] = (\w+)", source))
    assert set(pairs) == set(re.findall(r"\{(\w+)\}", path)), f"{operation}: {path}"
    return {argument: name for name, argument in pairs.items()}


WITH_PATHS = [
    (operation, argument) for operation in sorted(serializers()) for argument in sorted(path_parameters(operation))
]


def arguments_of(call: Any, **given: Any) -> Dict[str, Any]:
    """For each argument that is required something of its type, if nothing is given."""
    types = get_type_hints(call)
    required = [
        name for name, parameter in inspect.signature(call).parameters.items() if parameter.default is inspect.Parameter.empty
    ]
    return {name: given[name] if name in given else something_of(types[name]) for name in required}


def something_of(kind: Any) -> Any:
    if kind is UUID:
        return UUID(int=7)
    if hasattr(kind, "model_construct"):
        return kind.model_construct()
    return {str: "some", int: 3}[kind]


def test_every_operation_of_the_generated_client_is_tried() -> None:
    sources = "".join(path.read_text("utf-8") for path in Path(generated.__file__).parent.glob("api/*.py"))
    assert len(WITH_PATHS) == len(re.findall(r"_path_params\['", sources)) > 50


@pytest.mark.parametrize(("operation", "argument"), WITH_PATHS)
def test_segments(operation: str, argument: str, played: PlayedPx0) -> None:
    played.answer = lambda request: refused(400, "as it is")
    api = serializers()[operation][0](px0.ApiClient(px0.Configuration(played.host, access_token="ak_test")))
    call = getattr(api, operation)
    kind = get_type_hints(call)[argument]
    for row in TABLE["segments"]:
        del played.requests[:]
        arguments = arguments_of(call, **{argument: row["value"]})
        if kind is not str or row["outcome"] == "refused":
            # What is no number or id is refused by its type.
            with pytest.raises(px0.UsageError):
                call(**arguments)
            assert played.requests == []
            continue
        with pytest.raises(generated.ApiException):
            call(**arguments)
        segments = urlsplit(played.requests[0]["path"]).path.split("/")
        pattern = inspect.getsource(serializers()[operation][1]).split("resource_path='", 1)[1].split("'", 1)[0]
        place = pattern.split("/").index("{" + path_parameters(operation)[argument] + "}")
        assert segments[place] == row["as"]
        assert len(segments) == len(pattern.split("/"))


@rows("queries")
def test_queries(row: Dict[str, Any], played: PlayedPx0) -> None:
    played.answer = lambda request: refused(400, "as it is")
    operation = re.sub(r"(?<!^)(?=[A-Z])", "_", row["operation"]).lower()
    api = serializers()[operation][0](px0.ApiClient(px0.Configuration(played.host, access_token="ak_test")))
    call = getattr(api, operation)
    with pytest.raises(generated.ApiException):
        call(**arguments_of(call), **{row["parameter"]: row["value"]})
    assert parse_qs(urlsplit(played.requests[0]["path"]).query) == {row["parameter"]: [row["value"]]}


KINDS = {
    "unreachable": px0.UnreachableError,
    "invalid request": px0.InvalidRequestError,
    "unauthorized": px0.UnauthorizedError,
    "forbidden": px0.ForbiddenError,
    "not found": px0.NotFoundError,
}


def reply_of(row: Dict[str, Any]) -> Reply:
    headers = {**({"px0-revision": revision(1)} if row["px0"] else {}), **({"px0-stale": "true"} if row.get("stale") else {})}
    return Reply(row["status"], row["body"], headers)


@both
@rows("answers")
def test_answers(kind: Any, row: Dict[str, Any], played: PlayedPx0, tmp_path: Path) -> None:
    settings = {"host": played.host, "access_token": "ak_test", "retries": 0, "snapshot_file": tmp_path / "px0.json"}
    with Px0(**settings) as before:
        before.render("greeting", name="Ada")
        eventually(lambda: before._engine.entries())
    client = Either(kind, **settings)
    played.answer = lambda request: reply_of(row) if request["method"] == "POST" else None
    outcome = row["outcome"]
    if outcome == "live":
        assert client.render("greeting", name="Ada").source == "live"
    elif outcome == "unreachable":
        assert client.render("farewell", fallback="Bye").source == "fallback"
        with pytest.raises(px0.UnreachableError) as raised:
            client.render("farewell")
        assert raised.value.status == row["status"]
        assert client.render("greeting", name="Grace").source == "snapshot"
    else:
        with pytest.raises(KINDS[outcome]) as refused:
            client.render("greeting", name="Ada", fallback="Hi")
        assert refused.value.status == row["status"]
        played.answer = lambda request: Reply(503)
        kept = client.render("greeting", name="Ada", fallback="Hi").source
        assert kept == ("fallback" if outcome == "not found" else "snapshot")


GENERATED_KINDS = {
    "invalid request": (exceptions.BadRequestException, exceptions.UnprocessableEntityException),
    "unauthorized": exceptions.UnauthorizedException,
    "forbidden": exceptions.ForbiddenException,
    "not found": exceptions.NotFoundException,
}


@rows("answers")
def test_answers_to_the_generated_client(row: Dict[str, Any], played: PlayedPx0) -> None:
    played.answer = lambda request: reply_of(row)
    renders = px0.PromptRendersApi(px0.ApiClient(px0.Configuration(played.host, access_token="ak_test")))
    outcome = row["outcome"]

    def render() -> Any:
        return renders.render_live("greeting", render_request=px0.RenderRequest(variables={}))

    if outcome == "live":
        assert render().rendered == "Hi"
        return
    if row["status"] == 200 and re.search('"version":(0|-1|9007199254740992),', row["body"]):
        # Its models look at the types of an answer, not at the range of its numbers.
        return
    with pytest.raises(KINDS[outcome]) as raised:
        render()
    assert raised.value.status == row["status"]
    if outcome != "unreachable":
        assert isinstance(raised.value, GENERATED_KINDS[outcome])
        assert raised.value.data.error == json.loads(row["body"])["error"]
        again = pickle.loads(pickle.dumps(raised.value))
        assert (type(again), str(again)) == (type(raised.value), str(raised.value))
