import { createHash } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { errorOf, refused } from './replies.ts';
import { type Bearer, type Cast, RunningRegistry } from './running-registry.ts';

let registry: RunningRegistry;
let cast: Cast;

beforeAll(async () => {
  registry = await RunningRegistry.start();
  cast = await registry.cast();
});
afterAll(() => registry?.stop());

interface Entry {
  readonly id: string;
  readonly action: string;
  readonly details: object;
  readonly text?: string;
}

const transition = (by: Bearer, promptId: string, operation: string, body?: unknown) =>
  registry.call(by, 'POST', `/v1/prompts/${promptId}/versions/${operation}`, body);
async function entriesOf(path: string): Promise<Entry[]> {
  const { body } = await registry.call(cast.viewer, 'GET', path);
  return (body as { entries: Entry[] }).entries;
}
const auditOf = (promptId: string) => entriesOf(`/v1/prompts/${promptId}/audit`);

async function prompt() {
  const { id } = await registry.prompts.create(cast.editor, cast.teamId);
  await registry.prompts.createVersion(cast.editor, id, 'text');
  return id;
}

describe('a note', () => {
  it('is the text of the audit entry of a promotion, demotion or archiving, and of nothing else', async () => {
    const id = await prompt();
    for (const [operation, note] of [
      ['1/promote', 'Checked by Ada.\nTwice.'],
      ['1/promote?require=payloads', '𝔘'.repeat(2_000)],
      ['1/demote', 'It was "wrong" – \u2028 ö'],
      ['1/archive', 'Not needed'],
    ] as const)
      expect((await transition(cast.editor, id, operation, { note })).status).toBe(200);
    const log = await auditOf(id);
    expect(log.map(({ action, text }) => [action, text])).toEqual([
      ['version.archived', 'Not needed'],
      ['version.demoted', 'It was "wrong" – \u2028 ö'],
      ['version.promoted', '𝔘'.repeat(2_000)],
      ['version.promoted', 'Checked by Ada.\nTwice.'],
      ['version.created', undefined],
      ['prompt.created', undefined],
    ]);
    expect(log[0]?.details).toEqual({ from: 'stable', to: 'archived' });
    expect(Object.keys(log[5] ?? {})).not.toContain('text');
    const [ofTeam] = await entriesOf(`/v1/teams/${cast.teamId}/prompts/audit?limit=1`);
    expect(ofTeam).toEqual(log[0]);
  });

  it('of a version is the text of the entry of its creation, and of an update that changes it', async () => {
    const { id } = await registry.prompts.create(cast.editor, cast.teamId);
    const versions = `/v1/prompts/${id}/versions`;
    await registry.call(cast.editor, 'POST', versions, { template: 'one', note: 'first' });
    for (const body of [
      { template: 'two' },
      { template: 'three', note: 'first' },
      { template: 'four', note: 'second' },
      { messages: [{ role: 'user', template: 'five' }], note: '' },
    ])
      expect((await registry.call(cast.editor, 'PUT', `${versions}/1`, body)).status).toBe(200);
    await transition(cast.editor, id, '1/duplicate');
    const log = await auditOf(id);
    expect(log.map(({ action, text, details }) => [action, text, details])).toEqual([
      ['version.duplicated', undefined, expect.anything()],
      ['version.updated', undefined, { kind: 'chat' }],
      ['version.updated', 'second', {}],
      ['version.updated', undefined, {}],
      ['version.updated', undefined, {}],
      ['version.created', 'first', {}],
      ['prompt.created', undefined, expect.anything()],
    ]);
  });

  it('is bound to its entry by a digest that can be checked while the text is kept', async () => {
    const id = await prompt();
    await transition(cast.editor, id, '1/promote', { note: 'because' });
    const { rows } = await registry.pool.query<{
      commitment: string;
      salt: Buffer;
      text: string;
      erased_at: null;
    }>(
      `select e.reason_commitment as commitment, t.salt, t.text, t.erased_at
       from audit_entries e join audit_texts t on t.entry_id = e.id where e.prompt_id = $1`,
      [id],
    );
    expect(rows).toMatchObject([{ text: 'because', erased_at: null }]);
    const salt = rows[0]?.salt ?? Buffer.alloc(0);
    expect(salt).toHaveLength(32);
    expect(rows[0]?.commitment).toBe(createHash('sha256').update(salt).update('because').digest('base64url'));
    const { rows: others } = await registry.pool.query(
      'select from audit_entries e where prompt_id = $1 and reason_commitment is not null',
      [id],
    );
    expect(others).toHaveLength(1);

    await registry.pool.query(
      'update audit_texts set text = null, salt = null, erased_at = now() where entry_id in (select id from audit_entries where prompt_id = $1)',
      [id],
    );
    expect(await auditOf(id)).toMatchObject([{ action: 'version.promoted' }, {}, {}]);
    expect(JSON.stringify(await auditOf(id))).not.toContain('because');
  });

  it.each([
    ['no body', undefined],
    ['an empty object', {}],
    ['null', { note: null }],
    ['an empty note', { note: '' }],
    ['a blank one', { note: ' \n' }],
    ['fields that nobody knows', { reason: 'x', version: 7 }],
  ])('is not there with %s', async (_, body) => {
    const id = await prompt();
    expect((await transition(cast.editor, id, '1/promote', body)).status).toBe(200);
    expect((await auditOf(id)).filter((entry) => 'text' in entry)).toEqual([]);
  });

  it('is not there with a body that is not JSON, which counts as none', async () => {
    const id = await prompt();
    const reply = await registry.send('POST', `/v1/prompts/${id}/versions/1/promote`, {
      headers: { authorization: `Bearer ${cast.editor.token}`, 'content-type': 'text/plain' },
      body: 'as before',
    });
    expect(reply.status).toBe(200);
  });

  it.each(['promote', 'promote?require=payloads', 'demote', 'archive'])(
    'of %s is judged after the right and before the version',
    async (operation) => {
      const id = await prompt();
      const long = { note: 'x'.repeat(2_001) };
      const run = (by: Bearer, ref: string, body: unknown, promptId = id) =>
        transition(by, promptId, `${ref}/${operation}`, body);
      expect(errorOf(await run(cast.editor, '1', 7, 'x'))).toEqual(refused(400, 'invalid prompt id'));
      expect(errorOf(await run(cast.outsider, '1', { note: 7 }))).toEqual(refused(404, 'prompt not found'));
      expect(errorOf(await run(cast.viewer, '1', { note: 7 }))).toEqual(refused(403, 'forbidden'));
      expect(errorOf(await run(cast.viewer, '1', long))).toEqual(refused(403, 'forbidden'));
      for (const body of [{ note: 7 }, { note: ['x'] }, [], 'x', { note: 'a\0b' }])
        expect(errorOf(await run(cast.editor, '9', body))).toEqual(refused(400, 'invalid request body'));
      expect(errorOf(await run(cast.editor, '9', long))).toEqual(
        refused(400, 'note must be at most 2000 characters'),
      );
      expect(errorOf(await run(cast.editor, '9', { note: 'x' }))).toEqual(refused(404, 'version not found'));
      expect((await auditOf(id)).map(({ action }) => action)).toEqual(['version.created', 'prompt.created']);
    },
  );

  it('stays with its entry when the team is deleted, until it is erased', async () => {
    const { editor, teamId } = await registry.cast();
    const { id } = await registry.prompts.create(editor, teamId);
    await registry.prompts.createVersion(editor, id, 'text');
    await transition(editor, id, '1/promote', { note: 'personal' });
    await registry.tenancy.deleteTeam(teamId);
    const rowsOf = async (statement: string) => (await registry.pool.query(statement, [id])).rows;
    await expect.poll(() => rowsOf('select from prompts where id = $1'), { timeout: 30_000 }).toEqual([]);
    expect(
      await rowsOf(`
        select e.action, t.text from audit_entries e left join audit_texts t on t.entry_id = e.id
        where e.prompt_id = $1 order by e.id desc limit 1`),
    ).toEqual([{ action: 'version.promoted', text: 'personal' }]);
  });
});
