"""Clients for an application's own tests: they render what the test gives them, without network, keys and files."""

from __future__ import annotations

import base64
from dataclasses import replace
from typing import Any, Dict, Mapping, Optional, Sequence, Union

from . import template
from ._delivery.connection_state import Observed, StateTimes
from ._delivery.delivery_client import DeliveryClient, Options
from ._delivery.frame import DeliveredPrompt
from ._delivery.locate import Audience
from ._fallback_chat import program_of_chat
from ._following import now_ms
from ._options import Settings, settings_of
from ._reference import delivered_slug
from .errors import UsageError

# A template; the messages of a chat, each in the form of a fallback's; or both parts of a chat, its `messages` and its `config`.
PromptForTests = Union[str, Sequence[Mapping[str, Any]], Mapping[str, Any]]

_TEAM = "00000000-0000-4000-8000-000000000000"
_FOREVER = float("inf")


def settings_for_tests(options: Mapping[str, Any]) -> Settings:
    """Raises UsageError, and TypeError for an option that has no meaning without px0."""
    return replace(_settings(**options), mode="file", remote_when_needed=False)


def _settings(fallbacks: Any = None, on_warning: Any = None) -> Settings:
    return settings_of(
        host="http://px0.invalid",
        access_token="for-tests",
        timeout=5.0,
        attempt_timeout=2.0,
        retries=0,
        cache=True,
        state_file=None,
        snapshot_file=None,
        fallbacks=fallbacks,
        team_id=None,
        on_warning=on_warning,
        mode="stream",
        slugs=None,
        poll_interval=30.0,
        init_timeout=0.0,
        max_stale=None,
        remote_when_needed=False,
        bundle_file=None,
        bundle_keys=(),
        usage="off",
    )


class PromptsForTests(DeliveryClient):
    """Always ready, with what it is given."""

    def __init__(self, prompts: Optional[Mapping[str, PromptForTests]]) -> None:
        super().__init__(Options("file", Audience(None, None), 30_000, 0, now_ms, lambda: 0.5))
        self._confirmation = "stream"
        self._sequence = 0
        self._apply({"type": "begin", "team_id": _TEAM, "base": None})
        teams = [{"team_id": _TEAM, "revision": self._revision()}]
        self._apply({"type": "sync", "revision": self._revision(), "digest": "0" * 16, "count": 0, "teams": teams})
        for slug, given in (prompts or {}).items():
            self.set(slug, given)
        self._has_first_state = True

    def set(self, slug: str, given: PromptForTests) -> None:
        """Makes this the live version of the prompt, whose number is one more than before. Raises UsageError."""
        slug = delivered_slug(slug)
        before = self.replica.prompts_of(_TEAM).get(slug)
        number = 1 if before is None else int(before["live"]) + 1
        # A call that wants a contract has one that allows everything.
        version = {"version": number, "status": "live", "language": 1, "schema": {}, **_program(slug, given)}
        self._sequence += 1
        prompt: DeliveredPrompt = {
            "id": slug,
            "slug": slug,
            "status": "active",
            "created_at": "2026-01-01T00:00:00Z",
            "live": number,
            "tags": {},
            "versions": [version],
            "etag": f"{self._sequence:016x}",
        }
        self._apply({"type": "put", "team_id": _TEAM, "revision": self._revision(), "prompt": prompt})

    def remove(self, slug: str) -> None:
        """The prompt does not exist any more."""
        self._sequence += 1
        frame = {"type": "delete", "team_id": _TEAM, "revision": self._revision()}
        self._apply({**frame, "prompt_id": delivered_slug(slug)})

    def _apply(self, frame: Dict[str, Any]) -> None:
        self.replica.apply(frame)
        self.replica.confirm(self._revision())
        self._update()

    def _revision(self) -> str:
        return base64.urlsafe_b64encode(f"1:1:{self._sequence}".encode()).decode().rstrip("=")

    def _observed(self) -> Observed:
        is_closed = self._is_closed
        return Observed(is_closed, False, True, self._started_at, _FOREVER, _FOREVER, False)

    def _times(self) -> StateTimes:
        return StateTimes(0, 1)


def _program(slug: str, given: PromptForTests) -> Dict[str, Any]:
    what = f"the prompt {slug}"
    if isinstance(given, str):
        try:
            template.compile(given)
        except (template.TemplateSyntaxError, template.TemplateTooDeep) as error:
            raise UsageError(f"{what} is not a valid template: {error}") from error
        return {"template": str.__str__(given)}
    return program_of_chat(what, given if isinstance(given, Mapping) else {"messages": given})
