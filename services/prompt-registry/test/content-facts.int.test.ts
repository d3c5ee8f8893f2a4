/** What is known of a version's content besides its text: its hash, and who wrote it. Also where it was not written with the version. */
import { createHash } from 'node:crypto';
import { hashApiKey } from '@px0/access';
import type { StateOf } from '@px0/contracts';
import { rowsOnly } from '@px0/owner/testing';
import canonicalize from 'canonicalize';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { z } from 'zod';
import { rules } from '../src/changes/mod.ts';
import {
  type Contributors,
  contributorsOf,
  factsFiller,
  isContributor,
  requireVersion,
} from '../src/versions/mod.ts';
import { versionOf } from './prompts.ts';
import { type Bearer, type Cast, type Reply, RunningRegistry } from './running-registry.ts';

let registry: RunningRegistry;
let cast: Cast;

beforeAll(async () => {
  registry = await RunningRegistry.start();
  cast = await registry.cast();
});
afterAll(() => registry?.stop());

const call = (by: Bearer, id: string, method: string, path: string, body?: unknown): Promise<Reply> =>
  registry.call(by, method, `/v1/prompts/${id}/versions${path}`, body);

const sha256 = (text: string) => `sha256:${createHash('sha256').update(text).digest('hex')}`;

interface Maker {
  readonly createdBy: string | undefined;
}

/** The keys that are known, by id. */
type Known = Readonly<Record<string, Maker>>;

const accessTo = (known: Known) => ({
  key: (id: string) => {
    const key = known[id];
    return key === undefined ? undefined : { id, createdBy: key.createdBy };
  },
});

async function contributors(id: string, version: number, known: Known = {}): Promise<Contributors> {
  const { database } = rowsOnly(registry.pool, rules);
  const row = await requireVersion(database, id, { kind: 'number', number: version });
  const { people, unknownKeys } = await contributorsOf(database, accessTo(known), row);
  return { people: people.toSorted(), unknownKeys: unknownKeys.toSorted() };
}

/** Goes through all versions once. */
async function fill(known: Known = {}, ready = true): Promise<void> {
  const { changes, database } = rowsOnly(registry.pool, rules);
  const access = accessTo(known);
  const { step } = factsFiller({ reader: database, changes, access, projection: { ready } });
  while ((await step(new AbortController().signal)) === 'more');
}

const storedColumns = z.object({
  hash: z.string().nullable(),
  contributors: z.array(z.string()).nullable(),
  keys: z.array(z.string()),
});

async function stored(id: string, version: number): Promise<z.infer<typeof storedColumns>> {
  const { rows } = await registry.pool.query(
    `select 'sha256:' || encode(content_hash, 'hex') as hash, contributors, contributor_keys as keys
     from prompt_versions where prompt_id = $1 and version = $2`,
    [id, version],
  );
  return storedColumns.parse(rows[0]);
}

/** As rows are that are older than the columns. */
async function forget(id: string): Promise<void> {
  await registry.pool.query('alter table prompt_versions disable trigger prompt_versions_hash_immutable');
  await registry.pool.query(
    `update prompt_versions set content_hash = null, contributors = null, contributor_keys = '{}', edits = 0
     where prompt_id = $1`,
    [id],
  );
  await registry.pool.query('alter table prompt_versions enable trigger prompt_versions_hash_immutable');
}

const CONTENTS = [
  { template: 'Hi {{.name}}' },
  { template: 'Hi {{.name}}', config: { model: 'm' } },
  { template: 'Hi {{.name}}', config: { model: 'n' } },
  { template: 'Hi {{.name}}', input_schema: { properties: { name: { type: 'string' } } } },
  { template: 'Hi {{.name}}', input_schema: { properties: { name: { type: 'string', minLength: 1 } } } },
  { messages: [{ role: 'user', template: 'Hi {{.name}}' }] },
  { messages: [{ role: 'system', template: 'Hi {{.name}}' }] },
];

describe('a content hash', () => {
  it('is the digest of a plain text, and another one with every other content', async () => {
    const { id } = await registry.prompts.create(cast.editor, cast.teamId);
    const hashes: string[] = [];
    for (const content of CONTENTS) {
      const created = versionOf(await call(cast.editor, id, 'POST', '', content));
      const read = await call(cast.editor, id, 'GET', `/${created.version}?include=program`);
      const { program, content_hash: hash } = versionOf(read);
      expect(hash).toBe(created.content_hash);
      if (program === undefined) throw new Error('no program');
      // As anybody can tell who reads the program.
      const { schema: _, ...text } = program;
      const isPlain = Object.keys(content).join() === 'template';
      const hashed = 'input_schema' in content ? program : text;
      expect(hash).toBe(sha256(isPlain ? program.template : (canonicalize(hashed) ?? '')));
      hashes.push(hash);
    }
    expect(hashes[0]).toBe(sha256('Hi {{.name}}'));
    expect(new Set(hashes).size).toBe(CONTENTS.length);
    const list = z
      .object({ versions: z.array(z.looseObject({ content_hash: z.string() })) })
      .parse((await registry.call(cast.editor, 'GET', `/v1/prompts/${id}/versions`)).body);
    expect(list.versions.map((version) => version.content_hash).toReversed()).toEqual(hashes);
    for (const version of list.versions) expect(version).not.toHaveProperty('input_schema');
  });

  it('stays with notes, tags and states, and goes along with a duplicate', async () => {
    const { id } = await registry.prompts.create(cast.editor, cast.teamId);
    const { content_hash: hash } = await registry.prompts.createVersion(cast.editor, id, 'one');
    await registry.prompts.tag(cast.editor, id, 1, 'prod');
    expect(versionOf(await call(cast.editor, id, 'PUT', '/1', { note: 'why' })).content_hash).toBe(hash);
    expect(versionOf(await registry.prompts.promote(cast.editor, id, 1)).content_hash).toBe(hash);
    expect(versionOf(await call(cast.editor, id, 'POST', '/1/duplicate')).content_hash).toBe(hash);
    const changed = versionOf(await call(cast.editor, id, 'PUT', '/2', { template: 'two' })).content_hash;
    expect(changed).toBe(sha256('two'));
    expect(versionOf(await call(cast.editor, id, 'PUT', '/2', { template: 'one' })).content_hash).toBe(hash);
    await expect(
      registry.pool.query(
        `update prompt_versions set content_hash = sha256('x') where prompt_id = $1 and version = 1`,
        [id],
      ),
    ).rejects.toThrow('immutable');
  });

  it('is computed when it is read, until the service has filled it in', async () => {
    const { id } = await registry.prompts.create(cast.editor, cast.teamId);
    for (const content of CONTENTS) await call(cast.editor, id, 'POST', '', content);
    await registry.prompts.promote(cast.editor, id, 1);
    const read = async () => {
      const ofOne = await Promise.all(
        CONTENTS.map((_, index) => call(cast.editor, id, 'GET', `/${index + 1}`)),
      );
      return [
        ...ofOne.map(({ body }) => body),
        (await registry.call(cast.editor, 'GET', `/v1/prompts/${id}/versions`)).body,
      ];
    };
    const numbers = CONTENTS.map((_, index) => index + 1);
    const rows = () => Promise.all(numbers.map((number) => stored(id, number)));
    const [answers, complete] = [await read(), await rows()];
    for (const { hash, contributors: people } of complete) {
      expect(hash).not.toBeNull();
      expect(people).toEqual([cast.editor.id]);
    }
    await forget(id);
    expect(await read()).toEqual(answers);
    await fill({}, false);
    expect((await rows()).map(({ hash }) => hash)).toEqual(complete.map(({ hash }) => hash));
    await fill();
    expect(await rows()).toEqual(complete);
    expect(await read()).toEqual(answers);
  });

  it('is forgotten when a process of the release before writes the draft, and who wrote it, too', async () => {
    const { id } = await registry.prompts.create(cast.editor, cast.teamId);
    await registry.prompts.createVersion(cast.editor, id, 'one');
    // The service fills them in again at any moment: what the statement has left is what it returns.
    const { rows } = await registry.pool.query(
      `with noted as (
         insert into audit_entries (prompt_id, team_id, actor_kind, actor_id, action, version)
         values ($1, $2, 'user', $3, 'version.updated', 1))
       update prompt_versions set template = 'two', body_revision = body_revision + 1, schema_revision = body_revision + 1
       where prompt_id = $1
       returning content_hash as hash, contributors, contributor_keys as keys`,
      [id, cast.teamId, cast.orgId],
    );
    expect(rows).toEqual([{ hash: null, contributors: null, keys: [] }]);
    expect(versionOf(await call(cast.editor, id, 'GET', '/1')).content_hash).toBe(sha256('two'));
    const people = [cast.editor.id, cast.orgId].toSorted();
    expect(await contributors(id, 1)).toEqual({ people, unknownKeys: [] });
    await fill();
    expect((await stored(id, 1)).hash).toBe(sha256('two'));
    expect(await contributors(id, 1)).toEqual({ people, unknownKeys: [] });
  });
});

describe('the contributors of a version', () => {
  const key = (facts: Partial<StateOf<'apiKey'>> = {}) =>
    registry.identity.createKey(cast.orgId, {
      operation: 'all',
      scope: { kind: 'teams', team_ids: [cast.teamId] },
      ...facts,
    });
  const member = async () => {
    const person = await registry.identity.register();
    await registry.tenancy.setMember(cast.teamId, person.id, 'editor');
    return person;
  };

  it('are all who created and edited it, and those of its source; a key is its maker', async () => {
    const [ada, ben, cid, dan] = [await member(), await member(), await member(), await member()];
    const bensKey = await key({ created_by: ben.id });
    const { id } = await registry.prompts.create(cast.editor, cast.teamId);
    await registry.prompts.createVersion(ada, id, 'one');
    await call(bensKey, id, 'PUT', '/1', { template: 'two' });
    await call(ada, id, 'PUT', '/1', { template: 'three' });
    await call(cid, id, 'POST', '/1/duplicate');
    await call(dan, id, 'PUT', '/2', { note: 'why' });
    await registry.prompts.promote(cast.editor, id, 2);
    const known = { [bensKey.id]: { createdBy: ben.id } };
    const first = { people: [ada.id, ben.id].toSorted(), unknownKeys: [] };
    const second = { people: [ada.id, ben.id, cid.id, dan.id].toSorted(), unknownKeys: [] };
    expect(await contributors(id, 1)).toEqual(first);
    expect(await contributors(id, 2)).toEqual(second);
    const rows = [await stored(id, 1), await stored(id, 2)];
    expect(rows[0]?.contributors).toEqual([ada.id, ben.id]);
    // The audit tells the same, also of a source that is gone.
    await forget(id);
    expect(await contributors(id, 2, known)).toEqual(second);
    expect((await call(ada, id, 'DELETE', '/1')).status).toBe(204);
    await fill(known);
    expect((await stored(id, 2)).contributors?.toSorted()).toEqual(second.people);
    for (const person of [ada, ben, cid, dan]) expect(isContributor(second, person.id)).toBe(true);
    expect(isContributor(second, cast.editor.id)).toBe(false);
  });

  it('are everybody while identity has not said who made a key that wrote', async () => {
    const [ada, ben] = [await member(), await member()];
    const old = await key();
    const { id } = await registry.prompts.create(cast.editor, cast.teamId);
    await registry.prompts.createVersion(ada, id, 'one');
    await call(old, id, 'PUT', '/1', { template: 'two' });
    await call(ada, id, 'POST', '/1/duplicate');
    const nameless = { [old.id]: { createdBy: undefined } };
    const open = { people: [ada.id], unknownKeys: [old.id] };
    for (const known of [{}, nameless]) {
      await fill(known);
      for (const number of [1, 2]) {
        expect(await contributors(id, number, known)).toEqual(open);
        expect((await stored(id, number)).contributors).toBeNull();
      }
    }
    expect(isContributor(open, cast.editor.id)).toBe(true);
    // An edit by somebody who is known hides nobody who was there before.
    await call(ben, id, 'PUT', '/2', { template: 'three' });
    const edited = { people: [ada.id, ben.id].toSorted(), unknownKeys: [old.id] };
    expect(await contributors(id, 2, nameless)).toEqual(edited);
    // Then it says so, for the versions that were written before, too.
    await registry.contexts.publish('apiKey', old.id, {
      key_hash: hashApiKey(old.token),
      org_id: cast.orgId,
      scope: { kind: 'teams', team_ids: [cast.teamId] },
      operation: 'all',
      name: 'a key',
      created_at: new Date().toISOString(),
      expires_at: null,
      created_by: ben.id,
    });
    const both = { people: [ada.id, ben.id].toSorted(), unknownKeys: [] };
    const known = { [old.id]: { createdBy: ben.id } };
    expect(await contributors(id, 2, known)).toEqual(both);
    await fill(known);
    for (const number of [1, 2]) expect(await contributors(id, number)).toEqual(both);
    await call(old, id, 'PUT', '/2', { template: 'three' });
    expect(await contributors(id, 2)).toEqual(both);
    expect(isContributor(both, cast.editor.id)).toBe(false);
  });

  it('are everybody for good when the key went before anybody knew its maker', async () => {
    const ada = await member();
    const gone = await key();
    const { id } = await registry.prompts.create(cast.editor, cast.teamId);
    await registry.prompts.createVersion(gone, id, 'one');
    await registry.pool.query('alter table audit_entries disable trigger audit_entries_immutable');
    await registry.pool.query(`update audit_entries set at = at - interval '1 day' where prompt_id = $1`, [
      id,
    ]);
    await registry.pool.query('alter table audit_entries enable trigger audit_entries_immutable');
    await registry.pool.query(
      `update prompt_versions set created_at = created_at - interval '1 day' where prompt_id = $1`,
      [id],
    );
    // As long as not all keys are known, none counts as gone.
    await fill({}, false);
    expect((await stored(id, 1)).contributors).toBeNull();
    await fill();
    expect(await stored(id, 1)).toMatchObject({ contributors: [], keys: [gone.id] });
    await call(ada, id, 'PUT', '/1', { template: 'two' });
    await call(ada, id, 'POST', '/1/duplicate');
    for (const number of [1, 2]) {
      const both = await contributors(id, number);
      expect(both).toEqual({ people: [ada.id], unknownKeys: [gone.id] });
      expect(isContributor(both, cast.editor.id)).toBe(true);
    }
  });
});
