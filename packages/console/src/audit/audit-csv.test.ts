import { expect, it } from 'vitest';
import { auditCsv } from './audit-csv.ts';
import type { Line } from './audit-lines.ts';
import type { Names } from './organization-sentence.ts';

const names: Names = {
  person: () => 'ada@example.com',
  team: () => '“Search, and more”',
  key: () => 'the API key “ci”',
};

function line(more: Partial<Line>): Line {
  return {
    number: 7,
    org_id: 'o',
    context: 'tenancy',
    id: '1',
    at: '2026-01-01T00:00:00Z',
    action: 'member.left',
    actor: { kind: 'user', user_id: 'u', api_key_id: null, person_id: 'u' },
    via: null,
    team_id: 't',
    prompt_id: null,
    slug: null,
    version: null,
    user_id: 'u',
    change_request_id: null,
    details: {},
    reason_commitment: null,
    text: null,
    hash: 'abc',
    ...more,
  };
}

const csvOf = (more: Partial<Line>) => auditCsv([line(more)], names, () => 'left “Search, and more”');
const rowsOf = (csv: string) => csv.replace('\uFEFF', '').trimEnd().split('\r\n').slice(1);

it('a line is a row, with names and quotes where they are needed', () => {
  expect(rowsOf(csvOf({}))).toEqual([
    '2026-01-01T00:00:00Z,ada@example.com,,,member.left,"left “Search, and more”","“Search, and more”",,,,tenancy 7,abc',
  ]);
});

it('a text in an entry is no formula, and stays in its cell', () => {
  const [row = ''] = rowsOf(csvOf({ text: '=HYPERLINK("https://evil.example"),\n' }));
  expect(row).toContain(`"'=HYPERLINK(""https://evil.example""),\n"`);
});

it('a key acts for the person who made it', () => {
  const actor = { kind: 'api-key', user_id: null, api_key_id: 'k', person_id: 'u' } as const;
  const [row = ''] = rowsOf(csvOf({ actor, via: 'cli' }));
  expect(row).toContain('the API key “ci”,ada@example.com,cli,');
});
