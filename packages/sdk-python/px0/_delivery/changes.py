"""What an application is told of a prompt that has changed: facts, one at a time, none of them for what it was told before."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import List, Literal, Mapping, Optional

from .frame import DeliveredPrompt, DeliveredVersion

# `text`: of a tagged draft. `many`: so many changes that they are not told one by one.
ChangeKind = Literal["added", "removed", "live", "tags", "status", "text", "many"]


@dataclass(frozen=True)
class PromptState:
    # Number of the live version.
    live: Optional[int]
    tags: Mapping[str, int] = field(hash=False)
    status: str


@dataclass(frozen=True)
class Change:
    """That a prompt of this process has changed."""

    # `*` for `many`, whose other members are None.
    slug: str
    prompt_id: Optional[str]
    team_id: Optional[str]
    kind: ChangeKind
    before: Optional[PromptState]
    after: Optional[PromptState]


MANY = Change("*", None, None, "many", None, None)


def changes_of(
    team_id: str, before: Optional[DeliveredPrompt], after: Optional[DeliveredPrompt]
) -> List[Change]:
    """What one edit of a team's prompts means, a change for each kind, `live` first."""
    if before is not None and after is not None and before["slug"] != after["slug"]:
        return [*changes_of(team_id, before, None), *changes_of(team_id, None, after)]
    one = after or before
    if one is None:
        return []
    states = _state_of(before), _state_of(after)
    return [Change(one["slug"], one["id"], team_id, kind, *states) for kind in _kinds_of(before, after)]


def _kinds_of(before: Optional[DeliveredPrompt], after: Optional[DeliveredPrompt]) -> List[ChangeKind]:
    if before is None:
        return ["added"]
    if after is None:
        return ["removed"]
    kinds: List[ChangeKind] = []
    if before["live"] != after["live"]:
        kinds.append("live")
    if before["tags"] != after["tags"]:
        kinds.append("tags")
    if before["status"] != after["status"]:
        kinds.append("status")
    if any(_is_edited_draft(version, before["versions"]) for version in after["versions"]):
        kinds.append("text")
    return kinds


def _state_of(prompt: Optional[DeliveredPrompt]) -> Optional[PromptState]:
    return None if prompt is None else PromptState(prompt["live"], dict(prompt["tags"]), prompt["status"])


def _is_edited_draft(version: DeliveredVersion, before: List[DeliveredVersion]) -> bool:
    """A content that was on its way has arrived: that is no edit."""
    if version.get("status") != "draft":
        return False
    previous = next((one for one in before if one["version"] == version["version"]), None)
    if previous is None or previous["template"] is None or version["template"] is None:
        return False
    return any(previous.get(name) != version.get(name) for name in ("template", "outline", "config", "schema"))
