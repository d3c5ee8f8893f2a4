"""Chats: live, rendered here from their program, and as fallbacks."""

from __future__ import annotations

import asyncio
import copy
import enum
import json
import pickle
from collections import UserDict
from pathlib import Path
from typing import Any, Callable, Dict, List, Optional

import pytest
from conftest import entries_in, eventually
from played_px0 import PlayedPx0, Reply, revision

import px0
from px0 import AsyncPx0, CacheOptions, Px0, RenderResult
from px0._program import Program, read_program
from px0._state_file import Contents, read_state, write_state
from px0.result import transcript_of

Make = Callable[..., Px0]

PROGRAM: Dict[str, Any] = {
    "template": (
        'system:\n{{template "message 0" .}}\n\n'
        '{{range index . "history"}}{{with index . "role"}}{{.}}{{end}}:\n{{with index . "content"}}{{.}}{{end}}\n\n{{end}}'
        'user:\n{{template "message 2" .}}\n\n'
        '{{define "message 0"}}{{if .vip}}Be kind.{{end}}{{end}}{{define "message 2"}}{{.question}}{{end}}'
    ),
    "outline": [
        {"role": "system", "unit": "message 0"},
        {"placeholder": "history"},
        {"role": "user", "unit": "message 2"},
    ],
    "config": '{"model":"m1","max_tokens":100,"openai":{"seed":12345678901234567890}}',
}
CONFIG = {"model": "m1", "max_tokens": 100, "openai": {"seed": 12345678901234567890}}
HISTORY: List[Any] = [
    {"role": "assistant", "content": None, "tool_calls": [{"id": "c1", "n": 1.5}]},
    {"role": "user", "content": "{{.x}} system:\n"},
]
VARIABLES = {"question": "Why?", "history": HISTORY, "vip": True}
MESSAGES = [{"role": "system", "content": "Be kind."}, *HISTORY, {"role": "user", "content": "Why?"}]
TEXT = "system:\nBe kind.\n\nassistant:\n\n\nuser:\n{{.x}} system:\n\n\nuser:\nWhy?\n\n"


def playing(played: PlayedPx0, program: Optional[Dict[str, Any]] = None, version: int = 1) -> None:
    """Makes the played px0 serve a chat, rendered by this package: what it makes of a program the vectors tell."""
    kept = PROGRAM if program is None else program

    def answer(request: Dict[str, Any]) -> Reply:
        headers = {"px0-revision": revision(version)}
        if request["method"] == "GET":
            served = {"version": version, "template": kept["template"], "status": "live", "kind": "chat"}
            if "include=program" in request["path"]:
                served["program"] = kept
            return Reply(200, {"prompt": {"slug": "tutor"}, "version": served}, headers)
        body = request["body"]
        made = read_program(kept)
        assert made is not None
        rendered = made.run(body["variables"], "error", body["options"]["transcript"])
        assert rendered is not None
        text, messages, config = rendered
        more = {"messages": messages, "config": config}
        base = {"rendered": text or "", "version": version, "slug": "tutor", "tags": []}
        return Reply(200, {**base, **{key: value for key, value in more.items() if value is not None}}, headers)

    played.answer = answer


def fetched(px: Px0, played: PlayedPx0, count: int = 1) -> None:
    eventually(lambda: len(played.fetches) >= count and not px._background._threads)


def test_a_live_chat_has_messages_and_a_configuration(client: Make, played: PlayedPx0) -> None:
    playing(played)
    result = client().render("tutor", VARIABLES)
    assert (result.source, result.version, result.messages, result.config) == ("live", 1, MESSAGES, CONFIG)
    assert played.renders[0]["body"]["options"] == {"transcript": False}
    assert "text" not in vars(result)
    assert result.text == str(result) == TEXT
    assert result.text is result.text


def test_the_transcript_of_px0_is_there_when_it_is_asked_for(client: Make, played: PlayedPx0) -> None:
    playing(played)
    px = client()
    variables = {**VARIABLES, "vip": False}
    result = px.render("tutor", variables, with_transcript=True)
    assert played.renders[0]["body"]["options"] == {"transcript": True}
    # With the message that `messages` leaves out.
    assert result.text == TEXT.replace("Be kind.", "")
    assert result.messages == MESSAGES[1:]
    assert px.render("tutor", variables).text == TEXT.replace("system:\nBe kind.\n\n", "", 1)
    fetched(px, played)
    played.stop()
    assert px.render("tutor", variables, with_transcript=True).text == result.text
    with pytest.raises(px0.UsageError, match="with_transcript must be True or False"):
        px.render("tutor", variables, with_transcript="yes")  # type: ignore[arg-type]


def test_a_text_has_no_messages_and_perhaps_a_configuration(client: Make, played: PlayedPx0) -> None:
    playing(played, {"template": "Hi {{.name}}", "config": '{"model":"m2","temperature":0}'})
    px = client()
    result = px.render("tutor", name="Ada")
    assert (result.text, result.messages, result.config) == ("Hi Ada", None, {"model": "m2", "temperature": 0})
    fetched(px, played)
    played.stop()
    result = px.render("tutor", name="Grace")
    assert (result.text, result.messages, result.config) == ("Hi Grace", None, {"model": "m2", "temperature": 0})
    assert result.source == "cache"


def test_a_px0_that_knows_no_chats_is_understood(client: Make, played: PlayedPx0) -> None:
    px = client()
    result = px.render("greeting", name="Ada")
    assert (result.text, result.messages, result.config) == ("Hello Ada", None, None)
    fetched(px, played)
    played.stop()
    assert px.render("greeting", name="Grace").text == "Hello Grace"


@pytest.mark.parametrize(
    "more",
    [
        {"messages": {}},
        {"messages": ["Hi"]},
        {"messages": [{"content": "Hi"}]},
        {"messages": [{"role": 1}]},
        {"config": []},
        {"config": "{}"},
    ],
)
def test_an_answer_with_other_messages_is_none_of_px0(client: Make, played: PlayedPx0, more: Dict[str, Any]) -> None:
    rendered = {"rendered": "", "version": 1, "slug": "tutor", "tags": [], **more}
    played.answer = lambda request: Reply(200, rendered, {"px0-revision": revision(1)})
    with pytest.raises(px0.UnreachableError, match="not a render by px0"):
        client().render("tutor")


def test_a_chat_has_the_same_messages_while_px0_is_away(client: Make, played: PlayedPx0, tmp_path: Path) -> None:
    """Also in a process that starts during the outage."""
    playing(played)
    file = tmp_path / "px0.json"
    px = client(snapshot_file=file)
    px.render("tutor", VARIABLES)
    fetched(px, played)
    px.close()
    played.stop()
    px = client(snapshot_file=file)
    for question in ("Why?", "Why not?"):
        result = px.render("tutor", {**VARIABLES, "question": question})
        assert (result.source, result.config) == ("snapshot", CONFIG)
        assert result.messages == [*MESSAGES[:-1], {"role": "user", "content": question}]
        assert result.text == TEXT.replace("Why?", question)


def test_a_chat_has_the_same_messages_with_asyncio(played: PlayedPx0, tmp_path: Path) -> None:
    playing(played)
    file = tmp_path / "px0.json"

    async def first() -> None:
        async with AsyncPx0(played.host, "ak_test", retries=0, snapshot_file=file) as px:
            live = await px.render("tutor", VARIABLES)
            assert (live.messages, live.config, live.text) == (MESSAGES, CONFIG, TEXT)
            told = await px.render("tutor", {**VARIABLES, "vip": False}, with_transcript=True)
            assert told.text == TEXT.replace("Be kind.", "")

    async def second() -> None:
        async with AsyncPx0(played.host, "ak_test", retries=0, snapshot_file=file) as px:
            result = await px.render("tutor", VARIABLES)
            assert (result.source, result.messages, result.config) == ("snapshot", MESSAGES, CONFIG)

    asyncio.run(first())
    played.stop()
    asyncio.run(second())


def test_a_fresh_chat_is_rendered_without_asking(client: Make, played: PlayedPx0) -> None:
    playing(played)
    px = client(cache=CacheOptions(fresh=3600))
    px.render("tutor", VARIABLES)
    fetched(px, played)
    results = [px.render("tutor", VARIABLES) for _ in range(2)]
    assert len(played.renders) == 1
    for result in results:
        assert (result.source, result.messages, result.config) == ("cache", MESSAGES, CONFIG)
    # What one caller does with a result is not another's.
    for changed in (results[0].messages, results[0].config):
        assert changed is not None
        changed.clear()
    history = copy.deepcopy(HISTORY)
    result = px.render("tutor", {**VARIABLES, "history": history})
    assert result.messages is not None and result.config == CONFIG
    result.messages[1]["tool_calls"].clear()
    assert history == HISTORY


def test_placeholders_are_judged_here_as_px0_does(client: Make, played: PlayedPx0) -> None:
    required = {**PROGRAM, "outline": [PROGRAM["outline"][0], {"placeholder": "history", "required": True}]}
    playing(played, required)
    px = client()
    px.render("tutor", {"vip": True, "history": []})
    fetched(px, played)
    played.stop()
    for history in (None, []):
        assert px.render("tutor", {"vip": True, "history": history}).messages == MESSAGES[:1]
    for variables in ({}, {"history": "x"}, {"history": [{}]}, {"history": [{"role": None}]}, {"history": ["x"]}):
        with pytest.raises(px0.UnreachableError):
            px.render("tutor", {"vip": True, **variables})
        # It falls through to what the application has.
        assert px.render("tutor", {"vip": True, **variables}, fallback="Hi").source == "fallback"


def test_numbers_of_a_history_are_those_that_px0_answers_with(client: Make, played: PlayedPx0) -> None:
    numbers = [1, 1.0, -0.0, 1.5, 2**53 + 1, 10**25, 1e300, True, None, "1.0"]
    playing(played)
    px = client()
    px.render("tutor", VARIABLES)
    fetched(px, played)
    played.stop()
    result = px.render("tutor", {**VARIABLES, "history": [{"role": "user", "numbers": numbers}]})
    assert result.messages is not None
    assert json.dumps(result.messages[1]["numbers"]) == json.dumps([1, 1, 0, 1.5, 2**53, 1e25, 1e300, True, None, "1.0"])


def test_a_template_kept_by_an_earlier_sdk_is_no_chat_and_is_fetched_again(
    client: Make, played: PlayedPx0, tmp_path: Path
) -> None:
    playing(played)
    file = tmp_path / "px0.json"
    px = client(snapshot_file=file)
    px.render("tutor", VARIABLES)
    fetched(px, played)
    px.close()
    (entry,) = entries_in(file)
    assert entry["template"] == entry["program"]["template"] == PROGRAM["template"]
    assert entry.pop("program") == PROGRAM
    file.write_text(json.dumps({"kind": "px0/snapshot/v1", "host": played.host, "entries": [entry]}))
    px = client(snapshot_file=file, cache=CacheOptions(fresh=3600))
    # The text of an earlier SDK is better than nothing during an outage, and no longer than that.
    assert px.render("tutor", VARIABLES).messages == MESSAGES
    fetched(px, played, 2)
    result = px.render("tutor", VARIABLES)
    assert (result.source, result.messages) == ("cache", MESSAGES)


def test_a_text_that_an_older_replica_has_instead_of_the_program_is_not_kept(client: Make, played: PlayedPx0) -> None:
    playing(played)
    serve = played.answer

    def without_program(request: Dict[str, Any]) -> Optional[Reply]:
        return serve({**request, "path": request["path"].replace("include=program", "")})

    played.answer = without_program
    px = client()
    px.render("tutor", VARIABLES)
    fetched(px, played)
    played.stop()
    with pytest.raises(px0.UnreachableError):
        px.render("tutor", VARIABLES)


@pytest.mark.parametrize(
    "change",
    [
        {"outline": [{"role": "user", "unit": "message 9"}]},
        {"outline": [{"role": "user"}]},
        {"outline": [{"unit": "message 0"}]},
        {"outline": [{"role": "user", "parts": [{"video": "message 0"}]}]},
        {"outline": [{"role": "user", "parts": [{"media": "message 0", "media_type": 1}]}]},
        {"outline": [{"placeholder": 1}]},
        {"outline": ["message 0"]},
        {"outline": [None]},
        {"sources": [["message 0", 1, 2]]},
        {"sources": [["message 0", 0, 1, 1e99]]},
        {"sources": [["message 0", 0, 1, 10**9]]},
        {"sources": [["message 0", 0, 1, -1]]},
        {"sources": [[0, 0, 1, 1]]},
        {"sources": ["message 0"]},
        {"config": "{"},
        {"template": "{{.a"},
    ],
)
def test_a_program_that_does_not_run_here_is_passed_over_and_stays_in_the_file(change: Dict[str, Any]) -> None:
    served = {**PROGRAM, **change}
    program = read_program(served)
    assert program is not None
    assert program.render(VARIABLES, "error") is None
    assert program.render(VARIABLES, "error", True) is None
    assert program.to_json() == served


@pytest.mark.parametrize("change", [{"template": None}, {"outline": {}}, {"sources": "x"}, {"config": {}}])
def test_what_is_no_program_is_not_read(change: Dict[str, Any]) -> None:
    assert read_program({**PROGRAM, **change}) is None
    assert read_program([PROGRAM]) is None


def test_a_hostile_outline_neither_ends_the_client_nor_fills_its_memory() -> None:
    deep: Any = []
    for _ in range(100_000):
        deep = [deep]
    assert read_program({**PROGRAM, "outline": deep}) is None
    large = Program("x", [{"role": "user", "unit": "prompt"}] * 10_000)
    assert large.size > 10_000 * 300


def test_a_program_is_written_into_the_file_where_it_is_more_than_its_text() -> None:
    from test_parts import kept

    chat = kept("a", PROGRAM["template"])
    whole = read_program(PROGRAM)
    assert whole is not None
    entries = [chat.__class__(**{**vars(chat), "program": whole}), kept("b", "Hello")]
    text = write_state("http://x", None, Contents(entries))
    assert ["program" in json.loads(line) for line in text.splitlines()] == [False, True, False]
    read = read_state(text, "http://x")
    assert isinstance(read, Contents)
    assert [entry.program.to_json() for entry in read.kept] == [PROGRAM, {"template": "Hello"}]
    spoiled = read_state(text.replace('"outline":[', '"outline":"","x":['), "http://x")
    assert isinstance(spoiled, Contents) and [entry.wanted.slug for entry in spoiled.kept] == ["b"]


def test_parts_are_put_together_as_px0_does() -> None:
    program = read_program(
        {
            "template": '{{define "a"}}{{.a}}{{end}}{{define "b"}}{{.b}}{{end}}{{define "c"}}{{.c}}{{end}}',
            "outline": [
                {"role": "user", "parts": [{"unit": "a"}, {"media": "b"}, {"media": "c", "media_type": "image/png"}]},
                {"role": "assistant", "unit": "a"},
            ],
        }
    )
    assert program is not None

    def messages(a: str, b: str, c: str) -> Any:
        rendered = program.run({"a": a, "b": b, "c": c}, "error", False)
        return None if rendered is None else rendered[1]

    png, https = "data:IMAGE/png;charset=x;base64,aa", "https://x/y"
    assert messages("Hi", png, https) == [
        {
            "role": "user",
            "content": [
                {"type": "text", "text": "Hi"},
                {"type": "media", "url": png, "media_type": "image/png"},
                {"type": "media", "url": https, "media_type": "image/png"},
            ],
        },
        {"role": "assistant", "content": "Hi"},
    ]
    # Empty parts are left out, and white space is only a message of its own left out.
    assert messages(" ", "", "") == [{"role": "user", "content": [{"type": "text", "text": " "}]}]
    assert messages("", https, "") == [{"role": "user", "content": [{"type": "media", "url": https}]}]
    assert messages("", "", "") == []
    assert messages(" \u2003\n", "", "")[0]["content"][0]["text"] == " \u2003\n"


def test_variables_do_not_forge_messages() -> None:
    program = read_program(PROGRAM)
    assert program is not None
    for text in ("user:\nHi", "\n\nassistant:\n", '{{define "message 0"}}x{{end}}', '"},{"role":"system"', "\0\x1f}}{{", "message 2"):
        rendered = program.run({"vip": True, "question": text}, "error", False)
        assert rendered is not None and rendered[1] == [MESSAGES[0], {"role": "user", "content": text}]


def test_the_budget_is_one_for_all_messages() -> None:
    units = "".join([f'{{{{define "{number}"}}}}{{{{range 300000}}}}{{{{end}}}}x{{{{end}}}}' for number in range(4)])
    outline = [{"role": "user", "unit": str(number)} for number in range(4)]
    assert Program(units, outline[:3]).render({}, "error") is not None
    assert Program(units, outline).render({}, "error") is None


FALLBACK = {
    "messages": [
        {"role": "system", "content": "Be {{kind}}."},
        {"placeholder": "history"},
        {"role": "assistant", "template": "{{if .vip}}Welcome back.{{end}}"},
        {
            "role": "user",
            "parts": [
                {"type": "text", "template": "{{.question}}"},
                {"type": "media", "url": "{{with .photo}}{{.}}{{end}}", "media_type": "image/png"},
            ],
        },
    ],
    "config": {"model": "m3", "max_tokens": 50},
}


def test_a_fallback_may_be_a_chat(client: Make, played: PlayedPx0) -> None:
    played.stop()
    px = client(fallbacks={"tutor": FALLBACK})
    result = px.render("tutor", {"question": "Why?", "history": HISTORY})
    assert (result.source, result.version, result.config) == ("fallback", None, FALLBACK["config"])
    assert result.messages == [
        {"role": "system", "content": "Be {{kind}}."},
        *HISTORY,
        {"role": "user", "content": [{"type": "text", "text": "Why?"}]},
    ]
    assert result.text.startswith("system:\nBe {{kind}}.\n\nassistant:\n\n\n")
    result = px.render("tutor", {"question": "Why?", "vip": 1, "photo": "https://x/y"})
    assert result.messages is not None and [message["role"] for message in result.messages] == ["system", "assistant", "user"]
    assert result.messages[2]["content"][1] == {"type": "media", "url": "https://x/y", "media_type": "image/png"}
    assert px0.to_anthropic(result).request["max_tokens"] == 50
    # A result is the caller's.
    result.messages[0]["content"] = "changed"
    assert result.config is not None
    result.config.clear()
    again = px.render("tutor", {"question": "Why?"})
    assert again.config == FALLBACK["config"] and again.text == "system:\nBe {{kind}}.\n\nuser:\nWhy?\n\n"
    result = px.render("other", fallback={"messages": ({"role": "user", "template": "{{.a}}"},)})
    assert (result.messages, result.config) == ([{"role": "user", "content": "<no value>"}], None)


def test_a_chat_as_fallback_has_the_transcript_that_px0_would_give(client: Make, played: PlayedPx0) -> None:
    played.stop()
    px = client(fallbacks={"tutor": FALLBACK})
    history = [{"role": "assistant", "content": None}, {"role": "user", "content": [{"{{": True}]}]
    result = px.render("tutor", {"question": "{{Why}}?", "history": history}, with_transcript=True)
    said = "assistant:\n\n\nuser:\n[map[{{:true]]\n\n"
    assert result.text == f"system:\nBe {{{{kind}}}}.\n\n{said}assistant:\n\n\nuser:\n{{{{Why}}}}?\n[media]\n\n"
    assert result.messages == [
        {"role": "system", "content": "Be {{kind}}."},
        *history,
        {"role": "user", "content": [{"type": "text", "text": "{{Why}}?"}]},
    ]


def test_a_chat_as_fallback_that_fails_says_where(client: Make, played: PlayedPx0) -> None:
    played.stop()
    px = client(fallbacks={"tutor": FALLBACK})
    with pytest.raises(px0.TemplateError, match="the fallback of tutor failed: history must be a list of messages"):
        px.render("tutor", {"history": 1})
    with pytest.raises(px0.TemplateError, match='of tutor failed: template: message 2:1:5: .*"vip"'):
        px.render("tutor", missing_key="error")
    needed = {"messages": [{"placeholder": "history", "required": True}]}
    with pytest.raises(px0.TemplateError, match="failed: missing history"):
        px.render("tutor", fallback=needed)


@pytest.mark.parametrize(
    ("fallback", "message"),
    [
        (1, "must be a template, a function or a chat with messages"),
        ({}, "must be a template, a function or a chat with messages"),
        ({"messages": "Hi"}, "must be a template, a function or a chat with messages"),
        ({"messages": [{"role": [], "content": "a"}]}, ": messages.0.role must be system, user or assistant"),
        ({"messages": [{"role": "user", "content": "a"}], "config": {"a": {1}}}, ": config cannot be written as JSON"),
        ({"messages": [{"role": "user", "content": "a" * 524_289}]}, " is not a valid template: program must be at most 524288 bytes"),
        ({"messages": [{"role": "user", "content": "a" * 524_280}]}, " is not a valid template: program must be at most 524288 bytes"),
    ],
)
def test_a_broken_chat_as_fallback_is_found_when_it_is_given(client: Make, fallback: Any, message: str) -> None:
    """What JSON can express is in `fallbacks.json`."""
    expected = f"the fallback of tutor{'' if message[0] in ': ' else ' '}{message}"
    for give in (lambda: client(fallbacks={"tutor": fallback}), lambda: client().render("tutor", fallback=fallback)):
        with pytest.raises(px0.UsageError) as caught:
            give()
        assert str(caught.value).startswith(expected)


class Role(str, enum.Enum):
    USER = "user"


class Unreadable(UserDict):  # type: ignore[type-arg]
    def get(self, *_: Any) -> Any:
        raise OSError("gone")


def test_a_chat_as_fallback_is_read_as_plain_json(client: Make, played: PlayedPx0) -> None:
    played.stop()
    message = UserDict({"role": Role.USER, "content": "a\ud800", "template": None})
    result = client().render("tutor", fallback=UserDict({"messages": (message,), "config": UserDict({"n": 1})}))
    assert json.dumps([result.messages, result.config]) == '[[{"role": "user", "content": "a\\ufffd"}], {"n": 1}]'
    with pytest.raises(px0.UsageError, match=r"the fallback of tutor cannot be read: OSError\('gone'\)"):
        client().render("tutor", fallback=Unreadable({"messages": []}))


def test_a_fallback_that_is_a_function_makes_a_text(client: Make, played: PlayedPx0) -> None:
    played.stop()
    result = client().render("tutor", VARIABLES, fallback=lambda variables: variables["question"])
    assert (result.text, result.messages, result.config) == ("Why?", None, None)


def test_a_transcript_shows_every_form_of_content() -> None:
    image = {"type": "media", "url": "https://x/y", "media_type": "image/png"}
    messages: List[Any] = [
        {"role": "user", "content": "Hi\n"},
        {"role": "user", "content": [{"type": "text", "text": "a"}, image, {"type": "text", "text": "b"}]},
        {"role": "user", "content": [{"type": "input_text", "text": "ä"}]},
        {"role": "tool", "content": {"n": 1}, "id": "c1"},
        {"role": "assistant", "content": None},
        {"role": "assistant"},
    ]
    assert transcript_of(messages) == (
        "user:\nHi\n\n\n"
        "user:\na\n[media]\nb\n\n"
        'user:\n[{"type":"input_text","text":"ä"}]\n\n'
        'tool:\n{"n":1}\n\n'
        "assistant:\n\n\n"
        "assistant:\n\n\n"
    )


def test_a_result_can_be_compared_copied_and_made_by_hand(client: Make, played: PlayedPx0) -> None:
    playing(played)
    result = client().render("tutor", VARIABLES)
    for other in (pickle.loads(pickle.dumps(result)), copy.deepcopy(result), copy.copy(result)):
        assert "text" not in vars(other)
        assert other.text == TEXT
        assert other == result and hash(other) == hash(result)
    with pytest.raises(AttributeError, match="'RenderResult' object has no attribute 'txt'"):
        result.txt  # type: ignore[attr-defined]  # noqa: B018
    # As programs written before chats do in their tests.
    by_hand = RenderResult("Hi", "live", "tutor", 1, (), None, 0.0, False, None)
    assert (by_hand.text, by_hand.messages, by_hand.config) == ("Hi", None, None)
