/**
 * Proves a history: a pure function from what clients saw, and what the system held at the end, to the promises that were broken. It
 * never assumes more than clients can know: an answer that did not come may mean that the action happened, even later.
 * See docs/decisions/131-judged-histories.md.
 */
import { compareTokens, decodeToken } from '@px0/event-bus';
import {
  type Action,
  type FinalState,
  type Operation,
  renderedFrom,
  templateOf,
  type VersionState,
} from './history.ts';

export type Promised =
  | 'acknowledged write lost'
  | 'write applied twice'
  | 'written by nobody'
  | 'not exactly one live version'
  | 'live version that nobody made live last'
  | 'replica differs from the registry'
  | 'mixed or wrong text'
  | 'rendered before it was live'
  | 'stale without a mark'
  | 'token without its write'
  | 'revoked and accepted'
  | 'revoked and accepted in the end'
  | 'valid and refused'
  | 'answer outside the description'
  // With servers of which one takes over from another:
  | 'lost write came back'
  | 'lost and accepted'
  | 'disagreement after a failover'
  | 'render failed';

export interface Violation {
  readonly broken: Promised;
  readonly what: string;
  /** The operations that contradict each other: the minimal history. */
  readonly evidence: readonly Operation[];
}

export type Of<Kind extends Action['kind']> = Operation & {
  readonly action: Extract<Action, { kind: Kind }>;
};

/** What the owners' databases hold of a run. */
export type Held = Pick<FinalState, 'prompts' | 'keys' | 'accounts' | 'roles'>;

/** How the answers to requests are judged. */
export interface View {
  /** The versions that the prompt may have had when the render was answered. */
  readonly versionsFor: (render: Operation, prompt: string) => readonly VersionState[];
  /** Whether the request asked for a state that includes what the write did, and that state was there to be had. */
  readonly covers: (request: Operation, write: Operation) => boolean;
}

export function check(history: readonly Operation[], final: FinalState): readonly Violation[] {
  const statesOf = new Map(final.prompts.map(({ id, versions: states }) => [id, states]));
  return [
    ...checkEach(history),
    ...checkEnd(history, final),
    ...checkHeld(history, final),
    ...checkSeen(history, { covers, versionsFor: (_render, prompt) => statesOf.get(prompt) ?? [] }),
  ];
}

/** What each answer promises by itself. */
export function checkEach(history: readonly Operation[]): readonly Violation[] {
  return [...answers(history), ...tokens(history)];
}

/** Whether what is held is what the writes of the history made. */
export function checkHeld(history: readonly Operation[], held: Held): readonly Violation[] {
  return [
    ...versions(history, held),
    ...liveVersions(history, held),
    ...keys(history, held),
    ...accounts(history, held),
    ...roles(history, held),
  ];
}

/** Whether every process agrees in the end with what is held. */
export function checkEnd(history: readonly Operation[], final: FinalState): readonly Violation[] {
  return [...replicas(final), ...acceptedInTheEnd(history, final)];
}

/** Whether what was answered follows from the writes. */
export function checkSeen(history: readonly Operation[], view: View): readonly Violation[] {
  return [...renders(history, view), ...refusals(history, view), ...acceptances(history, view)];
}

/** The violations, and nothing of the history but what they rest on. */
export function explain(violations: readonly Violation[]): string {
  return violations
    .map(({ broken, what, evidence }) =>
      [`${broken}: ${what}`, ...evidence.map((one) => `  ${line(one)}`)].join('\n'),
    )
    .join('\n');
}

/** An operation for a person to read. */
export function line({ id, worker, at, start, end, action, carried, answer }: Operation): string {
  const seen =
    answer === undefined ? 'no answer' : JSON.stringify({ ...answer, revision: shown(answer.revision) });
  const asked = carried === undefined ? '' : ` carrying ${shown(carried)}`;
  return `#${id} ${Math.round(start)}-${Math.round(end)} ms, worker ${worker}, ${at}: ${JSON.stringify(action)}${asked} -> ${seen}`;
}

function shown(token: string | undefined): string | undefined {
  const decoded = token === undefined ? undefined : decodeToken(token);
  return decoded === undefined ? token : `${decoded.epoch}:${decoded.sequence}`;
}

export function isKind<Kind extends Action['kind']>(
  kind: Kind,
): (operation: Operation) => operation is Of<Kind> {
  return (operation): operation is Of<Kind> => operation.action.kind === kind;
}

export function wasAcknowledged({ answer }: Operation): boolean {
  return answer !== undefined && answer.status >= 200 && answer.status < 300;
}

/** No answer, or one that does not exclude that it happened. A deletion that was sent twice may say that there is nothing. */
function mayHaveHappened({ answer, action }: Operation): boolean {
  if (answer === undefined || answer.status >= 500) return true;
  return action.kind === 'revoke' && answer.status === 404;
}

/** Whether the request asked for a state that includes what the other one, which had been answered by then, did. */
export function covers(request: Operation, { answer, end }: Operation): boolean {
  if (request.start < end) return false;
  if (request.carried === undefined || answer?.revision === undefined || answer.pending) return false;
  const [asked, made] = [decodeToken(request.carried), decodeToken(answer.revision)];
  return asked !== undefined && made !== undefined && compareTokens(asked, made) >= 0;
}

function isFresh({ answer }: Operation): boolean {
  return answer !== undefined && !answer.stale;
}

function answers(history: readonly Operation[]): Violation[] {
  return history.flatMap((operation) => {
    const { answer } = operation;
    const wrong = answer?.undescribed ?? (answer?.status === 500 ? 'status 500' : undefined);
    return wrong === undefined
      ? []
      : [{ broken: 'answer outside the description', what: wrong, evidence: [operation] }];
  });
}

/** The revision of a write that is not pending is one that nobody had been given before the write began. */
function tokens(history: readonly Operation[]): Violation[] {
  const given = history
    .flatMap((operation) => {
      const token = decodeToken(operation.answer?.revision ?? '');
      return token === undefined ? [] : [{ operation, token }];
    })
    .toSorted((one, other) => compareTokens(other.token, one.token));
  return history.filter(isWrite).flatMap((write): Violation[] => {
    const token = decodeToken(write.answer?.revision ?? '');
    if (token === undefined || !wasAcknowledged(write) || write.answer?.pending) return [];
    const earlier = given.find(({ operation }) => operation.end < write.start);
    if (earlier === undefined || compareTokens(earlier.token, token) < 0) return [];
    const what = 'its revision had been handed out before it began';
    return [{ broken: 'token without its write', what, evidence: [earlier.operation, write] }];
  });
}

/** Of those whose success always publishes something. */
function isWrite({ action }: Operation): boolean {
  return ['create-version', 'promote', 'create-key', 'register'].includes(action.kind);
}

function versions(history: readonly Operation[], final: Held): Violation[] {
  const creations = history.filter(isKind('create-version'));
  const requested = new Map(creations.map((one) => [templateOf(one.action.marker), one]));
  const found: Violation[] = [];
  for (const { id, versions: states } of final.prompts) {
    const byTemplate = Map.groupBy(states, ({ template }) => template);
    for (const [template, copies] of byTemplate) {
      const creation = requested.get(template);
      if (creation === undefined || creation.action.prompt !== id) {
        found.push({ broken: 'written by nobody', what: `${id}: ${template}`, evidence: [] });
      } else if (copies.length > 1) {
        const what = `versions ${copies.map(({ number }) => number).join(' and ')} of ${id}`;
        found.push({ broken: 'write applied twice', what, evidence: [creation] });
      }
    }
    for (const creation of creations) {
      if (creation.action.prompt !== id || !wasAcknowledged(creation)) continue;
      const state = states.find(({ number }) => number === creation.answer?.version);
      if (state?.template !== templateOf(creation.action.marker)) {
        const what = `version ${creation.answer?.version} of ${id} is ${state?.template ?? 'missing'}`;
        found.push({ broken: 'acknowledged write lost', what, evidence: [creation] });
      }
    }
  }
  return found;
}

/** Promotions that made a version live, or may have done so. */
interface LiveWrites {
  readonly certain: readonly Of<'promote'>[];
  readonly possible: readonly Of<'promote'>[];
}

function liveWritesOf(history: readonly Operation[], prompt: string): LiveWrites {
  const promotions = history.filter(isKind('promote')).filter(({ action }) => action.prompt === prompt);
  return {
    certain: promotions.filter((one) => wasAcknowledged(one) && one.answer?.text === 'live'),
    possible: promotions.filter(mayHaveHappened),
  };
}

function liveVersions(history: readonly Operation[], final: Held): Violation[] {
  return final.prompts.flatMap(({ id, versions: states }): Violation[] => {
    const live = states.filter(({ status }) => status === 'live').map(({ number }) => number);
    const { certain, possible } = liveWritesOf(history, id);
    if (live.length > 1 || (live.length === 0 && certain.length > 0)) {
      const what = `${id} has ${live.length} live versions: ${live.join(', ')}`;
      return [{ broken: 'not exactly one live version', what, evidence: certain }];
    }
    const [number] = live;
    if (number === undefined || possible.some(({ action }) => action.version === number)) return [];
    const ofThis = certain.filter(({ action }) => action.version === number);
    const after = (write: Operation) => certain.filter((other) => other.start > write.end);
    if (ofThis.some((write) => after(write).length === 0)) return [];
    const overtaking = ofThis.flatMap(after).at(-1);
    return [
      {
        broken: ofThis.length === 0 ? 'live version that nobody made live last' : 'acknowledged write lost',
        what: `version ${number} of ${id} is live in the end`,
        evidence: [...ofThis.slice(-1), ...(overtaking === undefined ? [] : [overtaking])],
      },
    ];
  });
}

function replicas(final: FinalState): Violation[] {
  return final.prompts.flatMap(({ id, versions: states, rendered }) => {
    const live = states.find(({ status }) => status === 'live');
    return rendered.flatMap(({ replica, status, version, text }): Violation[] => {
      const agrees =
        live === undefined
          ? status === 404
          : status === 200 && version === live.number && text === renderedFrom(live.template, 'final');
      const what = `${replica} answers ${status}, version ${version}, ${text} for ${id}; live is ${live?.number}`;
      return agrees ? [] : [{ broken: 'replica differs from the registry', what, evidence: [] }];
    });
  });
}

function renders(history: readonly Operation[], view: View): Violation[] {
  const all = history.filter(isKind('render'));
  const writes = new Map(
    [...new Set(all.map(({ action }) => action.prompt))].map((id) => [id, liveWritesOf(history, id)]),
  );
  const creations = Map.groupBy(history.filter(isKind('create-version')), ({ action }) => action.prompt);
  return all.flatMap((render): Violation[] => {
    const { prompt, version } = render.action;
    const live = writes.get(prompt);
    if (live === undefined || render.answer === undefined) return [];
    if (render.answer.status === 404) return missing(render, live, creations.get(prompt) ?? [], view);
    if (render.answer.status !== 200) return [];
    const wrong = wrongText(render, view.versionsFor(render, prompt));
    if (wrong !== undefined) return [{ broken: 'mixed or wrong text', what: wrong, evidence: [render] }];
    return version === undefined ? [...tooEarly(render, live), ...superseded(render, live, view)] : [];
  });
}

function wrongText({ action, answer }: Of<'render'>, states: readonly VersionState[]): string | undefined {
  if (action.version !== undefined && answer?.version !== action.version) {
    return `version ${answer?.version} instead of ${action.version}`;
  }
  const expected = states
    .filter(({ number }) => number === answer?.version)
    .map(({ template }) => renderedFrom(template, action.input));
  if (answer?.text !== undefined && expected.includes(answer.text)) return undefined;
  return `version ${answer?.version} is ${expected.map((text) => `"${text}"`).join(' or ') || 'missing'}`;
}

function tooEarly(render: Of<'render'>, { certain, possible }: LiveWrites): Violation[] {
  const number = render.answer?.version;
  const began = [...certain, ...possible].filter(({ action }) => action.version === number);
  if (began.some(({ start }) => start <= render.end)) return [];
  const what = `version ${number} was rendered and had not been promoted`;
  return [{ broken: 'rendered before it was live', what, evidence: [render, ...began.slice(0, 1)] }];
}

/** The request asked for a state with a later promotion in it, and got the version of an earlier one, unmarked. */
function superseded(render: Of<'render'>, { certain, possible }: LiveWrites, view: View): Violation[] {
  const number = render.answer?.version;
  if (!isFresh(render) || possible.some(({ action }) => action.version === number)) return [];
  const ofThis = certain.filter(({ action }) => action.version === number);
  const newer = certain.find(
    (write) =>
      write.action.version !== number &&
      view.covers(render, write) &&
      ofThis.every(({ end }) => end < write.start),
  );
  if (newer === undefined) return [];
  const what = `version ${number} was rendered; the request asked for a state in which ${newer.action.version} had replaced it`;
  return [{ broken: 'stale without a mark', what, evidence: [...ofThis.slice(-1), newer, render] }];
}

function missing(
  render: Of<'render'>,
  { certain }: LiveWrites,
  creations: readonly Operation[],
  view: View,
): Violation[] {
  if (!isFresh(render)) return [];
  const { version } = render.action;
  const proof =
    version === undefined
      ? certain.find((write) => view.covers(render, write))
      : creations.find(
          (write) =>
            wasAcknowledged(write) && write.answer?.version === version && view.covers(render, write),
        );
  if (proof === undefined) return [];
  return [
    { broken: 'stale without a mark', what: 'it is there and was not found', evidence: [proof, render] },
  ];
}

function usesOf(history: readonly Operation[], credential: string): readonly Operation[] {
  return history.filter(
    ({ action }) => (action.kind === 'render' || action.kind === 'read') && action.credential === credential,
  );
}

/** A key is listed once, until it is revoked. */
function keys(history: readonly Operation[], held: Held): Violation[] {
  const revocations = history.filter(isKind('revoke'));
  const revoked = new Set(revocations.map(({ action }) => action.credential));
  const made = history.filter(isKind('create-key')).flatMap((creation): Violation[] => {
    const { credential } = creation.action;
    const listed = held.keys.filter((name) => name === credential).length;
    const what = `${credential} is listed ${listed} times`;
    if (listed > 1) return [{ broken: 'write applied twice', what, evidence: [creation] }];
    if (listed === 1 || revoked.has(credential) || !wasAcknowledged(creation)) return [];
    return [{ broken: 'acknowledged write lost', what, evidence: [creation] }];
  });
  const ended = revocations
    .filter((one) => wasAcknowledged(one) && held.keys.includes(one.action.credential))
    .map((revocation): Violation => {
      const what = `${revocation.action.credential} is listed`;
      return { broken: 'acknowledged write lost', what, evidence: [revocation] };
    });
  return [...made, ...ended];
}

/** What was handed out and never taken back is accepted by whoever knows of it. */
function refusals(history: readonly Operation[], view: View): Violation[] {
  const revoked = new Set(history.filter(isKind('revoke')).map(({ action }) => action.credential));
  const made = history.filter((one) => one.action.kind === 'create-key' || one.action.kind === 'log-in');
  return made.filter(wasAcknowledged).flatMap((creation): Violation[] => {
    const credential = 'credential' in creation.action ? creation.action.credential : '';
    if (revoked.has(credential)) return [];
    const refused = usesOf(history, credential).find(
      (use) =>
        (use.answer?.status === 401 || use.answer?.status === 403) &&
        isFresh(use) &&
        view.covers(use, creation),
    );
    if (refused === undefined) return [];
    return [{ broken: 'valid and refused', what: credential, evidence: [creation, refused] }];
  });
}

function acceptances(history: readonly Operation[], view: View): Violation[] {
  return history
    .filter(isKind('revoke'))
    .filter(wasAcknowledged)
    .flatMap((revocation): Violation[] => {
      const { credential } = revocation.action;
      return usesOf(history, credential)
        .filter(
          (use) =>
            wasAcknowledged(use) &&
            isFresh(use) &&
            use.start > revocation.end &&
            view.covers(use, revocation),
        )
        .map((use) => ({ broken: 'revoked and accepted', what: credential, evidence: [revocation, use] }));
    });
}

function acceptedInTheEnd(history: readonly Operation[], final: FinalState): Violation[] {
  return history
    .filter(isKind('revoke'))
    .filter(wasAcknowledged)
    .flatMap((revocation) =>
      final.stillAccepted
        .filter(({ credential }) => credential === revocation.action.credential)
        .map(({ credential, at }): Violation => {
          const what = `${credential} by ${at}`;
          return { broken: 'revoked and accepted in the end', what, evidence: [revocation] };
        }),
    );
}

function accounts(history: readonly Operation[], final: Held): Violation[] {
  return history.filter(isKind('register')).flatMap((registration): Violation[] => {
    const state = final.accounts.find(({ email }) => email === registration.action.email);
    const evidence = [registration];
    if (state === undefined || !state.exists) {
      return wasAcknowledged(registration)
        ? [{ broken: 'acknowledged write lost', what: 'the account does not exist', evidence }]
        : [];
    }
    const what = `the account has ${state.organizations} organizations and ${state.teams} teams`;
    if (state.organizations > 1 || state.teams > 1)
      return [{ broken: 'write applied twice', what, evidence }];
    if (state.organizations < 1 || state.teams < 1)
      return [{ broken: 'acknowledged write lost', what, evidence }];
    return [];
  });
}

function roles(history: readonly Operation[], final: Held): Violation[] {
  return final.roles.flatMap(({ team, user, role }): Violation[] => {
    const writes = history
      .filter(isKind('set-role'))
      .filter(({ action }) => action.team === team && action.user === user);
    if (writes.some((write) => mayHaveHappened(write) && write.action.role === role)) return [];
    const certain = writes.filter(wasAcknowledged);
    if (certain.length === 0) return [];
    const last = certain.filter((write) => certain.every((other) => other.start <= write.end));
    if (last.some(({ action }) => action.role === role)) return [];
    const what = `${user} is ${role} in ${team}`;
    return [{ broken: 'acknowledged write lost', what, evidence: last }];
  });
}
