import type { ProgramState } from '@px0/contracts';
import { expect, it } from 'vitest';
import { PromptEntry } from '../prompts/mod.ts';
import { VersionBodies } from './version-bodies.ts';

function promptWith(bodyRevision: number): PromptEntry {
  const state = {
    team_id: 't',
    slug: 's',
    name: 's',
    status: 'active' as const,
    created_at: '2026-01-01T00:00:00Z',
    updated_at: '2026-01-01T00:00:00Z',
    live: null,
    tags: {},
    versions: [[1, 'draft', bodyRevision]] as const,
  };
  return new PromptEntry('p', state, undefined);
}

function bodiesOf(program: ProgramState, maxBytes: number) {
  const bodies = new VersionBodies({
    source: { fetch: async () => ({ revision: 1, program, compares: true }) },
    maxBytes,
    maxFetches: 4,
    promptById: () => undefined,
  });
  const prompt = promptWith(1);
  const [row] = prompt.versions;
  if (row === undefined) throw new Error('no version');
  return { bodies, prompt, row };
}

it('says of the schema in a body, and that there is none', async () => {
  const schema = { type: 'object', required: ['a'] } as const;
  const some = bodiesOf({ template: 'x', schema }, 1_000_000);
  expect(await some.bodies.schemaOf(some.prompt, some.row)).toEqual(schema);
  expect(await some.bodies.schemaOf(some.prompt, some.row)).toEqual(schema);
  const none = bodiesOf({ template: 'x' }, 1_000_000);
  expect(await none.bodies.schemaOf(none.prompt, none.row)).toBeNull();
});

it('counts the schema that a version has, and what is made to judge by one that it has not', async () => {
  const required = Array.from({ length: 100 }, (_, n) => `name${n}`);
  const template = required.map((name) => `{{.${name}}}`).join('');
  const large = bodiesOf({ template: 'x', schema: { required } }, 20_000);
  await large.bodies.load(large.prompt, large.row);
  expect(large.bodies.size).toBe(0);
  const { bodies, prompt, row } = bodiesOf({ template }, 20_000);
  const version = await bodies.load(prompt, row);
  if (version === undefined || version === 'gone') throw new Error('it is not there');
  const program = version.compiled();
  if (program === undefined || typeof program === 'string') throw new Error('it is not there');
  expect(bodies.size).toBe(1);
  version.judge(program);
  bodies.weigh(version);
  expect(bodies.size).toBe(0);
});

it('after the database went back, a later body may be a lost one, and the very revision is not', async () => {
  let since = '';
  let stored = { revision: 5, template: 'lost' };
  let isOfBefore = false;
  const bodies = new VersionBodies({
    source: {
      fetch: async () => ({
        revision: stored.revision,
        program: { template: stored.template },
        compares: !isOfBefore,
      }),
    },
    maxBytes: 1_000_000,
    maxFetches: 4,
    promptById: () => undefined,
    comparesSince: () => since,
  });
  const texts = async (prompt: PromptEntry) => {
    const [row] = prompt.versions;
    if (row === undefined) throw new Error('no version');
    const version = bodies.peek(prompt, row) ?? (await bodies.load(prompt, row));
    return version === 'gone' ? version : version?.template;
  };
  // A body may come before the table that names it.
  expect(await texts(promptWith(3))).toBe('lost');
  since = '7';
  isOfBefore = true;
  expect(await texts(promptWith(3))).toBeUndefined();
  expect(await texts(promptWith(5))).toBe('lost');
  stored = { revision: 3, template: 'kept' };
  isOfBefore = false;
  expect(await texts(promptWith(3))).toBe('kept');
});
