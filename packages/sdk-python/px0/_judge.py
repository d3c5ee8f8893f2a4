"""What an answer to a render means, and what one without a result means to the generated client.

Only px0 itself can say that a prompt is gone or that a caller is refused, and only when it does not also say that it may be
behind. It says so as JSON, under its revision: a proxy, a firewall or a page for logging in that answers in its place has not
heard of either, and is an outage like whatever else came instead of a text.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any, Dict, List, Optional, Tuple, Union

from ._forms import is_message
from ._hint import hint_sentence
from ._options import Settings
from ._retries import parse_retry_after
from ._text import is_version_number, without_token
from ._transport import Answer
from .contract import ContractProblems, problems_in
from .errors import RefusedError, UnreachableError, refusal
from .result import Message

# Statuses of the 4xx range that tell of the moment, not of the request.
_OF_THE_MOMENT = frozenset((408, 425, 429))
# What a process that is behind may say wrongly: it has not heard of the key, the membership, the prompt.
_MAY_BE_BEHIND = frozenset((401, 403, 404))
_NOT_FOUND = 404
_CONTRACT = "px0-contract"
_HINT = "px0-hint"


@dataclass(frozen=True)
class Live:
    text: str
    # None for a text.
    messages: Optional[List[Message]]
    config: Optional[Dict[str, Any]]
    version: int
    tags: Tuple[str, ...]
    revision: Optional[str]
    # Whether px0 says that it may lack the latest changes.
    stale: bool
    # What px0 says that the variables violate.
    contract: Optional[ContractProblems]


@dataclass(frozen=True)
class Gone:
    error: RefusedError


Judgement = Union[Live, Gone, RefusedError, UnreachableError]


def judge_render(settings: Settings, answer: Answer) -> Judgement:
    host = settings.host
    is_stale = answer.headers.get("px0-stale") == "true"
    if answer.status == 200:
        live = _live_of(parse_object(answer.body) or {}, answer, is_stale)
        return live or no_answer(host, answer, "which is not a render by px0")
    error = judge_error(host, settings.access_token, answer)
    return Gone(error) if isinstance(error, RefusedError) and answer.status == _NOT_FOUND else error


def judge_error(host: str, access_token: str, answer: Answer) -> Union[RefusedError, UnreachableError]:
    """What an answer without a result means, of any operation."""
    told = (parse_object(answer.body) or {}).get("error")
    error = without_token(access_token, told) if isinstance(told, str) else None
    if not 400 <= answer.status < 500 or answer.status in _OF_THE_MOMENT:
        return no_answer(host, answer, error)
    if answer.headers.get("px0-stale") == "true" and answer.status in _MAY_BE_BEHIND:
        return no_answer(host, answer, f"{error or 'no reason'}, but it may lack the latest changes")
    if error is None or "px0-revision" not in answer.headers:
        return no_answer(host, answer, "which is not a response from px0")
    hint = hint_sentence(answer.headers.get(_HINT))
    shown = None if hint is None else without_token(access_token, hint)
    return refusal(answer.status, error, problems_in(answer.headers.get(_CONTRACT)), shown)


def parse_object(body: bytes) -> Optional[Dict[str, Any]]:
    """The value of a JSON text that is an object; None for every other text."""
    try:
        value = json.loads(body)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict) else None


def _live_of(body: Dict[str, Any], answer: Answer, is_stale: bool) -> Optional[Live]:
    rendered, version, tags = body.get("rendered"), body.get("version"), body.get("tags")
    if not isinstance(rendered, str) or not isinstance(version, int) or not isinstance(tags, list):
        return None
    if not is_version_number(version) or not all(isinstance(tag, str) for tag in tags):
        return None
    messages, config = body.get("messages"), body.get("config")
    if not isinstance(config, (dict, type(None))) or not isinstance(messages, (list, type(None))):
        return None
    if not all(map(is_message, messages or ())):
        return None
    contract = problems_in(answer.headers.get(_CONTRACT))
    return Live(rendered, messages, config, version, tuple(tags), answer.headers.get("px0-revision"), is_stale, contract)


def no_answer(host: str, answer: Answer, detail: Optional[str]) -> UnreachableError:
    """The error of an answer that decides nothing."""
    return UnreachableError(
        f"px0 at {host} answered {answer.status}{'' if detail is None else f': {detail}'}",
        status=answer.status,
        retry_after=parse_retry_after(answer.headers.get("retry-after")),
    )
