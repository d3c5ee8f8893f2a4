import { expect, it } from 'vitest';
import type { Version } from './version-actions.ts';
import { changeOf } from './version-change.ts';

function version(number: number, content: Partial<Version>): Version {
  return {
    id: String(number),
    prompt_id: 'p',
    version: number,
    status: 'draft',
    tags: [],
    kind: 'text',
    template: '',
    variables: [],
    note: '',
    created_by: null,
    content_hash: '',
    published_at: null,
    created_at: '2026-03-04T10:00:00Z',
    ...content,
  };
}

const versions = [
  version(7, { kind: 'chat', messages: [{ role: 'user', template: 'Hello there' }] }),
  version(5, { template: 'Hello there', config: { temperature: 0 }, authored_schema: { type: 'object' } }),
  version(2, { template: 'Hello there', config: { temperature: 1 } }),
  version(1, { template: 'Hello' }),
];
const changes = versions.map((one) => changeOf(one, versions));

it('compares with the version before, whichever number it has', () => {
  expect(changes[2]).toEqual({
    base: 1,
    text: { added: 1, removed: 1, first: { before: 'Hello', after: 'Hello there' } },
    others: ['configuration'],
  });
});

it('says what else differs where the texts are the same', () => {
  expect(changes[1]).toEqual({ base: 2, text: undefined, others: ['configuration', 'input schema'] });
});

it('says when a text became a chat', () => {
  expect(changes[0]).toMatchObject({ base: 5, others: ['now a chat', 'configuration', 'input schema'] });
});

it('has nothing to compare the first version with', () => {
  expect(changes[3]).toBeUndefined();
});
