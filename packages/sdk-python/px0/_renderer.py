"""Types of code that renders by a client of either kind, such as what `px0 generate` writes."""

from __future__ import annotations

from typing import Any, Mapping, Optional, Protocol, TypedDict, TypeVar

from ._fallbacks import Fallback

_Result_co = TypeVar("_Result_co", covariant=True)


class RenderOptions(TypedDict, total=False):
    """The options of a render."""

    version: Optional[int]
    tag: Optional[str]
    fallback: Optional[Fallback]
    missing_key: Optional[str]
    team_id: Optional[str]
    with_transcript: bool
    with_contract: Optional[str]


class Renderer(Protocol[_Result_co]):
    """A `Px0`, whose results are at hand, or an `AsyncPx0`, whose results have to be awaited."""

    def render(
        self,
        slug: str,
        variables: Optional[Mapping[str, Any]] = None,
        *,
        version: Optional[int] = None,
        tag: Optional[str] = None,
        fallback: Optional[Fallback] = None,
        missing_key: Optional[str] = None,
        team_id: Optional[str] = None,
        with_transcript: bool = False,
        with_contract: Optional[str] = None,
    ) -> _Result_co: ...
