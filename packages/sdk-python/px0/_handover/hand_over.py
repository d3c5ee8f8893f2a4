"""What a hand-over gives."""

from __future__ import annotations

import inspect
from importlib import import_module
from typing import Any, Callable, Dict, FrozenSet, List, NamedTuple, Optional, cast


class HandOver(NamedTuple):
    """A rendered prompt in a provider's form."""

    # The arguments of the provider's own client. They share values with the result.
    request: Dict[str, Any]
    # The keys of the configuration that the provider does not have.
    dropped: List[str]


def with_extra_body(request: Dict[str, Any], usual: FrozenSet[str], module: str, class_name: str) -> Dict[str, Any]:
    """The request with what `create` of the installed package does not name under `extra_body`, which it sends all the same.

    The request itself when the package is not installed: it is then meant for something else. Every release names what is `usual`,
    so the package, which takes long to import, is looked at for other settings only.
    """
    named = None if usual.issuperset(request) else _arguments_of_create(module, class_name)
    if named is None:
        return request
    more = {name: value for name, value in request.items() if name not in named}
    if not more:
        return request
    given = request.get("extra_body")
    extra_body = {**given, **more} if isinstance(given, dict) else more
    return {**{name: value for name, value in request.items() if name in named}, "extra_body": extra_body}


# By module; a package that is not installed may be so later.
_known: Dict[str, FrozenSet[str]] = {}


def _arguments_of_create(module: str, class_name: str) -> Optional[FrozenSet[str]]:
    """None when the package is missing or of another form."""
    if module not in _known:
        try:
            create = cast(Callable[..., Any], getattr(import_module(module), class_name).create)
            parameters = inspect.signature(create).parameters.values()
        except Exception:
            return None
        if any(parameter.kind is inspect.Parameter.VAR_KEYWORD for parameter in parameters):
            return None
        _known[module] = frozenset(parameter.name for parameter in parameters)
    return _known[module]
