import { randomUUID } from 'node:crypto';
import type { PromptId } from '@px0/contracts';
import { encodeMark, type Sql } from '@px0/owner';
import { createPool, silentLogger } from '@px0/service-kit';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { auditPageStatement } from '../src/audit/store.ts';
import { foldersStatement, lockFolderStatement } from '../src/prompts/folder-store.ts';
import { type ListParameters, parseListQuery } from '../src/prompts/list-query.ts';
import { listStatement } from '../src/prompts/list-store.ts';
import { summariesStatement } from '../src/prompts/summary-store.ts';
import { teamUsageStatement } from '../src/usage/team-store.ts';
import { type Cast, RunningRegistry } from './running-registry.ts';

/** The anomaly to be excluded is a cost that grows with the number of rows: it would show as a scan or as thousands of pages read. */
const PROMPTS = 100_000;
const TEAMS = 100;
/** Rows of a statement that ends well before the statement timeout, on a slow machine, too. */
const BATCH = 5_000;

/** Half of the prompts are younger. */
const middle = encodeMark('-created_at', {
  value: new Date(Date.now() - 500 * PROMPTS).toISOString(),
  id: randomUUID(),
});

let registry: RunningRegistry;
let cast: Cast;
let promptId: string;

beforeAll(async () => {
  registry = await RunningRegistry.start();
  cast = await registry.cast();
  const teams = [cast.teamId, ...Array.from({ length: TEAMS - 1 }, () => randomUUID())];
  // On a connection of its own, so that what it did is in the server's counters when it ends.
  const seeding = createPool({
    connectionString: registry.stores.database.url,
    schema: 'registry',
    logger: silentLogger(),
    max: 1,
    statementTimeoutMs: 60_000,
  });
  await seeding.query(`select set_config('px0.gathers_content', 'on', false)`);
  for (let first = 1; first <= PROMPTS; first += BATCH) {
    await seeding.query(
      `with made as (
         insert into prompts (
           id, team_id, slug, name, next_version, created_at, search, folder, folder_search, content_search)
         select gen_random_uuid(), ($1::uuid[])[1 + n % $2], 'prompt_' || n, 'Prompt ' || n, 4, now() - n * interval '1 second',
           array_to_tsvector(array['prompt', n::text]), 'shelf_' || n / $2 % 40 || '/box_' || n % 7,
           array_to_tsvector(array['shelf', (n / $2 % 40)::text, 'box', (n % 7)::text]), array_to_tsvector(array['text', n::text])
         from generate_series($3::int, $4::int) n returning id, team_id)
       insert into prompt_versions (id, prompt_id, version, template, status, body_revision)
       select gen_random_uuid(), id, v, 'text ' || v, (array['live', 'stable', 'draft'])[v], 1
       from made, generate_series(1, 3) v where (v = 1 and random() < 0.2) or team_id = ($1::uuid[])[1]`,
      [teams, TEAMS, first, first + BATCH - 1],
    );
  }
  await seeding.query(
    `insert into audit_entries (prompt_id, team_id, actor_kind, actor_id, action)
     select id, team_id, 'user', id, 'prompt.created' from prompts limit 20000`,
  );
  await seeding.query(
    `insert into render_usage (prompt_id, version, hour, renders, failures)
     select id, 1, date_trunc('hour', now()) - h * interval '1 hour', 1, 0
     from (select id from prompts limit 5000) p, generate_series(0, 19) h`,
  );
  await seeding.query('analyze prompts, prompt_versions, prompt_tags, audit_entries, render_usage');
  const { rows } = await seeding.query<{ id: string }>('select id from prompts where team_id = $1 limit 1', [
    cast.teamId,
  ]);
  promptId = rows[0]?.id ?? '';
  await seeding.end();
}, 120_000);
afterAll(() => registry?.stop());

/** Pages touched, whether they were in memory or not. */
async function pagesOf(statement: Sql): Promise<{ plan: string; pages: number }> {
  const { rows } = await registry.pool.query<{ 'QUERY PLAN': string }>(
    `explain (analyze, buffers, costs off) ${statement.text}`,
    statement.values,
  );
  const plan = rows.map((row) => row['QUERY PLAN']).join('\n');
  const [, hits = '0'] = /^\s*Buffers: shared hit=(\d+)/m.exec(plan) ?? [];
  const [, reads = '0'] = /^\s*Buffers: shared (?:hit=\d+ )?read=(\d+)/m.exec(plan) ?? [];
  return { plan, pages: Number(hits) + Number(reads) };
}

/** What all statements of a request read together, as the server counts them. */
async function sequentialScans(): Promise<number> {
  const { rows } = await registry.pool.query<{ scans: number }>(
    `select sum(seq_tup_read)::float8 as scans from pg_stat_user_tables where relname in ('prompts', 'prompt_versions', 'prompt_tags', 'prompt_payloads')`,
  );
  return rows[0]?.scans ?? 0;
}

describe('with 100,000 prompts', () => {
  it.each([
    ['a page of a team', { limit: '50' }, 400],
    ['a page in the middle', { limit: '50', cursor: middle }, 400],
    ['a page by name', { limit: '50', sort: 'name' }, 400],
    ['a page by update', { limit: '50', sort: '-updated_at' }, 400],
    ['a page by change', { limit: '50', sort: '-changed_at' }, 400],
    ['a search, which reads the team at most', { limit: '50', q: 'prompt 4200' }, 2_500],
    [
      'a search of contents, which reads the team at most',
      { limit: '50', q: 'text 4200', in: 'content' },
      2_500,
    ],
    ['a folder', { limit: '50', folder: 'shelf_0/box_3' }, 400],
    ['a folder and what is below it', { limit: '50', folder: 'shelf_0/' }, 400],
    ['what is in no folder', { limit: '50', folder: '/' }, 400],
    ['a team’s whole list', {}, 2_500],
  ] satisfies [string, ListParameters, number][])('%s reads by index', async (_, parameters, limit) => {
    const { plan, pages } = await pagesOf(listStatement([cast.teamId], parseListQuery(parameters)));
    expect(plan).not.toContain('Seq Scan on prompts');
    expect(pages, plan).toBeLessThan(limit);
  });

  it('the folders of a team are read from their index', async () => {
    const { plan, pages } = await pagesOf(foldersStatement(cast.teamId, 10_000));
    expect(plan).toContain('prompts_team_folder');
    expect(pages, plan).toBeLessThan(1_200);
  });

  it('a folder that is moved is found by its index', async () => {
    const { plan, pages } = await pagesOf(lockFolderStatement(cast.teamId, 'shelf_0', 5_001));
    expect(plan).toContain('prompts_team_folder');
    // Each of the 25 prompts that it locks is a page that it writes.
    expect(pages, plan).toBeLessThan(600);
  });

  it('the summaries of a page read by index', async () => {
    const { rows } = await registry.pool.query<{ id: PromptId }>(
      'select id from prompts where team_id = $1 limit 50',
      [cast.teamId],
    );
    const { plan, pages } = await pagesOf(summariesStatement(rows.map(({ id }) => id)));
    expect(plan).not.toContain('Seq Scan on prompt_versions');
    expect(plan).not.toContain('Seq Scan on audit');
    expect(plan).not.toContain('Seq Scan on render_usage');
    expect(pages, plan).toBeLessThan(3_000);
  });

  it('a page of several teams reads no more of each than it shows', async () => {
    const { rows } = await registry.pool.query<{ id: string }>(
      'select distinct team_id as id from prompts limit 10',
    );
    const query = parseListQuery({ limit: '50', sort: '-changed_at' });
    const { plan, pages } = await pagesOf(
      listStatement(
        rows.map(({ id }) => id),
        query,
      ),
    );
    expect(plan).toContain('prompts_team_changed');
    expect(pages, plan).toBeLessThan(2_000);
  });

  it('the usage of a team reads the hours of its own prompts', async () => {
    const { plan } = await pagesOf(teamUsageStatement(cast.teamId, 30));
    expect(plan).not.toContain('Seq Scan on render_usage');
    expect(plan).not.toContain('Seq Scan on prompt_versions');
  });

  it('a page of the audit log with its texts reads by index', async () => {
    await registry.pool.query(
      `insert into audit_texts (entry_id, salt, text) select id, '\\x00', 'a note' from audit_entries`,
    );
    const { plan } = await pagesOf(
      auditPageStatement({ teamId: cast.teamId }, { limit: 50, before: undefined }),
    );
    expect(plan).toContain('audit_texts_pkey');
  });

  it('a page of the audit log reads by index', async () => {
    const { plan } = await pagesOf(
      auditPageStatement({ teamId: cast.teamId }, { limit: 50, before: undefined }),
    );
    expect(plan).toContain('audit_entries_team');
  });

  it('get, by id and slug, create, promote, tag and duplicate scan no table', async () => {
    const before = await sequentialScans();
    const { editor, teamId } = cast;
    const { slug } = await registry.prompts.create(editor, teamId);
    await registry.call(editor, 'GET', `/v1/prompts/${slug}`);
    await registry.call(editor, 'GET', `/v1/prompts/${promptId}?tag=nope`);
    for (const operation of ['promote', 'promote', 'demote', 'duplicate', 'archive']) {
      const reply = await registry.call(editor, 'POST', `/v1/prompts/${promptId}/versions/3/${operation}`);
      expect(reply.status).toBeLessThan(300);
    }
    await registry.prompts.tag(editor, promptId, 2, 'prod');
    await registry.prompts.createPayload(editor, promptId, { variables: 1 });
    await registry.call(editor, 'GET', `/v1/prompts/${promptId}/versions`);
    // The counters of a connection are complete when it has ended.
    await registry.stopService();
    expect((await sequentialScans()) - before).toBeLessThan(1_000);
  });
});
