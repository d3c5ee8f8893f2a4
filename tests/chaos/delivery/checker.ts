/**
 * Judges what applications rendered while everything failed: a pure function from what they reported, what the network saw and what was
 * written to the promises that were broken. As the checker of histories, it assumes no more than clients can know. See
 * docs/decisions/172-chaos-of-deliveries.md.
 */
import { compareTokens, decodeToken } from '@px0/event-bus';
import { line } from '../checker.ts';
import { type Operation, renderedFrom, type VersionState } from '../history.ts';
import type { Delay, Rendered, Stretch } from './application.ts';
import type { DeliveryRequest } from './network.ts';

export type Promised =
  | 'a held prompt did not render'
  | 'another text than its version has'
  | 'back in time'
  | 'back to a version that nobody promoted again'
  | 'no connection within 30 s of calm'
  | 'no agreement within 5 s of a connection'
  | 'rendered by a revoked key';

export interface Violation {
  readonly broken: Promised;
  readonly what: string;
  readonly evidence: readonly string[];
}

export interface JudgedClient {
  readonly number: number;
  /** For people: its language, mode and number. */
  readonly name: string;
  /** Targets that it may lose, because their prompt leaves its only team. */
  readonly mayLose: ReadonlySet<number>;
  /** It asks a relay, which may have been answered by px0 later than the client by the relay. */
  readonly isRelayed?: boolean;
  /** When its key's revocation was asked for, and when it was answered. */
  readonly revocation?: { readonly asked: number; readonly answered: number };
}

export interface JudgedTarget {
  readonly prompt: string;
  readonly slug: string;
  readonly tag: string;
}

/** What px0 itself says in the end. */
export type Expected = { readonly version: number; readonly text: string } | 'not found';

export interface Evidence {
  readonly clients: readonly JudgedClient[];
  readonly targets: readonly JudgedTarget[];
  readonly stretches: readonly Stretch[];
  /** By client: of its own process, of the proxies' and of px0's. */
  readonly delays: (client: number) => readonly Delay[];
  readonly requests: readonly DeliveryRequest[];
  readonly history: readonly Operation[];
  readonly versions: ReadonlyMap<string, readonly VersionState[]>;
  /** From when on everything runs and px0's processes agree. */
  readonly calmAt: number;
  /** The clients whose stream has been open since before the calm, and of which nothing was lost. */
  readonly openAtCalm: ReadonlySet<number>;
  /** The clients whose stream was open and healthy when their key was revoked. */
  readonly openAtRevocation: ReadonlySet<number>;
  readonly expected: (client: number, target: number) => Expected;
}

export const CONNECT_MS = 30_000;
export const AGREE_MS = 5_000;
export const REVOKE_MS = 250;
/** What an answer takes from the proxy to the client's next render. */
const HEAR_MS = 100;

export function check(evidence: Evidence): readonly Violation[] {
  return evidence.clients.flatMap((client) => {
    const own = evidence.stretches.filter((stretch) => stretch.client === client.number);
    return [
      ...failures(client, own, evidence),
      ...texts(client, own, evidence),
      ...revisions(client, own),
      ...versions(client, own, evidence),
      ...(client.revocation === undefined
        ? agreement(client, own, evidence)
        : revoked(client, own, evidence)),
    ];
  });
}

export function explain(violations: readonly Violation[]): string {
  return violations
    .map(({ broken, what, evidence }) =>
      [`${broken}: ${what}`, ...evidence.map((one) => `  ${one}`)].join('\n'),
    )
    .join('\n');
}

/** A stretch for a person to read. */
export function shown({ target, life, rendered, from, until, count }: Stretch): string {
  const { revision } = rendered;
  const token = revision ? decodeToken(revision) : undefined;
  const readable = {
    ...rendered,
    ...(token !== undefined && { revision: `${token.epoch}:${token.sequence}` }),
  };
  return `${Math.round(from)}-${until === undefined ? '' : Math.round(until)} ms, life ${life}, target ${target}, ${count ?? '?'} times: ${JSON.stringify(readable)}`;
}

function failures(
  { name, mayLose, revocation }: JudgedClient,
  own: readonly Stretch[],
  { targets }: Evidence,
): Violation[] {
  return own.flatMap((stretch, index): Violation[] => {
    const { kind } = stretch.rendered;
    if (kind === 'text' || isPending(stretch) || isBeforeAnything(stretch, own)) return [];
    const isLost = mayLose.has(stretch.target) && (kind === 'not found' || kind === 'unreachable');
    // A new process of a client that was refused holds nothing.
    const mayFail = revocation !== undefined && stretch.from >= revocation.asked;
    if (isLost || (mayFail && (kind === 'unauthorized' || kind === 'unreachable'))) return [];
    const before = own.slice(0, index).findLast(({ target }) => target === stretch.target);
    const what = `${name}, ${targets[stretch.target]?.slug}`;
    return [
      {
        broken: 'a held prompt did not render',
        what,
        evidence: [...(before ? [shown(before)] : []), shown(stretch)],
      },
    ];
  });
}

/** A tag was moved to a version whose text px0 could not read within a second: it is rendered remotely until the text follows. */
function isPending({ rendered: { kind, text } }: Stretch): boolean {
  return kind === 'unreachable' && text.includes('the version is pending');
}

/** The first process begins with nothing, and it is asked before it holds anything. */
function isBeforeAnything({ life, from }: Stretch, own: readonly Stretch[]): boolean {
  return life === 1 && !own.some((one) => one.rendered.kind === 'text' && one.from < from);
}

function texts(
  { name }: JudgedClient,
  own: readonly Stretch[],
  { targets, versions: known }: Evidence,
): Violation[] {
  return own.flatMap((stretch): Violation[] => {
    const { kind, version, text } = stretch.rendered;
    if (kind !== 'text') return [];
    const states = known.get(targets[stretch.target]?.prompt ?? '') ?? [];
    const state = states.find(({ number }) => number === version);
    const expected = state === undefined ? undefined : renderedFrom(state.template, 'x');
    if (text === expected) return [];
    const what = `${name}: version ${version} is "${expected}"`;
    return [{ broken: 'another text than its version has', what, evidence: [shown(stretch)] }];
  });
}

/** The revision that a process says it renders from never falls. */
function revisions({ name }: JudgedClient, own: readonly Stretch[]): Violation[] {
  return [...Map.groupBy(own, ({ life }) => life).values()].flatMap((stretches) => {
    let highest: Stretch | undefined;
    const found: Violation[] = [];
    for (const stretch of stretches) {
      const [now, before] = [tokenOf(stretch.rendered), highest && tokenOf(highest.rendered)];
      if (now === undefined) continue;
      if (highest !== undefined && before !== undefined && compareTokens(now, before) < 0) {
        found.push({ broken: 'back in time', what: name, evidence: [shown(highest), shown(stretch)] });
      } else highest = stretch;
    }
    return found;
  });
}

function tokenOf({ revision }: Rendered) {
  return revision ? decodeToken(revision) : undefined;
}

/** An earlier version follows a later one only where somebody may have made it live, or tagged it, after that. */
function versions(
  { name }: JudgedClient,
  own: readonly Stretch[],
  { targets, history }: Evidence,
): Violation[] {
  return targets.flatMap((target, number): Violation[] => {
    const writes = history.filter(({ action }) => isWriteOf(action, target));
    return [...Map.groupBy(own, ({ life }) => life).values()].flatMap((stretches) => {
      const seen = stretches.filter((one) => one.target === number && one.rendered.kind === 'text');
      return seen.slice(1).flatMap((stretch, index): Violation[] => {
        const before = seen[index];
        const [from, to] = [before?.rendered.version, stretch.rendered.version];
        if (before === undefined || from === to) return [];
        const began = writes.find((write) => versionOf(write) === from)?.start ?? 0;
        const again = writes.filter((write) => versionOf(write) === to);
        if (again.some((write) => mayTakeEffectAfter(write, began))) return [];
        const evidence = [shown(before), shown(stretch), ...again.map(line)];
        const broken = 'back to a version that nobody promoted again';
        return [{ broken, what: `${name}, ${target.slug} ${target.tag}`, evidence }];
      });
    });
  });
}

function isWriteOf(action: Operation['action'], { prompt, tag }: JudgedTarget): boolean {
  return tag === ''
    ? action.kind === 'promote' && action.prompt === prompt
    : action.kind === 'set-tag' && action.prompt === prompt && action.tag === tag;
}

function versionOf({ action }: Operation): number | undefined {
  return 'version' in action ? action.version : undefined;
}

function mayTakeEffectAfter({ answer, end }: Operation, time: number): boolean {
  return answer === undefined || answer.status >= 500 || end >= time;
}

function agreement(
  { number, name, isRelayed = false }: JudgedClient,
  own: readonly Stretch[],
  { targets, requests, calmAt, openAtCalm, expected, delays }: Evidence,
): Violation[] {
  const connectedAt = isRelayed
    ? calmAt + CONNECT_MS
    : openAtCalm.has(number)
      ? calmAt
      : contact(number, requests, calmAt);
  const latest = connectedAt ?? Number.POSITIVE_INFINITY;
  if (latest > calmAt + CONNECT_MS + lateness(delays(number), calmAt, calmAt + CONNECT_MS)) {
    const what = `${name}: ${connectedAt === undefined ? 'none' : `after ${Math.round(latest - calmAt)} ms`}`;
    const evidence = requests
      .filter(({ client }) => client === number)
      .slice(-10)
      .map(requestShown);
    return [{ broken: 'no connection within 30 s of calm', what, evidence }];
  }
  return targets.flatMap((target, index): Violation[] => {
    const seen = own.filter((stretch) => stretch.target === index);
    const wanted = expected(number, index);
    const last = seen.findLastIndex(({ rendered }) => !isAs(rendered, wanted));
    const agreed = seen[last + 1];
    const limit = latest + AGREE_MS;
    if (agreed !== undefined && agreed.from <= limit + lateness(delays(number), latest, limit)) return [];
    const what = `${name}, ${target.slug} ${target.tag}: connected at ${Math.round(latest)} ms; px0 has ${JSON.stringify(wanted)}`;
    const broken = 'no agreement within 5 s of a connection';
    return [{ broken, what, evidence: seen.slice(Math.max(0, last - 1)).map(shown) }];
  });
}

function isAs({ kind, version, text }: Rendered, expected: Expected): boolean {
  if (expected === 'not found') return kind === 'not found';
  return kind === 'text' && version === expected.version && text === expected.text;
}

/** When px0 itself first answered after this time. */
export function contact(
  client: number,
  requests: readonly DeliveryRequest[],
  after: number,
  statuses: readonly number[] = [200, 304],
): number | undefined {
  return requests.find(
    ({ answeredAt = 0, status = 0, isPx0s, ...request }) =>
      request.client === client && answeredAt >= after && isPx0s() && statuses.includes(status),
  )?.answeredAt;
}

/** A request for a person to read. */
export function requestShown({ at, answeredAt, status, isStream, isPx0s }: DeliveryRequest): string {
  const answered = answeredAt === undefined ? 'no answer' : `${status} at ${Math.round(answeredAt)} ms`;
  return `${isStream ? 'stream' : 'poll'} at ${Math.round(at)} ms: ${answered}${isPx0s() ? ' by px0' : ''}`;
}

function revoked(
  { number, name, revocation }: JudgedClient,
  own: readonly Stretch[],
  { requests, calmAt, openAtRevocation, delays }: Evidence,
): Violation[] {
  if (revocation === undefined) return [];
  const { answered } = revocation;
  // A process that is killed as it hears of it leaves a file that the next one renders from, until it hears of it itself.
  const limitIn = (life: number): number => {
    if (openAtRevocation.has(number)) return answered + REVOKE_MS;
    const began = own.find((one) => one.life === life)?.from ?? 0;
    const known = contact(number, requests, Math.max(answered, began), [401]);
    return known === undefined ? Math.max(answered, calmAt) + CONNECT_MS + AGREE_MS : known + HEAR_MS;
  };
  return own.flatMap((stretch): Violation[] => {
    if (stretch.rendered.kind !== 'text') return [];
    const limit = limitIn(stretch.life);
    const last = stretch.until ?? stretch.from;
    if (last <= limit + lateness(delays(number), answered, limit)) return [];
    const what = `${name}: revoked at ${Math.round(answered)} ms, to be refused from ${Math.round(limit)} ms on`;
    const own401 = requests.filter(({ client, at }) => client === number && at >= answered).map(requestShown);
    return [{ broken: 'rendered by a revoked key', what, evidence: [shown(stretch), ...own401.slice(0, 5)] }];
  });
}

/** What a busy machine adds at most to what takes from one moment to another: the delays that began before its end. */
export function lateness(delays: readonly Delay[], from: number, to: number): number {
  const within = delays.filter(({ at, late }) => at >= from && at - late <= to);
  return within.reduce((sum, { at, late }) => sum + Math.min(late, at - from), 0);
}
