import { expect, it } from 'vitest';
import { changeText, obstacleText, type Requirement, standingOf, whyNotCounted } from './request-words.ts';

function requirement(name: string, needed: number, given = 0): Requirement {
  return {
    policy_id: name,
    policy_name: name,
    approvals_needed: needed,
    approvals_given: given,
    checks: [],
    satisfied: given >= needed,
    unmet: [],
  };
}

it('a change reads as a sentence, also one of a newer px0', () => {
  expect(changeText({ kind: 'promote', version: 8, to: 'live' })).toBe('Make version 8 live');
  expect(changeText({ kind: 'set_tag', tag: 'prod', version: 8 })).toBe('Set the tag “prod” on version 8');
  expect(changeText({ kind: 'payload', payload_id: null, set: {} })).toBe('Add a payload');
  expect(changeText({ kind: 'payload', payload_id: 'p', set: null })).toBe('Delete a payload');
  expect(changeText({ kind: 'release' })).toBe('Change the prompt');
});

it('policies stand in the way only while they lack approvals', () => {
  expect(obstacleText([])).toBeUndefined();
  expect(obstacleText([requirement('Checks', 0), requirement('Production', 1, 1)])).toBeUndefined();
  expect(obstacleText([requirement('Production', 1)])).toBe(
    'The policy “Production” requires a review first.',
  );
  expect(obstacleText(['A', 'B', 'C'].map((name) => requirement(name, 1)))).toBe(
    'The policies “A”, “B” and “C” require a review first.',
  );
});

it('a request for changes that counts is told before anything else', () => {
  const review = {
    id: 'r',
    user_id: 'u',
    verdict: 'request_changes' as const,
    comment: '',
    created_at: '2026-01-01T00:00:00Z',
    counts: true,
    why_not: null,
  };
  const open = { state: 'open' as const, ready: false, reviews: [review], break_glass: null };
  expect(standingOf(open).word).toBe('Changes requested');
  expect(standingOf({ ...open, reviews: [{ ...review, counts: false }] }).word).toBe('Waiting for review');
  expect(standingOf({ ...open, reviews: [], ready: true }).word).toBe('Ready to apply');
  expect(whyNotCounted({ counts: false, why_not: 'live_changed' })).toBe(
    'No longer counts: another version went live afterwards.',
  );
});
