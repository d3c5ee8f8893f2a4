import { eventually } from '@px0/testing';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { versionOf } from './prompts.ts';
import { type Cast, type Reply, RunningRegistry } from './running-registry.ts';

let registry: RunningRegistry;
let cast: Cast;

beforeAll(async () => {
  registry = await RunningRegistry.start();
  cast = await registry.cast();
});
afterAll(() => registry?.stop());

const times = <T>(count: number, work: (index: number) => Promise<T>) =>
  Promise.all(Array.from({ length: count }, (_, index) => work(index)));

/**
 * Writes as one of many. Where a machine needs more than 10 s for those before it, a writer is refused with a 503 and told to come again. That
 * it had written nothing until then shows in what all of them are answered.
 */
const write = (path: string, body?: object): Promise<Reply> =>
  eventually(
    async () => {
      const reply = await registry.call(cast.editor, 'POST', path, body);
      const isTurnedAway = reply.status === 503 && reply.headers.has('retry-after');
      return isTurnedAway ? undefined : reply;
    },
    { timeoutMs: 60_000, intervalMs: 1_000, what: `the turn of POST ${path}` },
  );

const newPrompt = () => registry.prompts.create(cast.editor, cast.teamId);
const liveNumbers = async (id: string) => {
  const { rows } = await registry.pool.query<{ version: number }>(
    "select version from prompt_versions where prompt_id = $1 and status = 'live'",
    [id],
  );
  return rows.map(({ version }) => version);
};

describe('writers at once', { timeout: 180_000 }, () => {
  it('50 creations and duplications of versions get 50 distinct numbers', async () => {
    const { id } = await newPrompt();
    await registry.prompts.createVersion(cast.editor, id);
    const path = `/v1/prompts/${id}/versions`;
    const replies = await times(50, (index) =>
      index % 2 === 0 ? write(path, { template: 'x' }) : write(`${path}/1/duplicate`),
    );
    const numbers = replies.map((reply) => versionOf(reply).version);
    expect(numbers.toSorted((a, b) => a - b)).toEqual(Array.from({ length: 50 }, (_, index) => index + 2));
  });

  it('50 promotions of 50 versions leave exactly one live', async () => {
    const { id } = await newPrompt();
    const path = `/v1/prompts/${id}/versions`;
    await times(50, () => write(path, { template: 'x' }));
    await times(50, (index) => write(`${path}/${index + 1}/promote`));
    const replies = await times(50, (index) => write(`${path}/${index + 1}/promote`));
    expect(replies.map(({ status }) => status)).toEqual(Array(50).fill(200));
    expect(await liveNumbers(id)).toHaveLength(1);
  });

  it('50 promotions of one version succeed once', async () => {
    const { id } = await newPrompt();
    await registry.prompts.versionIn(cast.editor, id, 'stable');
    const replies = await times(50, () => write(`/v1/prompts/${id}/versions/1/promote`));
    expect(replies.filter(({ status }) => status === 200)).toHaveLength(1);
    expect(replies.filter(({ status }) => status === 422)).toHaveLength(49);
    expect(await liveNumbers(id)).toEqual([1]);
  });

  it('a version is either deleted or promoted, never both', async () => {
    const { id } = await newPrompt();
    await times(10, async () => {
      const { version } = await registry.prompts.createVersion(cast.editor, id);
      const path = `/v1/prompts/${id}/versions/${version}`;
      const [removed, promoted] = await Promise.all([
        registry.call(cast.editor, 'DELETE', path),
        registry.call(cast.editor, 'POST', `${path}/promote`),
      ]);
      expect([`${removed.status} ${promoted.status}`]).toContainEqual(
        expect.stringMatching(/^(204 404|422 200)$/),
      );
    });
  });

  it('one of many editors who saw the same draft saves it', async () => {
    const { id } = await newPrompt();
    await registry.prompts.createVersion(cast.editor, id);
    const path = `/v1/prompts/${id}/versions/1`;
    const etag = (await registry.call(cast.editor, 'GET', path)).headers.get('etag') ?? '';
    const replies = await times(20, (index) =>
      registry.call(cast.editor, 'PUT', path, { template: `by ${index}` }, { 'if-match': etag }),
    );
    expect(replies.map(({ status }) => status).toSorted()).toEqual([200, ...Array(19).fill(412)]);
  });

  it('one of many creations of a name succeeds', async () => {
    const replies = await times(20, () =>
      registry.call(cast.editor, 'POST', `/v1/teams/${cast.teamId}/prompts`, { name: 'The Only One' }),
    );
    expect(replies.map(({ status }) => status).toSorted()).toEqual([201, ...Array(19).fill(409)]);
  });

  it('tags set and moved at once end on one version each', async () => {
    const { id } = await newPrompt();
    await times(4, () => registry.prompts.createVersion(cast.editor, id));
    await times(40, (index) => registry.prompts.tag(cast.editor, id, (index % 4) + 1, `tag${index % 3}`));
    const { body } = await registry.call(cast.editor, 'GET', `/v1/prompts/${id}/tags`);
    expect((body as { tags: unknown[] }).tags).toHaveLength(3);
  });
});

describe('writers of all kinds at once', { timeout: 180_000 }, () => {
  it('leave the time of the last of them as the last change of their prompts', async () => {
    const [{ id }, other] = [await newPrompt(), await newPrompt()];
    await times(2, () => registry.prompts.createVersion(cast.editor, id));
    const path = `/v1/prompts/${id}`;
    const moves = ['a', 'b'].map((to) => ({ from: to === 'a' ? 'b' : 'a', to }));
    await registry.call(cast.editor, 'PATCH', `/v1/prompts/${other.id}`, { folder: 'a' });
    await registry.call(cast.editor, 'PATCH', path, { folder: 'b' });
    const kinds: readonly ((index: number) => Promise<Reply>)[] = [
      () => write(`${path}/versions`, { template: 'x' }),
      () => write(`${path}/versions/1/duplicate`),
      (index) => write(`${path}/versions/${(index % 2) + 1}/tags`, { tag: 'moved' }),
      (index) => write(`${path}/payloads`, { name: `payload ${index}`, variables: {} }),
      (index) => registry.call(cast.editor, 'PATCH', path, { description: `by ${index}` }),
      (index) => registry.call(cast.editor, 'PUT', `${path}/versions/2`, { template: `by ${index}` }),
      // Locks both prompts.
      (index) => write(`/v1/teams/${cast.teamId}/folders/move`, moves[index % 2]),
    ];
    const replies = await times(56, (index) => kinds[index % kinds.length]?.(index) ?? write(path));
    expect(replies.filter(({ status }) => status >= 300)).toEqual([]);
    const { rows } = await registry.pool.query(
      `select p.changed_at = last.at as "isOfLast", last.at = last.latest as "isLatest"
       from prompts p cross join lateral (
         select a.at, max(a.at) over () as latest from audit_entries a where a.prompt_id = p.id order by a.id desc limit 1) as last
       where p.id = any($1::uuid[])`,
      [[id, other.id]],
    );
    expect(rows).toEqual(Array(2).fill({ isOfLast: true, isLatest: true }));
  });
});

describe('the database itself', () => {
  it('refuses a second live version, a changed template of a stable one, and an altered audit entry', async () => {
    const { id } = await newPrompt();
    await registry.prompts.versionIn(cast.editor, id, 'live');
    await registry.prompts.versionIn(cast.editor, id, 'stable');
    const sql = (text: string) => registry.pool.query(text, [id]);
    await expect(
      sql("update prompt_versions set status = 'live' where prompt_id = $1 and version = 2"),
    ).rejects.toThrow('prompt_versions_one_live');
    await expect(
      sql("update prompt_versions set template = 'x' where prompt_id = $1 and version = 2"),
    ).rejects.toThrow('immutable');
    await expect(sql("update audit_entries set action = 'x' where prompt_id = $1")).rejects.toThrow(
      'never altered',
    );
    await expect(sql("update prompts set status = 'x' where id = $1")).rejects.toThrow('prompts_status');
    await expect(
      sql("insert into prompt_tags (prompt_id, tag, version) values ($1, 'x', 9)"),
    ).rejects.toThrow('prompt_tags_version');
  });
});
