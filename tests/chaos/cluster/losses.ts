/**
 * Proves a history in which Postgres lost acknowledged rows, because a standby that lacked them was promoted: a pure function like the checker's
 * own. Each failover cuts the history in two. What was written before it must be in the old primary, what had reached the standby must be in the
 * promoted server too, and from there on what the promoted server holds is the beginning of everything: what it lacks must never come back.
 * See docs/decisions/189-chaos-of-clusters.md.
 */
import {
  checkEach,
  checkEnd,
  checkHeld,
  checkSeen,
  covers,
  type Held,
  isKind,
  type Of,
  type Violation,
  wasAcknowledged,
} from '../checker.ts';
import type { Action, FinalState, Operation } from '../history.ts';

/** A failover that lost rows. Its times are those of the history. */
export interface Loss extends Cut {
  /** The promoted server got the clients. */
  readonly openedAt: number;
  /** Every process agreed with the promoted server; infinite if that never came. */
  readonly agreedAt: number;
  /** What was agreed on last. */
  readonly agreedLast: string;
  readonly old: Held;
}

/** Where the promoted server's history leaves the old primary's. */
export interface Cut {
  /** All that had been answered by then was on the standby. */
  readonly safeUntil: number;
  /** The old primary lost its clients. */
  readonly endedAt: number;
  readonly promoted: Held;
}

export interface Judged {
  readonly violations: readonly Violation[];
  /** Answers that contradict writes of the time in which processes had not yet heard of the failover: counted, not condemned. */
  readonly whileMending: readonly Violation[];
}

export function checkWithLosses(
  history: readonly Operation[],
  final: FinalState,
  losses: readonly Loss[],
): Judged {
  const found: Violation[] = [];
  let stretch = history;
  for (const loss of losses) {
    const before = stretch.filter(({ start }) => start < loss.endedAt);
    found.push(...checkHeld(unansweredAfter(before, loss.endedAt), loss.old));
    found.push(...checkHeld(unansweredAfter(before, loss.safeUntil), loss.promoted));
    stretch = [...beginning(loss), ...since(stretch, loss)];
    if (loss.agreedAt === Number.POSITIVE_INFINITY) {
      found.push({ broken: 'disagreement after a failover', what: 'nobody agreed in time', evidence: [] });
    }
  }
  found.push(...checkHeld(stretch, final), ...comeBack(history, stretch, final), ...checkEnd(stretch, final));
  found.push(...checkEach(history), ...lostAndAccepted(history, losses));
  found.push(
    ...checkSeen(history, {
      covers: (request, write) =>
        covers(request, write) && losses.every((loss) => !mayLack(loss, request, write)),
      versionsFor: (render, prompt) => versionsAround(render, prompt, final, losses),
    }),
  );
  const [whileMending, violations] = parted(found, (one) => losses.some((loss) => isOfMending(one, loss)));
  return { violations, whileMending };
}

/** What the old primary held and the promoted server does not: versions by their text, keys and accounts by their names. */
export function lostIn({ old, promoted }: Loss): {
  readonly keys: readonly string[];
  readonly count: number;
} {
  const templates = ({ prompts }: Held) =>
    prompts.flatMap(({ versions }) => versions.map(({ template }) => template));
  const accounts = (held: Held) => held.accounts.filter(({ exists }) => exists).map(({ email }) => email);
  const missing = (of: (held: Held) => readonly string[]) => {
    const there = new Set(of(promoted));
    return of(old).filter((one) => !there.has(one));
  };
  const keys = missing((held) => held.keys);
  return { keys, count: keys.length + missing(templates).length + missing(accounts).length };
}

/** Who had no answer by then may have had no effect. */
function unansweredAfter(history: readonly Operation[], time: number): Operation[] {
  return history.map((one) => (one.end <= time ? one : { ...one, answer: undefined }));
}

/** What the promoted server holds, as if it had been written when the old primary ended. */
function beginning({ promoted, endedAt }: Loss): Operation[] {
  const write = (action: Action, answer: Partial<Operation['answer']> = {}): Operation => ({
    id: 0,
    worker: 0,
    action,
    at: 'promoted server',
    start: endedAt,
    end: endedAt,
    carried: undefined,
    answer: { status: 200, revision: undefined, pending: false, stale: false, ...answer },
  });
  return [
    ...promoted.prompts.flatMap(({ id: prompt, versions }) =>
      versions.flatMap(({ number: version, status, template }) => [
        write({ kind: 'create-version', prompt, marker: markerOf(template) }, { version }),
        ...(status === 'live'
          ? [write({ kind: 'promote', prompt, version }, { version, text: 'live' })]
          : []),
      ]),
    ),
    ...promoted.keys.map((credential) => write({ kind: 'create-key', credential })),
    ...promoted.accounts
      .filter(({ exists }) => exists)
      .map(({ email }) => write({ kind: 'register', email })),
    ...promoted.roles
      .filter(({ role }) => role !== 'none')
      .map(({ team, user, role }) => write({ kind: 'set-role', team, user, role: role as 'viewer' })),
  ];
}

function markerOf(template: string): string {
  return template.slice(0, template.indexOf('<'));
}

/**
 * What belongs to the time after the failover: what began with it or later, what was under way and may have happened on either side, and
 * revocations that the promoted server knows of.
 */
function since(history: readonly Operation[], cut: Cut): Operation[] {
  const listed = new Set(cut.promoted.keys);
  const made = new Set(history.filter(isKind('create-key')).map(({ action }) => action.credential));
  return history.flatMap((one) => {
    if (one.start >= cut.endedAt) return [one];
    if (one.action.kind === 'revoke' && wasAcknowledged(one) && one.end <= cut.endedAt) {
      const { credential } = one.action;
      const isKept = made.has(credential) ? !listed.has(credential) : one.end <= cut.safeUntil;
      return isKept ? [one] : [];
    }
    return one.end <= cut.endedAt && one.answer !== undefined ? [] : [{ ...one, answer: undefined }];
  });
}

/** The operations without those that the promoted servers do not know of: a credential whose revocation was lost is valid again. */
export function withoutLost(history: readonly Operation[], cuts: readonly Cut[]): readonly Operation[] {
  return cuts.reduce(since, history);
}

/** A write that was answered, and that the promoted server may lack. */
function isAtRisk({ start, end }: Operation, { safeUntil, endedAt }: Loss): boolean {
  return start < endedAt && end > safeUntil;
}

function mayLack(loss: Loss, request: Operation, write: Operation): boolean {
  return isAtRisk(write, loss) && request.end > loss.endedAt;
}

/** Until everybody has agreed, what the old primary held may still be rendered. */
function versionsAround(render: Operation, prompt: string, final: FinalState, losses: readonly Loss[]) {
  const held: Held[] = [
    final,
    ...losses.filter(({ agreedAt }) => render.start < agreedAt).map(({ old }) => old),
  ];
  return held.flatMap(({ prompts }) => prompts.find(({ id }) => id === prompt)?.versions ?? []);
}

/** Keys and accounts that a failover lost, and that are there in the end. Of versions, nobody has written them. */
function comeBack(history: readonly Operation[], stretch: readonly Operation[], final: Held): Violation[] {
  const names = ({ action }: Operation) =>
    action.kind === 'create-key' ? [action.credential] : action.kind === 'register' ? [action.email] : [];
  const known = new Set(stretch.flatMap(names));
  const there = new Set([
    ...final.keys,
    ...final.accounts.filter(({ exists }) => exists).map(({ email }) => email),
  ]);
  return history.flatMap((write) =>
    names(write)
      .filter((name) => there.has(name) && !known.has(name))
      .map((name): Violation => ({ broken: 'lost write came back', what: name, evidence: [write] })),
  );
}

/** A key that the promoted server does not know is refused, once everybody knows what that server holds. */
function lostAndAccepted(history: readonly Operation[], losses: readonly Loss[]): Violation[] {
  return losses.flatMap((loss) => {
    const lost = new Set(lostIn(loss).keys);
    return history
      .filter(
        (use): use is Of<'render'> | Of<'read'> => use.action.kind === 'render' || use.action.kind === 'read',
      )
      .filter(
        (use) => lost.has(use.action.credential) && use.start > loss.agreedAt && use.answer?.status === 200,
      )
      .map(
        (use): Violation => ({ broken: 'lost and accepted', what: use.action.credential, evidence: [use] }),
      );
  });
}

/** Whether both the write and the answer that contradicts it are of the time between the failover and the agreement. */
function isOfMending({ broken, evidence }: Violation, { endedAt, agreedAt }: Loss): boolean {
  const isWithin = (one: Operation | undefined) =>
    one !== undefined && one.start >= endedAt && one.start <= agreedAt;
  switch (broken) {
    case 'token without its write':
      return isWithin(evidence.at(-1));
    case 'stale without a mark':
    case 'revoked and accepted':
    case 'valid and refused':
      return isWithin(evidence.at(-1)) && isWithin(evidence.at(-2));
    default:
      return false;
  }
}

function parted<T>(all: readonly T[], isFirst: (one: T) => boolean): [T[], T[]] {
  return [all.filter(isFirst), all.filter((one) => !isFirst(one))];
}
