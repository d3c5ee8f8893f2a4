"""The known keys of a version's configuration, which px0 has judged when it was saved, and the object that is meant for one provider only."""

from __future__ import annotations

from typing import Any, Callable, Dict, List, Mapping, Sequence

from ..errors import UsageError
from ..result import RenderResult

Settings = Dict[str, Any]


def _is_text(value: Any) -> bool:
    return isinstance(value, str)


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)


def _is_named(value: Any) -> bool:
    return isinstance(value, dict) and isinstance(value.get("name"), str)


# How each key is known to be of the form that px0 keeps, in the order in which `dropped` names them.
_FORMS: Mapping[str, Callable[[Any], bool]] = {
    "model": _is_text,
    "max_tokens": _is_number,
    "temperature": _is_number,
    "top_p": _is_number,
    "stop": lambda value: isinstance(value, list) and all(map(_is_text, value)),
    "seed": _is_number,
    "response_schema": lambda value: isinstance(value, dict) and isinstance(value.get("schema"), dict),
    "tools": lambda value: isinstance(value, list) and all(map(_is_named, value)),
    "tool_choice": lambda value: value in ("auto", "none", "required") if isinstance(value, str) else _is_named(value),
}


def settings_in(result: RenderResult) -> Settings:
    """What the configuration sets: a key that it does not set, or sets to null or to an empty list, is absent.

    Raises UsageError for a value that px0 would not have saved.
    """
    settings: Settings = {}
    for name, is_of_form in _FORMS.items():
        value = (result.config or {}).get(name)
        if value is None or value == []:
            continue
        if not is_of_form(value):
            raise _not_kept(name)
        settings[name] = value
    return settings


def dropped_of(settings: Settings, lacking: Sequence[str]) -> List[str]:
    """Those of the settings that a provider does not have, in the order of the documentation."""
    return [name for name in lacking if name in settings]


def own_of(result: RenderResult, provider: str) -> Dict[str, Any]:
    """What the configuration holds for this provider alone."""
    own = (result.config or {}).get(provider)
    if own is None:
        return {}
    if not isinstance(own, dict):
        raise _not_kept(provider)
    return own


def laid_over(request: Dict[str, Any], own: Mapping[str, Any]) -> Dict[str, Any]:
    """The request with a provider's own keys laid over it; None takes a key away, because null is never written."""
    return {name: value for name, value in {**request, **own}.items() if value is not None}


def renamed(settings: Settings, names: Mapping[str, str]) -> Dict[str, Any]:
    """The settings that are set, by the provider's names of them."""
    return {theirs: settings[ours] for ours, theirs in names.items() if ours in settings}


def tool_as(name: str, tool: Mapping[str, Any]) -> Dict[str, Any]:
    """A tool's own keys, with its parameters under a provider's name for them."""
    made = {"name": tool["name"]}
    if isinstance(tool.get("description"), str):
        made["description"] = tool["description"]
    if isinstance(tool.get("parameters"), dict):
        made[name] = tool["parameters"]
    return made


def _not_kept(name: str) -> UsageError:
    return UsageError(f"config.{name} is not of the form that px0 keeps")
