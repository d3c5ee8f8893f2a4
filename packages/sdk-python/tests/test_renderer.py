"""The types for code that renders by either client have the options of both."""

from __future__ import annotations

import inspect
from typing import Any, Callable, Dict

import pytest

import px0


def keywords(render: Callable[..., Any]) -> Dict[str, Any]:
    parameters = inspect.signature(render).parameters.values()
    return {each.name: each.annotation for each in parameters if each.kind is inspect.Parameter.KEYWORD_ONLY}


@pytest.mark.parametrize("kind", [px0.Px0, px0.AsyncPx0, px0.Renderer])
def test_render_options_are_the_options_of_a_render(kind: Any) -> None:
    declared = {name: one.__forward_arg__ for name, one in px0.RenderOptions.__annotations__.items()}
    assert keywords(kind.render) == declared
