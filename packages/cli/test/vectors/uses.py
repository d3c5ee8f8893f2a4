"""How an application uses the generated functions, and what mypy does not let it do."""

from __future__ import annotations

import json
import os
from typing import List

import prompts
from px0 import AsyncPx0, Px0, RenderResult


def render_all(px0: Px0) -> List[RenderResult]:
    titles = ["x", "y"]
    variables: prompts.SupportReplyVariables = {"question": "Why?"}
    return [
        prompts.greeting(px0),
        prompts.support_reply(px0, variables),
        prompts.support_reply(px0, {"question": "Why?", "tone": "formal"}, missing_key="default", with_contract="enforce"),
        prompts.p2fa_mail(px0, {"code": "1234"}),
        prompts.tutor(px0, {"question": "Why?", "history": [{"role": "assistant", "content": None, "tool_calls": []}]}),
        prompts.tutor(px0, {"question": "Why?", "history": None}),
        prompts.inferred(px0, {"a": "a", "b": 1, "l": [{"t": True}], "rows": [titles], "first": "text"}),
        prompts.order(
            px0,
            {
                "customer": {"name": "Ada", "age": None, "address": {"street": "Main"}},
                "items": [{"title": "Pen", "price": 1.5}],
                "version": 2,
                "named_only": "x",
                "tags": titles,
            },
        ),
        prompts.hostile(px0, {"class": "c", "a-b": "ab", "it's": "\\", "back`tick": {"": 1, "in ner,": "x"}}),
        prompts.anything(px0, {"whatever": 1}),
    ]


async def render_awaited(px0: AsyncPx0) -> RenderResult:
    return await prompts.support_reply(px0, {"question": "Why?"}, version=1)


def refused(px0: Px0) -> None:
    prompts.support_reply(px0, {})  # type: ignore[typeddict-item]
    prompts.support_reply(px0, {"question": "Why?", "tome": "formal"})  # type: ignore[typeddict-unknown-key]
    prompts.support_reply(px0, {"question": "Why?", "tone": "rude"})  # type: ignore[typeddict-item]
    prompts.support_reply(px0, {"question": "Why?"}, no_option=1)  # type: ignore[call-arg]
    prompts.support_reply(px0, {"question": "Why?"}, with_contract=1)  # type: ignore[arg-type]
    prompts.greeting(px0, {"name": "Ada"})  # type: ignore[misc, arg-type]


if __name__ == "__main__":
    with open("renders.json", encoding="utf-8") as file:
        renders = json.load(file)
    # By a px0 that has these prompts, if there is one.
    with Px0() if "PX0_HOST" in os.environ else Px0.for_tests(renders["templates"]) as client:
        assert [result.text for result in render_all(client)] == renders["texts"]
