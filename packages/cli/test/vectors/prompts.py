# px0 generate: 20 prompts, contract sha256:182bec42fbd512d85209e11e736d812f30ca6ed371dbd3b73c30fc2b62760a21. Do not edit.
from __future__ import annotations

from typing import Any, Literal, Mapping, Optional, Sequence, TypeVar, Union

from px0 import RenderOptions, Renderer
from typing_extensions import Never, NotRequired, Required, TypedDict, Unpack

_Result = TypeVar("_Result")


class P2faMailVariables(TypedDict):
    code: Required[str]


def p2fa_mail(
    px0: Renderer[_Result],
    variables: P2faMailVariables,
    **options: Unpack[RenderOptions],
) -> _Result:
    return px0.render("2fa_mail", variables, **options)


class A1Variables(TypedDict):
    x: NotRequired[str]


def a1(
    px0: Renderer[_Result],
    variables: A1Variables,
    **options: Unpack[RenderOptions],
) -> _Result:
    return px0.render("a1", variables, **options)


class A12Variables(TypedDict):
    z: NotRequired[str]


def a12(
    px0: Renderer[_Result],
    variables: A12Variables,
    **options: Unpack[RenderOptions],
) -> _Result:
    return px0.render("a12", variables, **options)


class A13Variables(TypedDict):
    y: NotRequired[str]


def a_1(
    px0: Renderer[_Result],
    variables: A13Variables,
    **options: Unpack[RenderOptions],
) -> _Result:
    return px0.render("a_1", variables, **options)


def anything(
    px0: Renderer[_Result],
    variables: Mapping[str, Any],
    **options: Unpack[RenderOptions],
) -> _Result:
    return px0.render("anything", variables, **options)


class ClassVariables(TypedDict):
    name: NotRequired[str]


def class_(
    px0: Renderer[_Result],
    variables: ClassVariables,
    **options: Unpack[RenderOptions],
) -> _Result:
    return px0.render("class", variables, **options)


def delete(
    px0: Renderer[_Result],
    **options: Unpack[RenderOptions],
) -> _Result:
    return px0.render("delete", {}, **options)


def func(
    px0: Renderer[_Result],
    **options: Unpack[RenderOptions],
) -> _Result:
    return px0.render("func", {}, **options)


def greeting(
    px0: Renderer[_Result],
    **options: Unpack[RenderOptions],
) -> _Result:
    return px0.render("greeting", {}, **options)


HostileVariablesBackTick = TypedDict(
    "HostileVariablesBackTick",
    {
        "": Required[float],
        "in ner,": NotRequired[str],
    },
)


#: */ export const evil = 1; /* """ ' # // `
#: @ts-expect-error
#: # type: ignore
#: - a list
#: \
HostileVariables = TypedDict(
    "HostileVariables",
    {
        "": NotRequired[str],
        "-": NotRequired[str],
        "Any": NotRequired[Any],
        "MarshalJSON": NotRequired[str],
        "__private": NotRequired[str],
        "__proto__": NotRequired[str],
        "a-b": Required[str],
        "aB": NotRequired[str],
        "a_b": NotRequired[str],
        "back\\slash": NotRequired[Any],
        "back`tick": NotRequired[HostileVariablesBackTick],
        #: */ evil(); /**
        "class": Required[str],
        #: type: ignore
        #: Deprecated.
        "commented": NotRequired[str],
        "constructor": NotRequired[str],
        "it's": NotRequired[Literal["it's", "\"\"\"", "\\", "`", "line\u000abreak", "\u202e", "\u2028", "${x}", "😀"]],
        "quo\"te": NotRequired[str],
        #: right to left and another line
        "right\u202eleft": NotRequired[str],
        "str": NotRequired[int],
        #: @ts-expect-error
        "vars": NotRequired[str],
        "with,comma": NotRequired[str],
        "über": NotRequired[str],
    },
)


def hostile(
    px0: Renderer[_Result],
    variables: HostileVariables,
    **options: Unpack[RenderOptions],
) -> _Result:
    return px0.render("hostile", variables, **options)


class HostileVariablesVariables(TypedDict):
    name: Required[str]


def hostile_variables(
    px0: Renderer[_Result],
    variables: HostileVariablesVariables,
    **options: Unpack[RenderOptions],
) -> _Result:
    return px0.render("hostile_variables", variables, **options)


class InferredVariablesLItem(TypedDict):
    t: Required[Union[str, float, bool]]


class InferredVariables(TypedDict):
    a: Required[Union[str, float, bool]]
    b: Required[Union[str, float, bool]]
    c: NotRequired[Any]
    #: Default: "x".
    #: For example "x", "y".
    d: NotRequired[Union[str, float, bool]]
    first: NotRequired[Union[str, Sequence[Union[str, float, bool]]]]
    l: Required[Optional[Union[Sequence[InferredVariablesLItem], Mapping[str, Any]]]]
    rows: NotRequired[Optional[Union[Sequence[Optional[Union[Sequence[Union[str, float, bool]], Mapping[str, Any]]]], Mapping[str, Any]]]]
    size: NotRequired[Union[str, Sequence[Any], Mapping[str, Any]]]


def inferred(
    px0: Renderer[_Result],
    variables: InferredVariables,
    **options: Unpack[RenderOptions],
) -> _Result:
    return px0.render("inferred", variables, **options)


class OrderVariablesCustomerAddress(TypedDict):
    no: NotRequired[Union[str, int]]
    street: Required[str]


#: Who ordered.
class OrderVariablesCustomer(TypedDict):
    address: NotRequired[Optional[OrderVariablesCustomerAddress]]
    age: Required[Optional[int]]
    name: Required[str]


class OrderVariablesItemsItem(TypedDict):
    #: Deprecated.
    gift: NotRequired[bool]
    #: In euros.
    price: Required[float]
    title: Required[str]


class OrderVariablesOpen(TypedDict):
    a: NotRequired[str]


#: An order
class OrderVariables(TypedDict):
    #: Who ordered.
    customer: Required[OrderVariablesCustomer]
    items: Required[Sequence[OrderVariablesItemsItem]]
    level: NotRequired[Literal[1, 2, 3]]
    matrix: NotRequired[Optional[Sequence[Sequence[float]]]]
    meta: NotRequired[Mapping[str, Any]]
    mixed: NotRequired[Optional[Union[Literal["a", 1, True], Mapping[str, Any], Sequence[Any]]]]
    named_only: Required[Union[str, float, bool]]
    narrowed: NotRequired[Literal["yes"]]
    never: NotRequired[Never]
    nothing: NotRequired[Mapping[str, Any]]
    open: NotRequired[OrderVariablesOpen]
    ratio: NotRequired[Optional[Union[Literal[1], float]]]
    tags: NotRequired[Sequence[str]]
    version: Required[Literal[2]]
    void: NotRequired[None]


def order(
    px0: Renderer[_Result],
    variables: OrderVariables,
    **options: Unpack[RenderOptions],
) -> _Result:
    return px0.render("order", variables, **options)


def px0(
    px0: Renderer[_Result],
    **options: Unpack[RenderOptions],
) -> _Result:
    return px0.render("px0", {}, **options)


def str_(
    px0: Renderer[_Result],
    **options: Unpack[RenderOptions],
) -> _Result:
    return px0.render("str", {}, **options)


class SupportReplyVariables(TypedDict):
    #: What the customer wants to know.
    #: In their own words.
    question: Required[str]
    #: Default: "friendly".
    tone: NotRequired[Literal["formal", "friendly"]]


def support_reply(
    px0: Renderer[_Result],
    variables: SupportReplyVariables,
    **options: Unpack[RenderOptions],
) -> _Result:
    return px0.render("support_reply", variables, **options)


class TutorVariables(TypedDict):
    examples: NotRequired[Optional[Sequence[Mapping[str, Any]]]]
    history: Required[Optional[Sequence[Mapping[str, Any]]]]
    question: Required[str]


def tutor(
    px0: Renderer[_Result],
    variables: TutorVariables,
    **options: Unpack[RenderOptions],
) -> _Result:
    return px0.render("tutor", variables, **options)


def püber_uns(
    px0: Renderer[_Result],
    **options: Unpack[RenderOptions],
) -> _Result:
    return px0.render("über_uns", {}, **options)


P日本Variables = TypedDict(
    "P日本Variables",
    {
        "名": NotRequired[str],
    },
)


def p日本(
    px0: Renderer[_Result],
    variables: P日本Variables,
    **options: Unpack[RenderOptions],
) -> _Result:
    return px0.render("日本", variables, **options)


def ufb01x_u1d49c(
    px0: Renderer[_Result],
    **options: Unpack[RenderOptions],
) -> _Result:
    return px0.render("ﬁx_𝒜", {}, **options)
