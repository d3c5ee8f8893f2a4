"""What a client decides: which source a text comes from, and what an answer means for what is kept. It does no input or output.

A call is a flow (see `_transport`): it yields what has to be done and ends with the result. The lock guards the state that the
flows of several threads share; it is never held over a step.
"""

from __future__ import annotations

import threading
import time
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Callable, Dict, Iterable, List, Mapping, Optional, Tuple, Union

from ._delivery.delivery_client import DeliveryClient
from ._chat import ChatVariablesError
from ._contracts import POLICIES, ContractError, UnknownContract, judge
from ._delivery.held_program import Declined, HeldProgram, judge_here, render_here
from ._delivery.locate import Elsewhere, locate_in
from ._delivery.locate import Gone as NotThere
from ._delivery.prompt_index import HeldPrompt
from ._fallbacks import Fallback, FallbackRenderer, renderer
from ._hint import hint_sentence
from ._judge import Gone, Live, judge_render, parse_object
from ._kept import Kept, KeptTemplates, Wanted
from ._options import CacheOptions, Settings
from ._outage import Outage
from ._program import Program, Rendered, read_program
from ._reference import number_of, program_path, render_path, wanted_of
from ._revision import is_later
from ._transport import AwaitRevision, AwaitState, Flow, Request, Transport
from ._usage.usage import Usage, clock
from ._variables import body_of, json_of, variables_in, variables_of
from ._written import written_by
from .errors import InvalidRequestError, NotFoundError, RefusedError, TemplateError, UnreachableError, UsageError, refusal
from .result import RenderResult, Source, made_late, result_of, with_prompt, without_text

# As a precaution: a team may be deleted and made anew, and its prompts' numbers with it.
_FETCH_AGAIN_AFTER = 5 * 60.0
_FETCH_RETRY_AFTER = 10.0
_MOST_FAILURES_REMEMBERED = 1_000
_MOST_LIVE_REMEMBERED = 1_000
# Smaller progress of a confirmation is not worth a write.
_SAVE_CONFIRMATION_AFTER = 60.0
# How long a render waits for what this caller has written itself.
_PATIENCE_FOR_OWN_WRITE = 0.05
_MISSING_KEYS = (None, "error", "default", "zero")

# Runs a flow in the background, unless one of that name is under way.
Spawn = Callable[[str, Callable[[], Flow[Any]]], None]


@dataclass(eq=False)
class Call:
    """One call, with everything that does not change on its way."""

    wanted: Wanted
    # As the caller has them: what is rendered here looks at them as they are.
    given_here: Mapping[str, Any]
    missing_key: Optional[str]
    with_transcript: bool
    contract: Optional[str]
    fallback: Optional[FallbackRenderer]
    # What is held but earlier than what this caller has written, for when px0 cannot be asked.
    late: Optional[Callable[[UnreachableError], Optional[RenderResult]]] = None

    @cached_property
    def given(self) -> bytes:
        """As JSON. Raises UsageError."""
        return json_of(self.given_here)

    @property
    def variables(self) -> Dict[str, Any]:
        """What px0 gets to see. Raises UsageError for variables that only px0 can read."""
        return variables_in(self.given)

    @property
    def body(self) -> bytes:
        return body_of(self.given, self.missing_key, self.with_transcript, self.contract)


class Engine:
    """With what was `delivered`, if anything is: renders are made of that first. `changed` is called for what is worth to be saved,
    and `usage` counts what is rendered here.
    """

    def __init__(
        self,
        settings: Settings,
        spawn: Spawn,
        changed: Callable[[], None],
        delivered: Optional[DeliveryClient] = None,
        usage: Optional[Usage] = None,
    ) -> None:
        self._settings = settings
        self._usage = usage
        self._spawn = spawn
        self._changed = changed
        self._delivered = delivered
        # What calls for live versions ask for, by slug.
        self._live: Dict[str, Wanted] = {}
        self._transport = Transport(settings)
        self._written = written_by(settings.host, settings.access_token)
        if delivered is not None:
            delivered.on_other_installation = self._forget_revisions
        self._lock = threading.RLock()
        self._outage = Outage()
        keeps_nothing = settings.cache is None and delivered is None
        cache = CacheOptions(max_entries=0, max_bytes=0) if keeps_nothing else settings.cache or CacheOptions()
        self._cache = cache
        self._kept = KeptTemplates(cache.max_entries, cache.max_bytes)
        # While a template is fetched: the answer of px0 that it has to suit.
        self._awaited: Dict[Wanted, Live] = {}
        self._fetch_failed_at: Dict[Wanted, float] = {}

    def load(self, entries: Iterable[Kept]) -> None:
        """What an earlier process has kept."""
        with self._lock:
            for kept in entries:
                self._kept.set(kept)

    def begin_anew(self) -> None:
        """In a forked process: with what is kept, but nothing of what was under way, for that goes on in the parent only."""
        self._lock = threading.RLock()
        self._transport.begin_anew()
        self._written.begin_anew()
        self._outage = Outage()
        self._kept = self._kept.copy()
        self._awaited = {}
        self._fetch_failed_at = {}

    def forget(self) -> None:
        """Nothing of what is kept may be used any more."""
        with self._lock:
            for kept in self._kept.all():
                self._kept.remove(kept.wanted)

    def _forget_revisions(self) -> None:
        self._transport.forget_revision()
        self._written.forget()

    @property
    def outage_cause(self) -> Optional[UnreachableError]:
        """Why px0 is not asked at present; None when it is."""
        with self._lock:
            return self._outage.cause

    def entries(self) -> List[Kept]:
        """All that is kept."""
        with self._lock:
            return self._kept.all()

    def call(
        self,
        slug: str,
        variables: Optional[Mapping[str, Any]],
        more_variables: Mapping[str, Any],
        version: Optional[int],
        tag: Optional[str],
        fallback: Optional[Fallback],
        missing_key: Optional[str],
        team_id: Optional[str],
        with_transcript: bool,
        contract: Optional[str],
    ) -> Call:
        """Raises UsageError for a call that cannot work."""
        if version is None and tag is None and team_id is None and type(slug) is str:
            wanted = self._live.get(slug) or self._wanted_live(slug)
        else:
            wanted = wanted_of(slug, version, tag, team_id, self._settings.team_id)
        if missing_key not in _MISSING_KEYS:
            raise UsageError("missing_key must be 'error', 'default' or 'zero'")
        if not isinstance(with_transcript, bool):
            raise UsageError("with_transcript must be True or False")
        if contract is not None and contract not in POLICIES:
            raise UsageError("with_contract must be 'warn' or 'enforce'")
        call = Call(
            wanted=wanted,
            given_here=variables_of(variables, more_variables),
            missing_key=missing_key,
            with_transcript=with_transcript,
            contract=contract,
            fallback=self._settings.fallbacks.get(wanted.slug)
            if fallback is None
            else renderer(wanted.slug, fallback),
        )
        if self._delivered is None:
            # Now, for the caller may change them before the request is sent.
            _ = call.given
        return call

    def _wanted_live(self, slug: str) -> Wanted:
        """Looked at once: most calls are for the live versions of a few prompts."""
        wanted = wanted_of(slug, None, None, None, self._settings.team_id)
        if len(self._live) >= _MOST_LIVE_REMEMBERED:
            self._live = {}
        self._live[slug] = wanted
        return wanted

    def render_at_once(
        self, slug: str, variables: Optional[Mapping[str, Any]], more_variables: Mapping[str, Any]
    ) -> Optional[RenderResult]:
        """The live version of what is held, with no option, if that is all that there is to do. Raises what `render` raises."""
        delivered = self._delivered
        if delivered is None or type(slug) is not str or (self._written.text and self._lacks_own_write(delivered)):
            return None
        wanted = self._live.get(slug) or self._wanted_live(slug)
        made = self._from_delivered(delivered, wanted, variables_of(variables, more_variables), None, False, None)
        return made if isinstance(made, RenderResult) else None

    def render_held(self, call: Call) -> Optional[RenderResult]:
        """Of what is held, if that is all that there is to do; None when it takes the whole flow. Raises what `render` raises."""
        delivered = self._delivered
        if delivered is None or self._lacks_own_write(delivered):
            return None
        made = self._from_delivered_to(call, delivered)
        return made if isinstance(made, RenderResult) else None

    def render(self, call: Call) -> Flow[RenderResult]:
        """The flow of a call. Raises RefusedError, UnreachableError, TemplateError."""
        if self._delivered is not None:
            return (yield from self._render_delivered(call, self._delivered))
        served = self._fresh(call)
        if served is not None:
            return served
        return (yield from self._render_remote(call))

    def _render_delivered(self, call: Call, delivered: DeliveryClient) -> Flow[RenderResult]:
        is_initializing = delivered.view.state(delivered.options.now()) == "initializing"
        if is_initializing and delivered.options.mode != "file":
            yield AwaitState()
        _require_usable(delivered)
        written = self._written.text
        if written is not None and self._lacks_own_write(delivered):
            yield AwaitRevision(written, _PATIENCE_FOR_OWN_WRITE)
        made: Union[RenderResult, Elsewhere]
        if self._lacks_own_write(delivered):
            self._transport.see(self._written.text)
            call.late = lambda cause: self._late(call, delivered, cause)
            made = Elsewhere("this caller has written something later")
        else:
            made = self._from_delivered_to(call, delivered)
        if isinstance(made, RenderResult):
            return made
        if self._settings.remote_when_needed:
            self._transport.see(delivered.replica.floor)
            result = yield from self._render_remote(call)
            held = delivered.index.find(call.wanted.slug, call.wanted.team_id and call.wanted.team_id.lower())
            if held is None or result.source != "live":
                return result
            return with_prompt(result, held.prompt["id"], held.team_id)
        error = UnreachableError(f"{made.reason}, and px0 is not asked")
        result_here = self._without_px0(call, error)
        if result_here is None:
            raise error
        return result_here

    def _lacks_own_write(self, delivered: DeliveryClient) -> bool:
        """Whether this caller has written something that is later than what is held."""
        written = self._written.text
        if written is None or delivered.options.mode == "file":
            return False
        revision = delivered.view.revision
        return revision is None or is_later(written, revision)

    def _late(self, call: Call, delivered: DeliveryClient, cause: UnreachableError) -> Optional[RenderResult]:
        try:
            made = self._from_delivered_to(call, delivered)
        except RefusedError:
            return None
        return made_late(made, cause) if isinstance(made, RenderResult) else None

    def _from_delivered_to(self, call: Call, delivered: DeliveryClient) -> Union[RenderResult, Elsewhere]:
        return self._from_delivered(
            delivered, call.wanted, call.given_here, call.missing_key, call.with_transcript, call.contract
        )

    def _from_delivered(
        self,
        delivered: DeliveryClient,
        wanted: Wanted,
        variables: Mapping[str, Any],
        missing_key: Optional[str],
        with_transcript: bool,
        of_call: Optional[str],
    ) -> Union[RenderResult, Elsewhere]:
        """Of what is held, or the reason why that cannot be. Raises what px0 would."""
        began_at = clock()
        view = delivered.view
        now = delivered.now()
        state = view.state_now if now < view.until else view.state(now)
        location = locate_in(delivered.index, delivered.replica, wanted, state, delivered.options.audience)
        age_ms = view.age_ms(now)
        age = None if age_ms is None else age_ms / 1000
        is_stale = state != "ready"
        if is_stale:
            _require_usable(delivered)
            if self._is_too_old(age):
                return Elsewhere("what is held is too old")
        try:
            if isinstance(location, HeldProgram):
                source: Source = view.confirmation
                prompt_id, team_id, number, tags = location.prompt_id, location.team_id, location.number, location.tags
                if of_call is None and location.contract is None:
                    contract = None
                else:
                    contract = location.judge(variables, missing_key or "error", of_call)
                text, messages, config = location.render(variables, missing_key or "error", with_transcript, contract)
            elif isinstance(location, NotThere):
                # It may have been refused meanwhile, and emptied for that.
                _require_usable(delivered)
                raise NotFoundError(404, location.error)
            else:
                fetched = self._fetched(wanted, location)
                if fetched is None:
                    return location
                held, kept = fetched
                source, prompt_id, team_id, number, tags = "fetched", held.prompt["id"], held.team_id, kept.version, kept.tags
                of_prompt = held.prompt.get("contract")
                contract = judge_here(kept.program, of_prompt, of_call, variables, missing_key or "error")
                text, messages, config = render_here(
                    kept.program, variables, missing_key or "error", with_transcript, contract
                )
        except Declined as declined:
            return Elsewhere(str(declined))
        except InvalidRequestError:
            if self._usage is not None:
                self._usage.count(prompt_id, wanted.slug, number, source, began_at, True, variables)
            raise
        if self._usage is not None:
            self._usage.count(prompt_id, wanted.slug, number, source, began_at, False, variables)
        members = {
            "source": source,
            "slug": wanted.slug,
            "version": number,
            "tags": tags,
            "revision": view.revision,
            "age": age,
            "stale": is_stale,
            "cause": None,
            "messages": messages,
            "config": config,
            "prompt_id": prompt_id,
            "team_id": team_id,
            "contract": contract,
        }
        if text is not None:
            members["text"] = text
        return result_of(members)

    def _is_too_old(self, age: Optional[float]) -> bool:
        most = self._settings.max_stale
        return most is not None and (age is None or age > most)

    def _fetched(self, wanted: Wanted, location: Elsewhere) -> Optional[Tuple[HeldPrompt, Kept]]:
        """A version that was fetched by its number, of a prompt that is still delivered."""
        held = location.prompt
        kept = None if held is None else self._get(wanted)
        return None if held is None or kept is None or kept.prompt_id != held.prompt["id"] else (held, kept)

    def _render_remote(self, call: Call) -> Flow[RenderResult]:
        served = self._during_pause(call)
        if served is not None:
            return served
        try:
            return _live_result(call, (yield from self._ask(call)))
        except UnreachableError as error:
            result = self._without_px0(call, error)
            if result is None:
                raise
            return result

    def _fresh(self, call: Call) -> Optional[RenderResult]:
        """From what is kept, while that is young enough for the client."""
        fresh, revalidate = self._cache.fresh, self._cache.stale_while_revalidate
        if fresh + revalidate <= 0:
            return None
        kept = self._get(call.wanted)
        if kept is None or not kept.may_be_fresh:
            return None
        age = _age_of(kept)
        if age >= fresh + revalidate:
            return None
        result = self._from_kept(call, kept, None)
        if result is not None and age >= fresh:
            self._spawn(f"revalidate {call.wanted}", lambda: self._ask(call))
        return result

    def _during_pause(self, call: Call) -> Optional[RenderResult]:
        """While px0 is known to be away, whoever has something to go on with does not wait."""
        with self._lock:
            cause = self._outage.cause
        if cause is None:
            return None
        result = self._without_px0(call, cause)
        if result is None:
            return None
        with self._lock:
            is_due = self._outage.is_probe_due
        if is_due:
            # One at a time, by its name.
            self._spawn("probe", lambda: self._ask(call))
        return result

    def _ask(self, call: Call) -> Flow[Live]:
        """Raises RefusedError, UnreachableError."""
        try:
            answer = yield from self._transport.send(Request("POST", render_path(call.wanted), call.body))
            judgement = judge_render(self._settings, answer)
            if isinstance(judgement, UnreachableError):
                raise judgement
        except UnreachableError as error:
            with self._lock:
                self._outage.found(error)
            raise
        with self._lock:
            self._outage.answered()
            if isinstance(judgement, Live):
                self._confirm(call.wanted, judgement)
                return judgement
            if isinstance(judgement, Gone):
                self._remove(call.wanted)
                raise judgement.error
            self._end_freshness(call.wanted)
        raise judgement

    def _without_px0(self, call: Call, cause: UnreachableError) -> Optional[RenderResult]:
        late = None if call.late is None else call.late(cause)
        if late is not None:
            return late
        kept = self._get(call.wanted)
        result = None if kept is None else self._from_kept(call, kept, cause)
        if result is not None or call.fallback is None:
            return result
        text, messages, config = self._from_fallback(call, call.fallback)
        result = RenderResult(
            text=text or "",
            source="fallback",
            slug=call.wanted.slug,
            version=None,
            tags=(),
            revision=None,
            age=None,
            stale=True,
            cause=cause,
            messages=messages,
            config=config,
        )
        return without_text(result) if text is None else result

    def _from_kept(self, call: Call, kept: Kept, cause: Optional[UnreachableError]) -> Optional[RenderResult]:
        began_at = clock()
        result = _kept_result(call, kept, cause)
        if result is not None and self._usage is not None:
            given = call.given_here
            self._usage.count(kept.prompt_id, kept.wanted.slug, kept.version, result.source, began_at, False, given)
        return result

    def _from_fallback(self, call: Call, fallback: FallbackRenderer) -> Rendered:
        variables = call.variables
        began_at = clock()
        has_failed = False
        try:
            return fallback(variables, call.missing_key, call.with_transcript)
        except TemplateError:
            has_failed = True
            raise
        finally:
            if self._usage is not None:
                self._usage.count(None, call.wanted.slug, None, "fallback", began_at, has_failed, variables)

    def _get(self, wanted: Wanted) -> Optional[Kept]:
        with self._lock:
            return self._kept.get(wanted)

    def _confirm(self, wanted: Wanted, live: Live) -> None:
        # What is delivered needs no keeping; versions by number are not.
        is_kept = self._settings.cache is not None if self._delivered is None else _is_number(wanted)
        if not is_kept:
            return
        now = time.time()
        kept = self._kept.get(wanted)
        if kept is None or kept.version != live.version or _lacks(kept.program, live):
            self._end_freshness(wanted)
            self._fetch_program(wanted, live)
            return
        if not live.stale:
            confirmed_at = kept.confirmed_at
            kept = replace(
                kept,
                tags=live.tags,
                revision=live.revision,
                confirmed_at=now,
                origin=self._origin,
                may_be_fresh=True,
            )
            if now - confirmed_at > _SAVE_CONFIRMATION_AFTER:
                self._changed()
        self._kept.set(kept)
        if now - kept.fetched_at > _FETCH_AGAIN_AFTER:
            self._fetch_program(wanted, live)

    def _remove(self, wanted: Wanted) -> None:
        self._awaited.pop(wanted, None)
        if self._kept.remove(wanted):
            self._changed()

    def _end_freshness(self, wanted: Wanted) -> None:
        kept = self._kept.get(wanted)
        if kept is not None and kept.may_be_fresh:
            self._kept.set(replace(kept, may_be_fresh=False))

    def _fetch_program(self, wanted: Wanted, live: Live) -> None:
        """In the background, for the caller has its text already; for the latest answer, should another come meanwhile."""
        failed_at = self._fetch_failed_at.get(wanted)
        if failed_at is not None and time.monotonic() - failed_at < _FETCH_RETRY_AFTER:
            return
        self._awaited[wanted] = live
        self._spawn(f"fetch {wanted}", lambda: self._fetch(wanted))

    def _fetch(self, wanted: Wanted) -> Flow[None]:
        while True:
            with self._lock:
                awaited = self._awaited.get(wanted)
            if awaited is None:
                return
            version = awaited.version
            program, prompt_id, contract = yield from self._program_of(wanted, version)
            with self._lock:
                latest = self._awaited.get(wanted)
                if latest is None or latest.version != version:
                    continue
                del self._awaited[wanted]
                if program is None or _lacks(program, latest):
                    self._note_failed_fetch(wanted)
                else:
                    self._keep(wanted, latest, program, prompt_id, contract)
                return

    @property
    def _origin(self) -> str:
        return "cache" if self._delivered is None else "fetched"

    def _program_of(self, wanted: Wanted, version: int) -> Flow[Tuple[Optional[Program], Optional[str], Optional[str]]]:
        """With the id of its prompt, and the policy of that for contracts. None when it cannot be had at the moment, and for a draft, whose text may change under its number."""
        try:
            answer = yield from self._transport.send(Request("GET", program_path(wanted, version)))
        except UnreachableError:
            return None, None, None
        body = parse_object(answer.body) if answer.status == 200 else None
        prompt, got = (body or {}).get("prompt"), (body or {}).get("version")
        if not isinstance(prompt, dict) or not isinstance(got, dict):
            return None, None, None
        is_it = prompt.get("slug") == wanted.slug and got.get("version") == version and got.get("status") != "draft"
        # A px0 that knows no programs has texts only.
        prompt_id, contract = prompt.get("id"), prompt.get("contract")
        program = read_program(got.get("program"), got.get("template"), got.get("input_schema")) if is_it else None
        is_off = not isinstance(contract, str) or contract == "off"
        return program, prompt_id if isinstance(prompt_id, str) else None, None if is_off else contract

    def _note_failed_fetch(self, wanted: Wanted) -> None:
        if len(self._fetch_failed_at) >= _MOST_FAILURES_REMEMBERED:
            self._fetch_failed_at.clear()
        self._fetch_failed_at[wanted] = time.monotonic()

    def _keep(
        self, wanted: Wanted, live: Live, program: Program, prompt_id: Optional[str], contract: Optional[str]
    ) -> None:
        self._fetch_failed_at.pop(wanted, None)
        now = time.time()
        self._kept.set(
            Kept(
                wanted=wanted,
                version=live.version,
                tags=live.tags,
                program=program,
                revision=live.revision,
                confirmed_at=now,
                fetched_at=now,
                origin=self._origin,
                may_be_fresh=not live.stale,
                prompt_id=prompt_id,
                contract=contract,
            )
        )
        self._changed()


def _require_usable(delivered: DeliveryClient) -> None:
    """Raises RefusedError, and UsageError for what is closed."""
    view = delivered.view
    if view.observed.is_closed:
        raise UsageError("the client is closed")
    if view.refusal is not None:
        raise refusal(view.refusal.status, view.refusal.error, hint=hint_sentence(view.refusal.hint))


_SOURCES: Dict[str, Source] = {"snapshot": "snapshot", "fetched": "fetched"}


def _is_number(wanted: Wanted) -> bool:
    return wanted.ref is not None and number_of(wanted.ref) is not None


def _lacks(program: Program, live: Live) -> bool:
    """Whether it is the text alone of what has more: an SDK, or a px0, that knows no chats has had it."""
    return (live.messages is not None and not program.is_chat) or (live.config is not None and program.config is None)


def _live_result(call: Call, live: Live) -> RenderResult:
    result = RenderResult(
        text=live.text,
        source="live",
        slug=call.wanted.slug,
        version=live.version,
        tags=live.tags,
        revision=live.revision,
        age=0.0,
        stale=live.stale,
        cause=None,
        messages=live.messages,
        config=live.config,
        contract=live.contract,
    )
    return result if live.messages is None or call.with_transcript else without_text(result)


def _kept_result(call: Call, kept: Kept, cause: Optional[UnreachableError]) -> Optional[RenderResult]:
    missing_key = call.missing_key or "error"
    try:
        # What px0 would refuse is not rendered here, either.
        contract = judge(kept.program, kept.contract, call.contract, lambda: call.variables, missing_key)
    except (ContractError, ChatVariablesError, UnknownContract):
        return None
    rendered = kept.program.render(call.variables, missing_key, call.with_transcript)
    if rendered is None:
        return None
    text, messages, config = rendered
    result = RenderResult(
        text=text or "",
        source=_SOURCES.get(kept.origin, "cache"),
        slug=kept.wanted.slug,
        version=kept.version,
        tags=kept.tags,
        revision=kept.revision,
        age=_age_of(kept),
        stale=True,
        cause=cause,
        messages=messages,
        config=config,
        contract=contract,
    )
    return without_text(result) if text is None else result


def _age_of(kept: Kept) -> float:
    """Not negative, though clocks are set back."""
    return max(0.0, time.time() - kept.confirmed_at)
