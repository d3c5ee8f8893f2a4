from __future__ import annotations

import collections
import decimal
import enum
import hashlib
import json
import os
import pickle
import struct
import sys
import threading
import types
import tracemalloc
from typing import Any, Callable, Dict, List, Mapping, Optional

import pytest
from template_vectors import FOLDER

from px0._gotpl import unicode_tables
from px0._gotpl.unicode.case import decode_case
from px0._gotpl.unicode.range_table import RangeTable
from px0.errors import UsageError
from px0.template import (
    Template,
    TemplateDataError,
    TemplateExecutionError,
    TemplateSyntaxError,
    TemplateTooDeep,
    compile,
)


def render(text: str, variables: Optional[Mapping[str, Any]] = None, **options: Any) -> str:
    return compile(text).render({} if variables is None else variables, **options)


def failure(text: str, variables: Mapping[str, Any], **limits: int) -> TemplateExecutionError:
    with pytest.raises(TemplateExecutionError) as caught:
        compile(text, **limits).render(variables)
    return caught.value


# What variables may be.


class Color(str, enum.Enum):
    RED = "red"


class Level(enum.IntEnum):
    HIGH = 3


Point = collections.namedtuple("Point", "x y")


@pytest.mark.parametrize(
    ("text", "value", "expected"),
    [
        ("{{.v}}", 3, "3"),
        ("{{eq .v 3.0}}", 3, "true"),
        ("{{.v}}", 2**53 + 1, "9.007199254740992e+15"),
        ('{{printf "%T" .v}}', 1, "float64"),
        ('{{printf "%T" .v}}', True, "bool"),
        ("{{.v}}", -0.0, "-0"),
        ("{{.v}}{{toJson .v}}", Level.HIGH, "33"),
        ('{{.v}}{{if eq .v "red"}}!{{end}}{{toJson .v}}', Color.RED, 'red!"red"'),
        ("{{.v}}{{range .v}}<{{.}}>{{end}}{{index .v 1}}{{toJson .v}}", (1, "a"), '[1 a]<1><a>a[1,"a"]'),
        ("{{.v}}{{len (slice .v 1)}}", Point(1, 2), "[1 2]1"),
        ("{{.v.a}}{{range $k, $v := .v}}{{$k}}={{$v}};{{end}}{{.v}}{{len .v}}", types.MappingProxyType({"b": 1, "a": 2}), "2a=2;b=1;map[a:2 b:1]2"),
        ("{{.v.a}}{{toJson .v}}", collections.OrderedDict(b=1, a=2), '2{"a":2,"b":1}'),
        ('{{index .v "2"}}{{.v}}{{toJson .v}}{{range $k, $_ := .v}}{{$k}}{{end}}', {2: "b", 10: "a"}, 'bmap[10:a 2:b]{"10":"a","2":"b"}102'),
        ('{{toJson .v}}{{range $k, $_ := .v}}{{len $k}}{{eq $k "red"}}{{end}}', {Color.RED: 1}, '{"red":1}3true'),
        ("{{.v}}", [None, True, 0.5, "x", [], {}, 1e21], "[<nil> true 0.5 x [] map[] 1e+21]"),
        ("{{toJson .v}}", [None, True, 0.5, "x<", -0.0, 1e21, 1e-7], '[null,true,0.5,"x\\u003c",-0,1e+21,1e-7]'),
    ],
)
def test_takes_data_as_json_would_write_it(text: str, value: Any, expected: str) -> None:
    assert render(text, {"v": value}) == expected


def test_looks_up_no_default_of_a_defaultdict() -> None:
    given: Dict[str, str] = collections.defaultdict(str)
    assert "no entry" in str(failure("{{.v.a}}", {"v": given}))
    assert given == {}


@pytest.mark.parametrize(
    "value",
    [
        decimal.Decimal(1),
        float("nan"),
        float("-inf"),
        10**400,
        b"bytes",
        {1, 2},
        object(),
        1j,
    ],
)
@pytest.mark.parametrize(
    "text", ["{{.v}}", "{{if .v}}{{end}}", "{{.l}}", "{{range .l}}{{end}}", "{{toJson .l}}", "{{index .l 0}}", '{{join "" .l}}']
)
def test_refuses_what_json_has_no_form_for(text: str, value: Any) -> None:
    with pytest.raises(TemplateDataError, match="the variables hold"):
        render(text, {"v": value, "l": [value]})


@pytest.mark.parametrize("value", [{None: 1}, {True: 1}, {1.5: 1}, {(): 1}, {1: "a", "1": "b"}])
def test_refuses_keys_that_are_no_text(value: Any) -> None:
    for text in ("{{.v}}", "{{toJson .v}}", "{{range .v}}{{end}}", "{{len .v}}"):
        with pytest.raises(TemplateDataError, match="key"):
            render(text, {"v": value})


def test_refuses_variables_that_are_no_mapping() -> None:
    with pytest.raises(TemplateDataError, match="must be a mapping, not a list"):
        render("x", [])  # type: ignore[arg-type]
    with pytest.raises(UsageError, match="missing_key"):
        render("x", {}, missing_key="ignore")


def test_refuses_a_number_beyond_floats_as_the_clients_do() -> None:
    with pytest.raises(UsageError, match="beyond the range of floats"):
        render("{{.n}}", {"n": 10**400})


def test_takes_a_source_of_512_kib_and_no_more() -> None:
    assert render("é" * 262_144, {}) == "é" * 262_144
    with pytest.raises(TemplateSyntaxError, match="^template must be at most 524288 bytes$"):
        compile("é" * 262_144 + "x")


def test_looks_only_where_the_template_looks() -> None:
    assert render("{{.a}}", {"a": "x", "other": object(), "more": [object()]}) == "x"


def test_tells_a_nil_map_from_an_empty_one() -> None:
    template = compile('{{printf "%#v" .}}{{eq . nil}}')
    assert template.render(None) == "map[string]interface {}(nil)true"
    assert template.render({}) == "map[string]interface {}{}false"


def test_reads_lone_surrogates_as_go_does() -> None:
    data = {"a": "x\ud800y", "b": ["\udc80\ud83d\ude00"], "m": {"k\udfff": 1}}
    assert render("{{.a}}|{{index .b 0}}|{{.m}}|{{len .a}}", data) == "x\ufffdy|\ufffd😀|map[k\ufffd:1]|5"
    assert render('{{printf "%q" .a}}{{index .m "k\ufffd"}}', data) == '"x\ufffdy"1'
    assert data == {"a": "x\ud800y", "b": ["\udc80\ud83d\ude00"], "m": {"k\udfff": 1}}


def test_gives_the_bytes_of_cut_characters() -> None:
    template = compile('{{slice .s 0 1}}{{slice .s 1}}{{slice .s 0 1}}{{"\\xff"}}')
    assert template.render({"s": "é"}) == "é\ufffd\ufffd"
    assert template.render_bytes({"s": "é"}) == b"\xc3\xa9\xc3\xff"


@pytest.mark.parametrize("common", [b"", "𝄞".encode(), "日a".encode()])
@pytest.mark.parametrize("stray", [b"\xf0\x9d\xff", b"\xf0\x9d\x84\xff", b"\xf0\x9d\x01", b"\xf0", b"\xf0\x9d\x84"])
def test_orders_parts_of_characters_by_their_bytes(common: bytes, stray: bytes) -> None:
    whole = common + "𝄞".encode()
    cut = common + stray
    text = '{{lt "%s" "%s"}}' % tuple("".join(f"\\x{byte:02x}" for byte in data) for data in (cut, whole))
    assert render(text) == ("true" if cut < whole else "false")


def test_prints_data_that_contains_itself_up_to_a_depth() -> None:
    loop: List[Any] = []
    loop.append(loop)
    shared: Any = []
    for _ in range(900):
        shared = [shared]
    assert render("{{.v}}", {"v": shared}) == "[" * 901 + "]" * 901
    assert render("{{toJson .v}}", {"v": shared, "w": "\ud800"}) == "[" * 901 + "]" * 901
    for text in ("{{.v}}", "{{toJson .v}}", '{{printf "%q" .v}}{{.w}}'):
        assert "data nested more than 1000 deep" in str(failure(text, {"v": loop, "w": "\ud800"}))


# Errors.


def test_errors_say_where() -> None:
    with pytest.raises(TemplateSyntaxError) as caught:
        compile("é\n{{é.x }}", name="greeting")
    assert str(caught.value) == 'template: greeting:2: function "é" not defined'
    assert (caught.value.line, caught.value.column) == (2, 2)
    error = failure("é{{.a.b}}", {"a": None})
    assert str(error) == 'template: prompt:1:6: executing "prompt" at <.a.b>: nil pointer evaluating interface {}.b'
    assert (error.line, error.column, error.limit) == (1, 6, None)
    for one in (caught.value, error):
        copy = pickle.loads(pickle.dumps(one))
        assert (str(copy), vars(copy)) == (str(one), vars(one))


def test_missing_keys() -> None:
    text = "[{{.a}}]"
    assert "no entry for key" in str(failure(text, {}))
    assert render(text, {}, missing_key="default") == "[<no value>]"
    assert render("[{{.a.b}}]", {}, missing_key="default") == "[<no value>]"
    with pytest.raises(TemplateExecutionError, match="nil pointer"):
        render("[{{.a.b}}]", {}, missing_key="zero")


# Limits.

BIG: Dict[str, Any] = {
    "big": "x" * 100_000,
    "full": "x" * (8 << 20),
    "list": [1] * 1000,
    "lines": "\n" * 1000,
    "amps": "&" * 2_000_000,
    "controls": "\x01" * 3_000_000,
    "cjk": "語" * 2_700_000,
    "numbers": [0.12345678901234568] * 450_000,
}


@pytest.mark.parametrize(
    "text",
    [
        "{{range 400000}}" + "0123456789" * 10 + "{{end}}",
        "{{range 150000}}" + "0123456789" * 10 + "{{if true}}{{continue}}{{end}}{{end}}x",
        '{{range 100}}{{printf "%1000000d" 1}}{{end}}',
        '{{printf "' + "%999999d" * 50 + '" ' + "1 " * 50 + "}}",
        '{{indent 100000000 "x"}}',
        "{{indent 100000 .lines}}",
        "{{join .big .list}}",
        "{{range .list}}{{$.big}}{{end}}",
        "{{html .amps}}",
        "{{js .controls}}",
        "{{quote .controls .list}}",
        "{{urlquery .cjk}}",
        '{{printf "%+q" .cjk}}',
        '{{printf "%x" .full}}',
        '{{printf "%s%s" .full .full}}',
        "{{print .full .full}}",
        "{{.full}}x",
        "{{toJson .controls}}",
        "{{toPrettyJson .numbers}}",
        "{{.numbers}}",
    ],
)
def test_ends_what_prints_too_much(text: str) -> None:
    error = failure(text, BIG)
    assert error.limit == "output"
    assert str(error).endswith("exceeded maximum output size (8388608 bytes)")


@pytest.mark.parametrize(
    "text",
    [
        "{{range 100000}}{{range 100000}}{{end}}{{end}}",
        "{{range 9223372036854775807}}{{end}}",
        "{{range 1000000}}" + "x" * 1000 + "{{continue}}{{end}}",
        "{{range 1000000}}{{if eq $.big $.other}}{{end}}{{end}}",
        "{{range 1000000}}{{if len (print $.list)}}{{end}}{{end}}",
        "{{range 1000000}}{{range $.map}}{{break}}{{end}}{{end}}",
    ],
)
def test_ends_what_works_too_long(text: str) -> None:
    data = {**BIG, "other": "x" * 99_999 + "y", "map": {f"k{number}": number for number in range(10_000)}}
    error = failure(text, data)
    assert error.limit == "steps"
    assert str(error).endswith("exceeded maximum number of steps (1000000)")


def test_costs_nothing_to_ask_again_about_large_maps() -> None:
    """Two in turn: to look at all keys for each question would take an hour."""
    data = {name: {f"{name}{number}": number for number in range(100_000)} for name in ("a", "b")}
    text = '{{range 100000}}{{index $.a "\\ufffd"}}{{index $.b "\\ufffd"}}{{end}}'
    assert render(text, data) == "<no value>" * 200_000


def test_costs_nothing_to_ask_again_about_a_long_text() -> None:
    """So large that a walk through a text for each question would take hours."""
    data = {"cjk": "語" * 1_000_000, "other": "😀" * 1_000_000, "blank": " " * 4_000_000, "map": {}}
    flags = "-" * 400_000
    for asked in (
        "eq $.cjk $.other",
        'lt "é" $.cjk',
        "trim $.blank",
        "index $.map $.cjk",
        'printf "%.1s" $.cjk',
        f'printf "%{flags}d"',
    ):
        text = f"{{{{range 20000}}}}{{{{if {asked}}}}}{{{{end}}}}{{{{end}}}}"
        assert compile(text).render(data) == ""


class _Named(str):
    def __str__(self) -> str:
        return "another"


@pytest.mark.parametrize(
    "value, text",
    [("x", "<x>"), (7, "<7>"), (None, "<<no value>>"), ([1, 2], "<[1 2]>"), ({}, "<map[]>"), (True, "<true>"), (_Named("n"), "<n>")],
)
def test_fields_side_by_side_print_as_each_alone(value: Any, text: str) -> None:
    made = compile("<{{.a}}>{{.b}}<{{.c}}>")
    assert made.render({"a": value, "b": "-", "c": "x"}) == f"{text}-<x>"
    assert made.render({"a": "x", "b": "-", "c": value}) == f"<x>-{text}"
    assert made.render({"a": "x", "b": "-", "c": "y"}) == "<x>-<y>"


def test_fields_side_by_side_fail_where_they_stand() -> None:
    text = "{{.a}}-{{.b}}-{{.c}}"
    missing = failure(text, {"a": "x", "c": "y"})
    assert (missing.column, str(missing).rpartition(": ")[2]) == (9, 'map has no entry for key "b"')
    too_long = failure(text, {"a": "x" * 4, "b": "x" * 4, "c": "x"}, max_output_bytes=8)
    assert (too_long.column, too_long.limit) == (9, "output")
    # Nothing of it is made that is thrown away.
    tracemalloc.start()
    try:
        assert failure("{{.a}}" * 1_000, {"a": "x" * 1_000_000}).limit == "output"
        assert tracemalloc.get_traced_memory()[1] < 32 << 20
    finally:
        tracemalloc.stop()


def test_allows_an_output_of_exactly_the_limit_in_bytes() -> None:
    template = "{{.s}}{{.s}}"
    assert compile(template, max_output_bytes=6).render({"s": "é-"}) == "é-é-"
    assert failure(template + "-", {"s": "é-"}, max_output_bytes=6).limit == "output"
    assert failure("{{.s}}", {"s": "\ud800"}, max_output_bytes=2).limit == "output"
    assert compile("{{.s}}", max_output_bytes=3).render({"s": "\ud800"}) == "\ufffd"


def test_cuts_values_in_messages() -> None:
    message = str(failure("{{range .s}}{{end}}", {"s": "😀" * 5000}))
    assert message.endswith("over " + "😀" * 2048 + "...")
    message = str(failure("{{range .s}}{{end}}", {"s": "a" + "😀" * 5000}))
    assert message.endswith("over a" + "😀" * 2047 + "\ufffd...")


def test_ends_template_calls_that_go_too_deep() -> None:
    error = failure('{{define "t"}}{{template "t" .}}{{end}}{{template "t" .}}', {})
    assert error.limit == "depth"
    assert "exceeded maximum template depth (100)" in str(error)
    chain = '{{define "t"}}{{if .}}{{template "t" (slice . 1)}}{{else}}end{{end}}{{end}}{{template "t" .s}}'
    assert render(chain, {"s": "x" * 99}) == "end"


# What takes quadratic time takes minutes for the smaller size, too.
SIZE = 100_000 if os.environ.get("PX0_LONG_TESTS") == "1" else 30_000


@pytest.mark.parametrize(
    "piece",
    [
        "{{/*",
        "{{/**/}}",
        "   \n{{- /**/ -}}",
        '{{"',
        "{{`",
        "{{.x ",
        "}}",
        "{{.a.b.c}}",
        "{{$x := 1}}",
        "{{or 1 ($x := 2)}}{{with $x := 1}}{{$x}}{{end}}",
        "{{1_1_1}}",
        " ",
        "é",
        "\\a",
        '{{printf "%[%[%["}}',
        "{{if .x}}",
        "(",
        "9",
    ],
)
def test_parses_and_renders_in_linear_time(piece: str) -> None:
    text = piece * (SIZE // len(piece))
    for source in (text, "{{" + text, "{{.x" + text + "}}", '{{"' + text + '"}}', "{{printf `" + text.replace("`", "") + "`}}", "{{1" + text + "e}}"):
        try:
            compile(source).render({})
        except (TemplateSyntaxError, TemplateExecutionError, TemplateTooDeep):
            pass


# Python's stack.


def _deeper(frames: int, call: Callable[[], Any]) -> Any:
    return call() if frames == 0 else _deeper(frames - 1, call)


def _nested(levels: int) -> str:
    return "{{if .x}}" * levels + "{{len (print .x)}}" + "{{end}}" * levels


def test_holds_what_people_nest_and_declines_the_rest() -> None:
    assert render(_nested(150), {"x": 1}) == "1"
    with pytest.raises(TemplateTooDeep):
        compile(_nested(480))
    with pytest.raises(TemplateTooDeep):
        compile("{{" + "(" * 480 + "1" + ")" * 480 + "}}")
    recursive = '{{define "t"}}' + _nested(12).replace("{{len", '{{template "t" .}}{{len') + '{{end}}{{template "t" .}}'
    with pytest.raises(TemplateTooDeep):
        compile(recursive).render({"x": 1})
    assert render("{{.x}}", {"x": 1}) == "1"


def test_lets_no_recursion_error_out_however_deep_the_application_is() -> None:
    text = '{{range .l}}{{if eq .x "é"}}{{html .x}}{{else}}{{printf "%6q" .x}}{{toJson .}}{{end}}{{end}}'
    data = {"l": [{"x": "é"}, {"x": "\u2028<"}]}
    template = compile(text)
    outputs = {template.render(data)}
    limit = sys.getrecursionlimit()
    declined: List[int] = []
    escaped: List[int] = []

    def at_all_depths() -> None:
        for depth in range(limit - 150, limit):
            for call in (lambda: template.render(data), lambda: compile(text).render(data)):
                has_room = False

                def call_with_room(inner: Callable[[], str] = call) -> str:
                    nonlocal has_room
                    # The call itself needs a few frames.
                    has_room = _deeper(4, lambda: True)
                    return inner()

                try:
                    outputs.add(_deeper(depth, call_with_room))
                except TemplateTooDeep:
                    declined.append(depth)
                except RecursionError:
                    if has_room:
                        escaped.append(depth)

    # A thread begins with an empty stack.
    thread = threading.Thread(target=at_all_depths)
    thread.start()
    thread.join()
    assert escaped == []
    assert len(declined) > 10
    assert len(outputs) == 1
    assert sys.getrecursionlimit() == limit


def test_threads_share_a_template() -> None:
    template = compile('{{range $i, $w := .words}}{{$i}}{{if eq $w "b"}}!{{end}}{{template "t" $w}}{{end}}{{define "t"}}({{.}}){{end}}')
    cases = [([chr(97 + (start + step) % 3) for step in range(50)]) for start in range(8)]
    expected = ["".join(f"{i}{'!' if w == 'b' else ''}({w})" for i, w in enumerate(words)) for words in cases]
    wrong: List[str] = []

    def work(words: List[str], text: str, shared: Template) -> None:
        for _ in range(200):
            output = shared.render({"words": words})
            if output != text:
                wrong.append(output)

    threads = [threading.Thread(target=work, args=(words, text, template)) for words, text in zip(cases, expected)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


# Unicode.


def _digest(of: Callable[[int], int]) -> str:
    return hashlib.sha256(struct.pack("<1114112i", *map(of, range(0x110000)))).hexdigest()


@pytest.mark.parametrize("name", ["LETTERS", "DIGITS", "PRINTABLE", "UPPER", "LOWER"])
def test_unicode_tables_are_those_of_go(name: str) -> None:
    path = FOLDER.parent / "unicode-digests.json"
    if not path.exists():
        pytest.skip("the digests are part of the repository")
    encoded = getattr(unicode_tables, name)
    if name in ("UPPER", "LOWER"):
        mapped = {ord(character): ord(other) for character, other in decode_case(encoded).items()}
        digest = _digest(lambda code_point: mapped.get(code_point, code_point))
    else:
        table = RangeTable(encoded)
        digest = _digest(lambda code_point: int(table.has(code_point)))
    assert digest == json.loads(path.read_text(encoding="utf-8"))[name]


def test_cases_letters_by_unicode_15_one_for_one() -> None:
    assert render('{{upper .s}}{{lower .s}}{{upper "\\xff"}}', {"s": "ßéǅ\u019bΣ"}) == "ßÉǄ\u019bΣßéǆ\u019bσ\ufffd"


@pytest.mark.parametrize("other", ["z\ud800", "zz\udfff", "zzz\ud800", "\ud800"])
def test_orders_a_short_text_before_one_with_half_a_character(other: str) -> None:
    assert render('{{lt "" .other}} {{gt .other "a"}}', {"other": other}) == "true true"


UNITS = '{{define "one"}}1 {{.a}}{{end}}{{define "two"}}2 {{template "one" .}}{{end}}root{{define "bytes"}}{{slice .a 0 1}}{{end}}'


def test_single_templates_of_a_text_are_rendered_in_order() -> None:
    made = compile(UNITS)
    assert made.render_units(["two", "prompt", "one", "two"], {"a": "x"}) == ["2 1 x", "root", "1 x", "2 1 x"]
    assert made.render_units([], {"a": "x"}) == []
    with pytest.raises(TemplateExecutionError, match='no template "three" associated with template "prompt"'):
        made.render_units(["one", "three"], {"a": "x"})
    with pytest.raises(TemplateExecutionError, match='executing "one" at <.a>: map has no entry for key "a"'):
        made.render_units(["prompt", "two"], {})
    assert made.render_units(["two"], None, missing_key="default") == ["2 1 <no value>"]


def test_cut_characters_do_not_join_across_templates() -> None:
    made = compile(UNITS + '{{define "rest"}}{{slice .a 1 2}}{{end}}')
    assert made.render_units(["bytes", "rest"], {"a": "é"}) == ["\ufffd", "\ufffd"]


def test_the_budget_is_one_for_all_templates() -> None:
    text = '{{define "a"}}{{range 40}}x{{end}}{{end}}{{define "b"}}{{range 40}}y{{end}}{{end}}'
    made = compile(text, max_steps=100)
    assert made.render_units(["a"], {}) == ["x" * 40]
    with pytest.raises(TemplateExecutionError, match='executing "b" .*exceeded maximum number of steps') as steps:
        made.render_units(["a", "b"], {})
    assert steps.value.limit == "steps"
    made = compile(text, max_output_bytes=79)
    assert made.render_units(["a", "prompt"], {}) == ["x" * 40, ""]
    with pytest.raises(TemplateExecutionError, match='executing "b" .*exceeded maximum output size') as output:
        made.render_units(["a", "b"], {})
    assert output.value.limit == "output"
    assert compile(text, max_output_bytes=80).render_units(["a", "b"], {}) == ["x" * 40, "y" * 40]


def test_the_depth_is_counted_from_each_template() -> None:
    made = compile('{{define "a"}}a{{template "b"}}{{end}}{{define "b"}}b{{end}}', max_depth=1)
    assert made.render_units(["a", "a", "b"], {}) == ["ab", "ab", "b"]
