import { expect, it } from 'vitest';
import { type Context, type Line, linesIn, mergedLines } from './audit-lines.ts';

function line(context: Context, number: number, second: number): Line {
  return {
    number,
    org_id: 'o',
    context,
    id: `${context}-${number}`,
    at: `2026-01-01T00:00:${String(second).padStart(2, '0')}Z`,
    action: 'team.created',
    actor: { kind: 'user', user_id: 'u', api_key_id: null, person_id: 'u' },
    via: null,
    team_id: null,
    prompt_id: null,
    slug: null,
    version: null,
    user_id: null,
    change_request_id: null,
    details: {},
    reason_commitment: null,
    text: null,
    hash: '0',
  };
}

const ids = (lines: readonly Line[]) => lines.map(({ id }) => id);

it('three chains are one list, the newest first', () => {
  const merged = mergedLines([
    { lines: [line('identity', 2, 30), line('identity', 1, 10)], isWhole: true },
    { lines: [line('tenancy', 1, 20)], isWhole: true },
    { lines: [], isWhole: true },
  ]);
  expect(ids(merged)).toEqual(['identity-2', 'tenancy-1', 'identity-1']);
});

it('nothing is shown that is older than what is known of every chain', () => {
  const merged = mergedLines([
    { lines: [line('identity', 2, 30), line('identity', 1, 10)], isWhole: true },
    { lines: [line('registry', 9, 40), line('registry', 8, 25)], isWhole: false },
  ]);
  expect(ids(merged)).toEqual(['registry-9', 'identity-2', 'registry-8']);
});

it('a page is read line by line, and one that was cut is no page', () => {
  const text = `${JSON.stringify(line('tenancy', 1, 1))}\n${JSON.stringify(line('tenancy', 2, 2))}\n`;
  expect(ids(linesIn(text))).toEqual(['tenancy-1', 'tenancy-2']);
  expect(linesIn('')).toEqual([]);
  expect(() => linesIn(text.slice(0, -9))).toThrow(SyntaxError);
});
