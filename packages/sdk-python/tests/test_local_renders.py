"""What the client renders itself: templates that it has kept, and fallbacks. Any template of px0's language, and as px0 would."""

from __future__ import annotations

import asyncio
import json
import subprocess
import sys
import threading
import tracemalloc
from typing import Any, Callable, Dict, List

import pytest
from conftest import entries_in, eventually
from played_px0 import PlayedPx0, Reply, revision
from processes import in_child, needs_fork
from test_client_inputs import Either, both

import px0
from px0 import AsyncPx0, CacheOptions, Px0, _compiled, template
from px0._kept import Program

Make = Callable[..., Px0]

CHAT = """{{- define "turn"}}
{{upper .role}}: {{.content}}{{end -}}
{{range $i, $turn := .turns}}{{if lt $i 2}}{{template "turn" $turn}}{{else}}{{break}}{{end}}{{else}}nothing was said{{end}}"""

TEMPLATES: List[Any] = [
    ("{{if .a}}{{.a}}{{else}}nothing{{end}}", {"a": "x"}, "x"),
    ("{{if .a}}{{.a}}{{else}}nothing{{end}}", {"a": 0}, "nothing"),
    ("{{range .list}}<{{.}}>{{end}}", {"list": [1, 2.5, 1e6, "x", None, True]}, "<1><2.5><1e+06><x><<no value>><true>"),
    ("{{range $k, $v := .map}}{{$k}}={{$v}};{{end}}", {"map": {"b": 1, "a": [2, {}], "ä": "ö"}}, "a=[2 map[]];b=1;ä=ö;"),
    ('{{printf "%05.1f|%-4s|%q" .n .s .s}}', {"n": 3, "s": "é"}, '003.0|é   |"é"'),
    (CHAT, {"turns": [{"role": "user", "content": "Hi"}, {"role": "ßystem", "content": "{{.x}}"}, {}]}, "\nUSER: Hi\nßYSTEM: {{.x}}"),
    (CHAT, {"turns": []}, "nothing was said"),
    ("{{with .user}}{{.name | html | printf `%s!`}}{{end}}", {"user": {"name": "<Ada>"}}, "&lt;Ada&gt;!"),
    ('{{default "you" .name}}', {"name": ""}, "you"),
    ("{{.list}} {{len .list}} {{index .list 1}} {{toJson .list}}", {"list": [1, "<"]}, '[1 <] 2 < [1,"\\u003c"]'),
]

HEAVY = [
    (
        "{{range 200000000}}{{end}}",
        'template: prompt:1:19: executing "prompt" at <>: exceeded maximum number of steps (1000000)',
    ),
    (
        '{{$x := "aaaaaaaaaaaaaaaa"}}{{range 25}}{{$x = print $x $x}}{{end}}',
        'template: prompt:1:47: executing "prompt" at <print $x $x>: exceeded maximum number of steps (1000000)',
    ),
]

BROKEN = [
    ("{{", "template: prompt:1: unclosed action"),
    ("Hello {{if .name}}", "template: prompt:1: unexpected EOF"),
    ("Hello\n{{shout .name}}", 'template: prompt:2: function "shout" not defined'),
]

# What px0 takes, and the stack of Python does not.
TOO_DEEP = "{{if .name}}" * 480 + "{{.name}}" + "{{end}}" * 480


def keep(client: Px0, played: PlayedPx0, text: str, variables: Dict[str, Any]) -> None:
    """Has the client fetch the template after a live render with these variables."""
    played.templates[1] = text
    fetched = len(played.fetches)
    assert client.render("greeting", variables).source == "live"
    eventually(lambda: len(played.fetches) > fetched and not client._background._threads)


def away(request: Any) -> Reply:
    return Reply(503)


@pytest.mark.parametrize(("text", "variables", "rendered"), TEMPLATES)
def test_a_kept_template_of_any_kind_renders_new_variables_in_an_outage(
    client: Make, played: PlayedPx0, tmp_path: Any, text: str, variables: Dict[str, Any], rendered: str
) -> None:
    file = tmp_path / "px0.json"
    px = client(snapshot_file=file)
    keep(px, played, text, {"others": 1})
    played.answer = away
    result = px.render("greeting", variables, fallback="fallback")
    assert (result.text, result.source, result.version) == (rendered, "cache", 1)
    px.close()
    assert "texts" not in entries_in(file)[0]
    result = client(snapshot_file=file).render("greeting", variables, fallback="fallback")
    assert (result.text, result.source, result.version) == (rendered, "snapshot", 1)


def test_the_async_client_renders_them_too(played: PlayedPx0, tmp_path: Any) -> None:
    async def run(text: str, variables: Dict[str, Any], rendered: str) -> None:
        played.templates[1] = text
        played.answer = lambda request: None
        file = tmp_path / "px0.json"
        async with AsyncPx0(played.host, "ak_test", retries=0) as client:
            assert (await client.render("greeting", {"others": 1})).source == "live"
            while not client._engine.entries():
                await asyncio.sleep(0.01)
            played.answer = away
            result = await client.render("greeting", variables, fallback="fallback")
            assert (result.text, result.source) == (rendered, "cache")

    for text, variables, rendered in TEMPLATES:
        asyncio.run(asyncio.wait_for(run(text, variables, rendered), 60))


@needs_fork
def test_they_are_rendered_on_both_sides_of_a_fork(client: Make, played: PlayedPx0) -> None:
    px = client(fallbacks={"farewell": CHAT})
    keep(px, played, CHAT, {"turns": []})
    played.stop()
    turns = [{"role": "user", "content": str(number)} for number in range(2)]
    rendered = "\nUSER: 0\nUSER: 1"

    def both_texts() -> List[str]:
        return [px.render(slug, turns=turns).text for slug in ("greeting", "farewell")]

    # In the child first: what is compiled by then was compiled there, and after that it is inherited.
    for _ in range(2):
        assert in_child(both_texts) == [rendered, rendered]
        assert both_texts() == [rendered, rendered]


def test_many_threads_render_one_kept_template(client: Make, played: PlayedPx0) -> None:
    px = client()
    keep(px, played, CHAT, {"turns": []})
    played.stop()
    wrong: List[str] = []

    def work(number: int) -> None:
        for turn in range(50):
            said = f"{number}-{turn}"
            text = px.render("greeting", turns=[{"role": "user", "content": said}]).text
            if text != f"\nUSER: {said}":
                wrong.append(text)

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


def test_a_fresh_template_of_any_kind_is_rendered_without_asking(client: Make, played: PlayedPx0) -> None:
    px = client(cache=CacheOptions(fresh=3600))
    keep(px, played, "{{range .list}}{{.}},{{end}}", {"list": []})
    result = px.render("greeting", list=[1, 2])
    assert (result.text, result.source, result.cause) == ("1,2,", "cache", None)
    assert len(played.renders) == 1


def test_missing_keys_are_errors_in_a_kept_template_unless_the_call_says_otherwise(client: Make, played: PlayedPx0) -> None:
    px = client()
    keep(px, played, "Hello {{.name}}", {"name": "Ada"})
    played.answer = away
    for missing_key in ("default", "zero"):
        assert px.render("greeting", missing_key=missing_key).text == "Hello <no value>"
    for missing_key in (None, "error"):
        assert px.render("greeting", missing_key=missing_key, fallback="Hi").source == "fallback"
        with pytest.raises(px0.UnreachableError):
            px.render("greeting", missing_key=missing_key)


@pytest.mark.parametrize("text", ["{{shout .name}}", "{{.name", TOO_DEEP], ids=["unknown function", "broken", "too deep"])
def test_a_kept_template_that_does_not_run_here_is_passed_over_but_not_lost(
    client: Make, played: PlayedPx0, tmp_path: Any, text: str
) -> None:
    file = tmp_path / "px0.json"
    px = client(snapshot_file=file, cache=CacheOptions(fresh=3600))
    keep(px, played, text, {"name": "Ada"})
    # px0 is there, and can.
    assert px.render("greeting", name="Ada").source == "live"
    played.stop()
    px.close()
    again = client(snapshot_file=file)
    assert again.render("greeting", {"name": "Grace"}, fallback="Hi {{.name}}").text == "Hi Grace"
    with pytest.raises(px0.UnreachableError):
        again.render("greeting", name="Grace")
    played.start()
    # Another prompt makes it write the file anew.
    again.render("greeting", name="Ada", version=1)
    eventually(lambda: len(again._engine.entries()) == 2)
    again.close()
    assert [entry["template"] for entry in entries_in(file)].count(text) == 2


# In a process of its own, whose highest use of memory is that of these renders: `tracemalloc` makes them take ten times as long.
MEASURED = """
import json, re, resource, sys
import px0

def highest():
    # Linux hands down what `getrusage` tells from the process that starts this one.
    if sys.platform == "linux":
        return int(re.search(r"VmHWM:\\s+(\\d+) kB", open("/proc/self/status").read())[1]) * 1024
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)

host, snapshot_file, text = sys.argv[1:]
client = px0.Px0(host, "ak_test", retries=0, snapshot_file=snapshot_file)
before = highest()
failures = []
for fallback in ({}, {"fallback": text}):
    try:
        client.render("greeting", **fallback)
    except px0.Px0Error as error:
        failures.append([type(error).__name__, str(error)])
print(json.dumps({"failures": failures, "grown": highest() - before}))
"""


@pytest.mark.skipif(sys.platform == "win32", reason="Windows does not tell the highest use of memory")
@pytest.mark.parametrize(("text", "error"), HEAVY)
def test_a_heavy_template_fails_within_bounded_memory(
    client: Make, played: PlayedPx0, tmp_path: Any, text: str, error: str
) -> None:
    file = tmp_path / "px0.json"
    px = client(snapshot_file=file)
    keep(px, played, text, {})
    px.close()
    played.stop()
    command = [sys.executable, "-c", MEASURED, played.host, str(file), text]
    measured = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE, timeout=120).stdout)
    (kept, _), failed = measured["failures"]
    assert kept == "UnreachableError"
    assert failed == ["TemplateError", f"the fallback of greeting failed: {error}"]
    assert measured["grown"] < 64 * 1024 * 1024
    with pytest.raises(template.TemplateExecutionError) as executing:
        template.compile(text).render({})
    assert str(executing.value) == error


@both
def test_a_fallback_may_be_any_template(kind: Any, played: PlayedPx0) -> None:
    played.stop()
    client = Either(kind, host=played.host, access_token="ak_test", retries=0, fallbacks={"x": "{{if .a}}{{.a}}{{end}}"})
    assert client.render("x", {"a": "A"}).text == "A"
    assert client.render("x", {"a": ""}).text == ""
    # A fallback is there to answer, whatever is missing.
    assert client.render("x").text == ""
    for text, variables, rendered in TEMPLATES:
        assert client.render("x", variables, fallback=text).text == rendered


@both
@pytest.mark.parametrize(("text", "error"), BROKEN)
def test_a_broken_fallback_is_refused_when_it_is_passed(kind: Any, played: PlayedPx0, text: str, error: str) -> None:
    told = f"the fallback of greeting is not a valid template: {error}"
    with pytest.raises(px0.UsageError) as made:
        kind(played.host, "ak_test", fallbacks={"greeting": text})
    assert str(made.value) == told
    client = Either(kind, host=played.host, access_token="ak_test")
    # Each time, and though px0 is there.
    for _ in range(2):
        with pytest.raises(px0.UsageError) as called:
            client.render("greeting", {"name": "Ada"}, fallback=text)
        assert str(called.value) == told
    assert played.requests == []


@both
def test_a_fallback_that_python_cannot_run_is_refused_when_it_is_passed(kind: Any, played: PlayedPx0) -> None:
    with pytest.raises(px0.UsageError) as raised:
        kind(played.host, "ak_test", fallbacks={"greeting": TOO_DEEP})
    assert str(raised.value) == "the fallback of greeting is nested too deeply for Python: pass a function instead"


def test_a_fallback_that_fails_says_where(client: Make, played: PlayedPx0) -> None:
    played.stop()
    with pytest.raises(px0.TemplateError) as raised:
        client().render("greeting", {"n": 1}, fallback="{{.n.name}}")
    assert str(raised.value) == (
        'the fallback of greeting failed: template: prompt:1:4: executing "prompt" at <.n.name>: '
        "can't evaluate field name in type interface {}"
    )


@pytest.fixture
def compiled(monkeypatch: pytest.MonkeyPatch) -> List[str]:
    """The texts of all templates that are compiled from now on."""
    texts: List[str] = []
    compile_template = template.compile

    def noting(text: str, *arguments: Any, **options: Any) -> Any:
        texts.append(text)
        return compile_template(text, *arguments, **options)

    monkeypatch.setattr(template, "compile", noting)
    monkeypatch.setattr(_compiled, "_compiled", {})
    return texts


def test_the_fallback_of_each_call_is_compiled_once(client: Make, compiled: List[str]) -> None:
    px = client()
    for name in ("Ada", "Grace", "Edith"):
        px.render("greeting", name=name, fallback="Hi {{.name}}")
    assert compiled == ["Hi {{.name}}"]


def test_what_is_compiled_does_not_fill_the_memory(
    client: Make, monkeypatch: pytest.MonkeyPatch, compiled: List[str]
) -> None:
    monkeypatch.setattr(_compiled, "_MOST_BYTES", 20 * 5_000)
    px = client()

    def fallback(number: int) -> str:
        return f"Hi {{{{.name}}}} {number}"

    for number in range(50):
        px.render("greeting", name="Ada", fallback=fallback(number))
        # The first is used all the time.
        px.render("greeting", name="Ada", fallback=fallback(0))
    assert compiled == [fallback(number) for number in range(50)]
    kept = list(_compiled._compiled)
    assert len(kept) > 10
    assert sum(one.size for one in _compiled._compiled.values()) <= 20 * 5_000
    assert kept == [*(fallback(number) for number in range(51 - len(kept), 50)), fallback(0)]
    # One that is larger than all is kept alone.
    px.render("greeting", name="Ada", fallback="{{.name}}" * 1_000)
    assert list(_compiled._compiled) == ["{{.name}}" * 1_000]


@pytest.mark.parametrize(
    "text",
    ["{{.a}}" * 2_000, "{{and" + " .a" * 4_000 + "}}", "{{if .a}}{{upper .b}}{{end}}" * 500, "x" * 50_000, "{{/*" + "x" * 9_000 + "*/}}"],
    ids=lambda text: text[:10],
)
def test_the_memory_of_what_is_compiled_is_not_estimated_too_low(text: str) -> None:
    template.compile(text)
    tracemalloc.start()
    try:
        made = template.compile(text)
        held = tracemalloc.get_traced_memory()[0]
    finally:
        tracemalloc.stop()
    assert made is not None
    assert held < 2 * _compiled._size_of(text)


def test_threads_may_compile_at_the_same_time(monkeypatch: pytest.MonkeyPatch, compiled: List[str]) -> None:
    monkeypatch.setattr(_compiled, "_MOST_BYTES", 10 * 5_000)
    wrong: List[Any] = []

    def work(number: int) -> None:
        for turn in range(300):
            text = f"{{{{.name}}}} {(number * 7 + turn) % 30}"
            try:
                given = _compiled.compiled(text).render({"name": "Ada"})
            except Exception as error:
                given = repr(error)
            if given != text.replace("{{.name}}", "Ada"):
                wrong.append((text, given))

    threads = [threading.Thread(target=work, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []
    # Each that compiles makes room, so at most one for each thread is too many.
    assert len(_compiled._compiled) <= 10 + 8


def test_a_kept_template_is_compiled_when_it_is_needed_and_once(
    client: Make, played: PlayedPx0, tmp_path: Any, compiled: List[str]
) -> None:
    file = tmp_path / "px0.json"
    now = "2030-01-01T00:00:00.000Z"
    entries = [
        {
            **{"team_id": None, "slug": slug, "ref": None, "version": 1, "tags": [], "revision": revision(1)},
            **{"template": text, "confirmed_at": now, "fetched_at": now},
        }
        for slug, text in (("a", "{{.name}}"), ("b", "{{.name}}!"), ("c", "{{broken"))
    ]
    file.write_text(json.dumps({"kind": "px0/snapshot/v1", "host": played.host, "entries": entries}))
    played.stop()
    px = client(snapshot_file=file)
    assert compiled == []
    for _ in range(3):
        assert px.render("b", name="Ada").text == "Ada!"
        assert px.render("c", fallback="Hi").text == "Hi"
    assert compiled == ["{{.name}}!", "Hi", "{{broken"]


def test_a_template_that_is_fetched_again_unchanged_is_not_compiled_again(
    client: Make, played: PlayedPx0, monkeypatch: pytest.MonkeyPatch, compiled: List[str]
) -> None:
    monkeypatch.setattr("px0._engine._FETCH_AGAIN_AFTER", -1.0)
    px = client()
    for _ in range(2):
        keep(px, played, "{{.name}}!", {"name": "Ada"})
        played.answer = away
        assert px.render("greeting", name="Ada").text == "Ada!"
        played.answer = lambda request: None
    assert len(played.fetches) == 2
    assert compiled == ["{{.name}}!"]


def test_a_snapshot_of_an_earlier_version_loses_nothing(client: Make, played: PlayedPx0, tmp_path: Any) -> None:
    file = tmp_path / "px0.json"
    now = "2030-01-01T00:00:00.000Z"
    entry = {"team_id": None, "version": 1, "tags": [], "revision": None, "confirmed_at": now, "fetched_at": now}
    digest = "0" * 64
    entries = [
        {**entry, "slug": "with texts", "ref": None, "template": "{{if .a}}{{.a}}{{end}}", "texts": {digest: "x"}},
        {**entry, "slug": "with odd texts", "ref": "1", "template": "{{if .a}}{{.a}}{{end}}", "texts": {digest: 1}},
        {**entry, "slug": "without", "ref": "prod", "template": "{{.a}}"},
    ]
    file.write_text(json.dumps({"kind": "px0/snapshot/v1", "host": played.host, "entries": entries}))
    played.stop()
    px = client(snapshot_file=file)
    assert px.render("with texts", a="A").text == "A"
    assert px.render("with odd texts", a="A", version=1).text == "A"
    assert px.render("without", a="A", tag="prod").text == "A"
    played.start()
    px.render("greeting", name="Ada")
    eventually(lambda: len(px._engine.entries()) == 4)
    px.close()
    written = entries_in(file)
    assert {entry["slug"] for entry in written} == {"with texts", "with odd texts", "without", "greeting"}
    assert all("texts" not in entry for entry in written)


@pytest.mark.parametrize(
    ("given", "read"),
    [
        ("a\ud800b", "a\ufffdb"),
        ("\udc00", "\ufffd"),
        ("\ud83d\ude00", "\U0001f600"),
        ("\ud800\ud83d\ude00\ud800", "\ufffd\U0001f600\ufffd"),
    ],
    ids=ascii,
)
def test_half_a_surrogate_pair_is_the_replacement_character_here_and_there(
    client: Make, played: PlayedPx0, given: str, read: str
) -> None:
    px = client()
    keep(px, played, "Hello {{.name}}{{index .map .name}}", {"name": given, "map": {given: [given, 1]}})
    assert played.renders[0]["body"]["variables"] == {"name": read, "map": {read: [read, 1]}}
    played.answer = away
    variables = {"name": given, "map": {given: [given, 1]}}
    assert px.render("greeting", variables).text == f"Hello {read}[{read} 1]"
    assert px.render("other", variables, fallback=lambda given: given["name"]).text == read


@pytest.mark.parametrize("number", [10**309, -(10**309), 10**5000, float("inf"), float("nan")], ids=lambda number: str(number > 0))
def test_a_number_beyond_floats_is_refused_before_anything_is_rendered(client: Make, played: PlayedPx0, number: Any) -> None:
    px = client()
    keep(px, played, "{{.n}}", {"n": 1})
    played.stop()
    with pytest.raises(px0.UsageError, match="the variable 'n' cannot be written as JSON"):
        px.render("greeting", n=number, fallback="Hi")


@pytest.mark.parametrize(
    ("number", "text"), [(5, "5"), (-0.0, "-0"), (1000000, "1e+06"), (2**53 + 1, "9.007199254740992e+15"), (10**308, "1e+308")]
)
def test_numbers_of_variables_are_floats(client: Make, played: PlayedPx0, number: Any, text: str) -> None:
    px = client()
    keep(px, played, "{{.n}}", {"n": 1})
    played.answer = away
    assert px.render("greeting", n=number).text == text
    assert px.render("other", n=number, fallback="{{.n}}").text == text


def test_variables_that_only_px0_can_read_are_refused_and_never_taken_for_none(monkeypatch: pytest.MonkeyPatch) -> None:
    from px0 import _variables

    def too_deep(*_: Any) -> Any:
        raise RecursionError

    written = _variables.json_of({"name": "Ada"})
    monkeypatch.setattr("px0._variables.json.loads", too_deep)
    with pytest.raises(px0.UsageError, match="nested too deeply"):
        _variables.variables_in(written)


def test_a_template_that_is_too_deep_is_compiled_again_only_with_more_of_the_stack(compiled: List[str]) -> None:
    program = Program(TOO_DEEP)

    def render(depth: int) -> Any:
        if depth > 0:
            return render(depth - 1)
        rendered = program.render({"name": "Ada"}, "error")
        return None if rendered is None else rendered[0]

    for depth in (50, 50, 60):
        assert render(depth) is None
    assert len(compiled) == 1
    assert render(0) is None
    assert len(compiled) == 2
    limit = sys.getrecursionlimit()
    try:
        sys.setrecursionlimit(50_000)
        assert render(0) == "Ada"
    finally:
        sys.setrecursionlimit(limit)
    # It may be rendered with too little again, which raises nothing.
    assert render(0) in ("Ada", None)
    assert len(compiled) == 3
