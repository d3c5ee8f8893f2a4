/** What a failover lost is judged by what the two servers held: a history made by hand, cut in two. */
import { describe, expect, it } from 'vitest';
import { end, revision, Story } from '../by-hand.ts';
import type { Held, Promised } from '../checker.ts';
import { type FinalState, renderedFrom, templateOf } from '../history.ts';
import { checkWithLosses, type Loss, lostIn, withoutLost } from './losses.ts';
import { failedRenders } from './renders.ts';

const email = 'ada@example.com';
const person = { email, exists: true, organizations: 1, teams: 1 };

/**
 * Version 1 is live and on the standby; then the standby is cut off, version 2 is promoted, a key made, a person registered; then it is promoted and
 * has none of this. Operations begin at ten times their number and last for five.
 */
function failedOver(): Story {
  const story = new Story();
  story.version(1);
  story.promote(1);
  story.version(2);
  story.promote(2);
  story.tell({ kind: 'create-key', credential: 'lost' }, { status: 201 });
  story.tell({ kind: 'register', email }, { status: 201 });
  return story;
}

const held = (statuses: Readonly<Record<number, string>>, more: Partial<FinalState> = {}): Held =>
  end({ statuses, more });
const nobody = { ...person, exists: false, organizations: 0, teams: 0 };

const loss: Loss = {
  safeUntil: 26,
  endedAt: 66,
  openedAt: 69,
  agreedAt: 100,
  agreedLast: 'nothing owed',
  old: held({ 1: 'stable', 2: 'live' }, { keys: ['lost'], accounts: [person] }),
  promoted: held({ 1: 'live' }, { accounts: [nobody] }),
};
const whatIsLeft = end({ statuses: { 1: 'live' }, more: { accounts: [nobody] } });

function broken(
  story: Story,
  final: FinalState = whatIsLeft,
  changed: Partial<Loss> = {},
): readonly Promised[] {
  return checkWithLosses(story.operations, final, [{ ...loss, ...changed }]).violations.map(
    (one) => one.broken,
  );
}

describe('a failover that lost rows', () => {
  it('breaks no promise by what it lost, whose number is told', () => {
    expect(broken(failedOver())).toEqual([]);
    expect(lostIn(loss)).toEqual({ keys: ['lost'], count: 3 });
  });

  it('asks in the end only for revocations that the promoted server knows of', () => {
    const story = failedOver();
    for (const credential of ['there', 'gone', 'since']) {
      const start = credential === 'since' ? 70 : 30;
      story.tell({ kind: 'create-key', credential }, { status: 201 }, { start: 5, end: 6 });
      story.tell({ kind: 'revoke', credential }, { status: 204 }, { start, end: start + 5 });
    }
    const promoted = held({ 1: 'live' }, { keys: ['there', 'since'] });
    const revoked = withoutLost(story.operations, [{ ...loss, promoted }]).flatMap(({ action }) =>
      action.kind === 'revoke' ? [action.credential] : [],
    );
    expect(revoked).toEqual(['gone', 'since']);
  });

  it('lets its numbers be given again, to other texts', () => {
    const story = failedOver();
    const again = { start: 110, end: 115 };
    story.tell({ kind: 'create-version', prompt: 'p', marker: 'new' }, { status: 201, version: 2 }, again);
    story.promote(2, 'live', { start: 120, end: 125 });
    const text = renderedFrom(templateOf('new'), 'x');
    story.render(2, { start: 130, end: 135 }, { text });
    const template = (number: number) => templateOf(number === 2 ? 'new' : 'm1');
    const final = end({ statuses: { 1: 'stable', 2: 'live' }, template, more: { accounts: [nobody] } });
    expect(broken(story, final)).toEqual([]);
    story.render(2, { start: 140, end: 145 });
    expect(broken(story, final)).toEqual(['mixed or wrong text']);
  });

  it('may be unknown to a render until everybody has agreed, and to none afterwards', () => {
    for (const [start, expected] of [
      [80, []],
      [101, ['mixed or wrong text']],
    ] as const) {
      const story = failedOver();
      story.render(2, { start, end: start + 5 });
      expect(broken(story)).toEqual(expected);
    }
  });

  it('excuses no write that had reached the standby', () => {
    expect(broken(failedOver(), whatIsLeft, { safeUntil: 46 })).toContain('acknowledged write lost');
  });

  it('excuses no write that the old primary lacked too', () => {
    expect(broken(failedOver(), whatIsLeft, { old: { ...loss.old, keys: [] } })).toEqual([
      'acknowledged write lost',
    ]);
  });

  it('excuses no loss of what the promoted server held', () => {
    const more = { accounts: [nobody] };
    expect(broken(failedOver(), end({ statuses: {}, more }))).toEqual([
      'acknowledged write lost',
      'not exactly one live version',
    ]);
  });

  it('excuses no loss of what was written after it', () => {
    const story = failedOver();
    story.tell({ kind: 'create-key', credential: 'later' }, { status: 201 }, { start: 70, end: 75 });
    expect(broken(story)).toEqual(['acknowledged write lost']);
  });

  it('finds what comes back: a version, a key, an account', () => {
    const more = { accounts: [nobody] };
    expect(broken(failedOver(), end({ statuses: { 1: 'live', 2: 'draft' }, more }))).toEqual([
      'written by nobody',
    ]);
    expect(broken(failedOver(), { ...whatIsLeft, keys: ['lost'] })).toEqual(['lost write came back']);
    expect(broken(failedOver(), { ...whatIsLeft, accounts: [person] })).toEqual(['lost write came back']);
  });

  it('finds a lost key that is accepted after everybody has agreed, and takes no offence before', () => {
    for (const [start, expected] of [
      [80, []],
      [101, ['lost and accepted']],
    ] as const) {
      const story = failedOver();
      story.tell({ kind: 'read', credential: 'lost' }, {}, { start, end: start + 5 });
      expect(broken(story)).toEqual(expected);
    }
  });

  it('finds a promotion after it that a render swallows; before everybody has agreed it is counted', () => {
    for (const [start, violations, whileMending] of [
      [120, ['stale without a mark'], []],
      [75, [], ['stale without a mark']],
    ] as const) {
      const story = failedOver();
      story.tell(
        { kind: 'create-version', prompt: 'p', marker: 'm3' },
        { status: 201, version: 3 },
        { start: 70, end: 71 },
      );
      story.promote(3, 'live', { start, end: start + 5 });
      const carried = revision(story.operations.length);
      story.render(1, { start: start + 10, end: start + 15, carried });
      const final = end({ statuses: { 1: 'stable', 3: 'live' }, more: { accounts: [nobody] } });
      const judged = checkWithLosses(story.operations, final, [loss]);
      expect(judged.violations.map((one) => one.broken)).toEqual(violations);
      expect(judged.whileMending.map((one) => one.broken)).toEqual(whileMending);
    }
  });

  it('finds that nobody agreed', () => {
    const agreedAt = Number.POSITIVE_INFINITY;
    expect(broken(failedOver(), whatIsLeft, { agreedAt })).toEqual(['disagreement after a failover']);
  });

  it('is judged as often as it happens', () => {
    const story = failedOver();
    const write = { start: 110, end: 115 };
    story.tell({ kind: 'create-key', credential: 'lost, too' }, { status: 201 }, write);
    const second: Loss = {
      safeUntil: 105,
      endedAt: 120,
      openedAt: 122,
      agreedAt: 130,
      agreedLast: 'nothing owed',
      old: held({ 1: 'live' }, { keys: ['lost, too'], accounts: [nobody] }),
      promoted: held({ 1: 'live' }, { accounts: [nobody] }),
    };
    expect(checkWithLosses(story.operations, whatIsLeft, [loss, second]).violations).toEqual([]);
    const [broken] = checkWithLosses(story.operations, { ...whatIsLeft, keys: ['lost'] }, [
      loss,
      second,
    ]).violations;
    expect(broken?.broken).toBe('lost write came back');
  });
});

describe('a render of a live prompt', () => {
  const failed = (absences: Parameters<typeof failedRenders>[2], at = 'gateway') => {
    const story = new Story();
    story.render(1, { at, start: 10, end: 15 }, { status: 503 });
    return failedRenders(story.operations, 'key', absences).map((one) => one.broken);
  };
  const away = { from: 5, to: 12 };

  it('fails only when a process on its way is away', () => {
    expect(failed([])).toEqual(['render failed']);
    expect(failed([{ service: 'tenancy', replica: 0, ...away }])).toEqual(['render failed']);
    expect(failed([{ service: 'gateway', replica: 0, from: 16, to: 20 }])).toEqual(['render failed']);
    expect(failed([{ service: 'gateway', replica: 0, ...away }])).toEqual([]);
    expect(failed([{ service: 'render', replica: 1, ...away }])).toEqual([]);
    expect(failed([{ service: 'render', replica: 1, ...away }], 'render-1')).toEqual(['render failed']);
    expect(failed([{ service: 'render', replica: 1, ...away }], 'render-2')).toEqual([]);
  });
});
