/** The checker finds each kind of broken promise in a history made by hand, and nothing in one that keeps them all. */
import { describe, expect, it } from 'vitest';
import { end, promoted, revision, Story } from './by-hand.ts';
import { check, explain, type Promised } from './checker.ts';
import { type FinalState, renderedFrom, templateOf } from './history.ts';

function broken(story: Story, final: FinalState): readonly Promised[] {
  return check(story.operations, final).map((violation) => violation.broken);
}

const email = 'ada@example.com';
const account = { email, exists: true, organizations: 1, teams: 1 };

describe('a history that keeps every promise', () => {
  it('has no violation, with answers that did not come, marks, and old epochs in it', () => {
    const story = promoted();
    story.tell({ kind: 'register', email }, { status: 201 });
    story.tell({ kind: 'create-key', credential: 'gone' }, { status: 201 });
    const revoked = story.tell({ kind: 'revoke', credential: 'gone' }, { status: 204 });
    const carried = revision(revoked.id);
    story.tell({ kind: 'read', credential: 'gone' }, { status: 401 }, { carried });
    story.tell({ kind: 'read', credential: 'gone' }, { status: 200, stale: true }, { carried });
    story.tell({ kind: 'read', credential: 'gone' }, { status: 200 }, { carried: revision(1) });
    story.render(1, {}, { stale: true });
    story.render(1);
    story.render(2, { carried });
    story.tell({ kind: 'set-role', team: 't', user: 'u', role: 'viewer' }, { status: 200 });
    story.tell({ kind: 'set-role', team: 't', user: 'u', role: 'editor' }, 'none');
    story.tell({ kind: 'create-version', prompt: 'p', marker: 'm3' }, 'none');
    story.tell({ kind: 'promote', prompt: 'p', version: 3 }, { status: 503 });
    const roles = [{ team: 't', user: 'u', role: 'editor' }];
    for (const statuses of [
      { 1: 'stable', 2: 'live' },
      { 1: 'stable', 2: 'stable', 3: 'live' },
    ]) {
      expect(broken(story, end({ statuses, more: { accounts: [account], roles } }))).toEqual([]);
    }
  });
});

describe('the checker finds', () => {
  it('a version that was acknowledged and is not there', () => {
    expect(broken(promoted(), end({ statuses: { 2: 'live' } }))).toEqual(['acknowledged write lost']);
  });

  it('a version that was acknowledged under another text', () => {
    const template = (number: number) => templateOf(number === 1 ? 'm2' : 'm1');
    expect(broken(promoted(), end({ template }))).toContain('acknowledged write lost');
  });

  it('a version that is there twice', () => {
    const statuses = { 1: 'stable', 2: 'live', 3: 'draft' };
    const template = (number: number) => templateOf(number === 3 ? 'm1' : `m${number}`);
    expect(broken(promoted(), end({ statuses, template }))).toEqual(['write applied twice']);
  });

  it('a version that nobody wrote', () => {
    expect(broken(promoted(), end({ statuses: { 1: 'stable', 2: 'live', 9: 'draft' } }))).toEqual([
      'written by nobody',
    ]);
  });

  it('two live versions, and none', () => {
    expect(broken(promoted(), end({ statuses: { 1: 'live', 2: 'live' } }))).toContain(
      'not exactly one live version',
    );
    expect(broken(promoted(), end({ statuses: { 1: 'stable', 2: 'stable' } }))).toContain(
      'not exactly one live version',
    );
  });

  it('a promotion that was acknowledged last and undone', () => {
    expect(broken(promoted(), end({ statuses: { 1: 'live', 2: 'stable' } }))).toEqual([
      'acknowledged write lost',
    ]);
  });

  it('a live version that nobody made live', () => {
    const story = promoted();
    story.version(3);
    story.promote(3, 'stable');
    expect(broken(story, end({ statuses: { 1: 'stable', 2: 'stable', 3: 'live' } }))).toEqual([
      'live version that nobody made live last',
    ]);
  });

  it('of promotions at the same time either result is right', () => {
    const story = promoted();
    const last = story.operations.at(-1);
    story.promote(1, 'live', { start: last?.start ?? 0 });
    for (const statuses of [
      { 1: 'live', 2: 'stable' },
      { 1: 'stable', 2: 'live' },
    ]) {
      expect(broken(story, end({ statuses }))).toEqual([]);
    }
  });

  it('a replica that differs, by its version, its text or its status', () => {
    const agreeing = end();
    for (const wrong of [{ version: 1 }, { text: 'other' }, { status: 404 }]) {
      const prompts = agreeing.prompts.map((prompt) => ({
        ...prompt,
        rendered: prompt.rendered.map((one) => ({ ...one, ...wrong })),
      }));
      expect(broken(promoted(), { ...agreeing, prompts })).toEqual(['replica differs from the registry']);
    }
  });

  it('a text that is of two versions, or of another than the answer says', () => {
    for (const text of ['m1<xm2>', renderedFrom(templateOf('m1'), 'x')]) {
      const story = promoted();
      story.render(2, {}, { text });
      expect(broken(story, end())).toEqual(['mixed or wrong text']);
    }
  });

  it('a version that is rendered before anybody promoted it', () => {
    const story = new Story();
    story.version(1);
    story.promote(1);
    story.version(2);
    story.render(2);
    story.promote(2);
    expect(broken(story, end())).toEqual(['rendered before it was live']);
  });

  it('a replaced version without a mark, for a request that asked for its successor', () => {
    const story = promoted();
    story.render(1, { carried: revision(4) });
    expect(broken(story, end())).toEqual(['stale without a mark']);
  });

  it('the same across epochs: a later one includes all of an earlier one', () => {
    const story = promoted();
    story.render(1, { carried: revision(1, '8') });
    expect(broken(story, end())).toEqual(['stale without a mark']);
  });

  it('a 404 without a mark for what the request asked for', () => {
    const story = promoted();
    const nothing = { status: 404 };
    story.tell({ kind: 'render', prompt: 'p', credential: 'key', input: 'x' }, nothing, {
      carried: revision(4),
    });
    story.tell({ kind: 'render', prompt: 'p', version: 1, credential: 'key', input: 'x' }, nothing, {
      carried: revision(4),
    });
    expect(broken(story, end())).toEqual(['stale without a mark', 'stale without a mark']);
  });

  it('a write whose revision somebody had been given before it began, unless it said that it is pending', () => {
    for (const pending of [false, true]) {
      const story = promoted();
      story.version(3);
      story.tell(
        { kind: 'promote', prompt: 'p', version: 3 },
        { version: 3, text: 'stable', revision: revision(5), pending },
      );
      const statuses = { 1: 'stable', 2: 'live', 3: 'stable' };
      expect(broken(story, end({ statuses }))).toEqual(pending ? [] : ['token without its write']);
    }
  });

  it('a revoked credential that is accepted although the request carries the revocation', () => {
    const story = promoted();
    const revoked = story.tell({ kind: 'revoke', credential: 'key' }, { status: 204 });
    story.render(2, { carried: revision(revoked.id) });
    expect(broken(story, end())).toEqual(['revoked and accepted']);
  });

  it('no fault in a use that began before the answer to the revocation, or whose revocation was pending', () => {
    const story = promoted();
    const pending = story.tell({ kind: 'revoke', credential: 'key' }, { status: 204, pending: true });
    story.render(2, { carried: revision(pending.id) });
    const answered = story.tell({ kind: 'revoke', credential: 'key' }, { status: 204 });
    story.render(2, { carried: revision(answered.id), start: answered.start });
    expect(broken(story, end())).toEqual([]);
  });

  it('a revoked credential that is accepted, or listed, in the end', () => {
    const story = promoted();
    story.tell({ kind: 'create-key', credential: 'key' }, { status: 201 });
    story.tell({ kind: 'revoke', credential: 'key' }, { status: 204, pending: true });
    const more = { keys: ['key'], stillAccepted: [{ credential: 'key', at: 'render-2' }] };
    expect(broken(story, end({ more }))).toEqual([
      'revoked and accepted in the end',
      'acknowledged write lost',
    ]);
  });

  it('a key that is lost, or there twice, or refused although it is valid', () => {
    const story = promoted();
    const made = story.tell({ kind: 'create-key', credential: 'key' }, { status: 201 });
    expect(broken(story, end())).toEqual(['acknowledged write lost']);
    expect(broken(story, end({ more: { keys: ['key', 'key'] } }))).toEqual(['write applied twice']);
    story.tell({ kind: 'read', credential: 'key' }, { status: 401 }, { carried: revision(made.id) });
    expect(broken(story, end({ more: { keys: ['key'] } }))).toEqual(['valid and refused']);
  });

  it('an account that is lost, that has no place, or that was placed twice', () => {
    const story = promoted();
    story.tell({ kind: 'register', email }, { status: 201 });
    const outcome = (state: Partial<typeof account>) =>
      broken(story, end({ more: { accounts: [{ ...account, ...state }] } }));
    expect(outcome({ exists: false })).toEqual(['acknowledged write lost']);
    expect(outcome({ organizations: 0 })).toEqual(['acknowledged write lost']);
    expect(outcome({ organizations: 2 })).toEqual(['write applied twice']);
    expect(outcome({ teams: 2 })).toEqual(['write applied twice']);
  });

  it('a role that nobody gave last', () => {
    const story = promoted();
    story.tell({ kind: 'set-role', team: 't', user: 'u', role: 'editor' }, {});
    story.tell({ kind: 'set-role', team: 't', user: 'u', role: 'viewer' }, {});
    expect(broken(story, end({ more: { roles: [{ team: 't', user: 'u', role: 'editor' }] } }))).toEqual([
      'acknowledged write lost',
    ]);
  });

  it('an answer that the API description does not know, and a 500', () => {
    const story = promoted();
    story.tell({ kind: 'read', credential: 'key' }, { status: 502, undescribed: 'no such status' });
    story.tell({ kind: 'read', credential: 'key' }, { status: 500 });
    expect(broken(story, end())).toEqual([
      'answer outside the description',
      'answer outside the description',
    ]);
  });
});

it('a violation is explained by the operations that contradict each other, and by no other', () => {
  const story = promoted();
  story.render(1, { carried: revision(4) });
  const text = explain(check(story.operations, end()));
  expect(text.split('\n').map((line) => line.trim().split(' ')[0])).toEqual(['stale', '#2', '#4', '#5']);
  expect(text).toContain('carrying 7:4');
});
