/**
 * npm run bench:audit: what sealing costs writers. Sixteen of them write prompts of one organization, with the sealer at work and with its lock
 * held by the benchmark, in alternating runs. It prints a table and writes bench/results/audit.json. The ratio of the rates counts.
 */
import { randomUUID } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { eventually, ownNats, ownPostgres, PlayedIdentity, withPostgres } from '@px0/testing/servers';
import { createdPromptId } from '../lib/created-prompt.ts';
import { processorSeconds } from '../lib/processor-time.ts';
import { ROOT } from '../lib/program.ts';
import { startRegistry } from '../lib/registry-process.ts';
import { median, quantile, spread } from '../lib/statistics.ts';

const WRITERS = 16;
const PAIRS = Number(process.env['BENCH_PAIRS'] ?? 9);
const SECONDS = Number(process.env['BENCH_SECONDS'] ?? 5);

interface Run {
  readonly perSecond: number;
  readonly times: readonly number[];
  /** Milliseconds of processor time per write, by program. */
  readonly used: { readonly [P in Used]: number };
}

const PROGRAMS = { registry: 'prompt-registry', postgres: 'postgres', nats: 'nats-server' } as const;
type Used = keyof typeof PROGRAMS;

const servers = { nats: await ownNats(), postgres: await ownPostgres() };
const { process: registry, contexts } = await startRegistry(ROOT, 'bench', servers);
const database = new URL(servers.postgres.url);
database.pathname = '/bench';
try {
  await withPostgres(database.href, async (sql) => {
    const [orgId, teamId] = [randomUUID(), randomUUID()];
    const created_at = new Date().toISOString();
    await contexts.publish('organization', orgId, { name: 'Bench', created_at });
    await contexts.publish('team', teamId, { org_id: orgId, name: 'Bench', is_default: true, created_at });
    const { token } = await new PlayedIdentity(contexts).createKey(orgId);
    const prompts = await Promise.all(
      Array.from({ length: WRITERS }, (_, index) => create(teamId, token, index)),
    );
    const runs = { off: [] as Run[], on: [] as Run[] };
    for (let pair = -1; pair < PAIRS; pair += 1) {
      for (const side of pair % 2 === 0 ? (['off', 'on'] as const) : (['on', 'off'] as const)) {
        if (side === 'off')
          await sql.query(`select pg_advisory_lock(hashtext('px0.audit'), hashtext('registry'))`);
        const before = usedSeconds();
        const run = await write(prompts, token);
        // What is sealed after the last write belongs to the writes, too.
        if (side === 'on')
          await eventually(() => isSealed(sql), { what: 'all entries are sealed', timeoutMs: 120_000 });
        const used = usedSeconds();
        if (side === 'off') await sql.query('select pg_advisory_unlock_all()');
        await eventually(() => isSealed(sql), { what: 'all entries are sealed', timeoutMs: 120_000 });
        // The first pair warms up.
        if (pair < 0) continue;
        const perWrite = (name: Used) => ((used[name] - before[name]) * 1_000) / run.times.length;
        runs[side].push({
          ...run,
          used: { registry: perWrite('registry'), postgres: perWrite('postgres'), nats: perWrite('nats') },
        });
      }
    }
    report(runs);
  });
} finally {
  await registry.stop();
  await contexts.close();
  await Promise.all([servers.nats.close(), servers.postgres.close()]);
}

function usedSeconds(): Record<Used, number> {
  const of = (name: Used) => processorSeconds((line) => line.includes(PROGRAMS[name]));
  return { registry: of('registry'), postgres: of('postgres'), nats: of('nats') };
}

type Sql = Parameters<Parameters<typeof withPostgres>[1]>[0];

async function isSealed(sql: Sql): Promise<boolean> {
  const { rows } = await sql.query('select from registry.audit_unsealed limit 1');
  return rows.length === 0;
}

async function create(teamId: string, token: string, index: number): Promise<string> {
  const answer = await eventually(
    () =>
      call('POST', `/v1/teams/${teamId}/prompts`, token, { name: `Prompt ${index}` }).catch(() => undefined),
    { what: 'a prompt', timeoutMs: 30_000 },
  );
  return createdPromptId(JSON.parse(answer));
}

/** Each writer changes its own prompt, as fast as it is answered. */
async function write(prompts: readonly string[], token: string): Promise<Omit<Run, 'used'>> {
  const times: number[] = [];
  const end = performance.now() + SECONDS * 1_000;
  await Promise.all(
    prompts.map(async (id) => {
      for (let count = 0; performance.now() < end; count += 1) {
        const started = performance.now();
        await call('PATCH', `/v1/prompts/${id}`, token, { description: `${count} ${started}` });
        times.push(performance.now() - started);
      }
    }),
  );
  return { perSecond: times.length / SECONDS, times };
}

async function call(method: string, path: string, token: string, body: object): Promise<string> {
  const answer = await fetch(registry.url + path, {
    method,
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: JSON.stringify(body),
  });
  const text = await answer.text();
  if (!answer.ok) throw new Error(`${method} ${path} was answered with ${answer.status}: ${text}`);
  return text;
}

function report(runs: { readonly off: readonly Run[]; readonly on: readonly Run[] }): void {
  const machine = `${cpus().length} cores, ${cpus()[0]?.model ?? 'unknown processor'}, Node ${process.version}`;
  const rows = (['off', 'on'] as const).map((side) => ({
    sealer: side,
    'writes/s': spread(
      runs[side].map(({ perSecond }) => perSecond),
      0,
    ),
    'p50 ms': median(runs[side].map(({ times }) => quantile([...times], 0.5))).toFixed(2),
    'p99 ms': median(runs[side].map(({ times }) => quantile([...times], 0.99))).toFixed(2),
    ...Object.fromEntries(
      (Object.keys(PROGRAMS) as Used[]).map((name) => [
        `${name} ms`,
        median(runs[side].map(({ used }) => used[name])).toFixed(2),
      ]),
    ),
  }));
  const ratios = runs.on.map(
    ({ perSecond }, index) => perSecond / (runs.off[index]?.perSecond ?? Number.NaN),
  );
  console.log(
    `${new Date().toISOString()}: ${machine}\n${WRITERS} writers, ${PAIRS} alternating pairs of ${SECONDS} s`,
  );
  console.table(rows);
  console.log(`writes with the sealer on to off: ${spread(ratios, 3)}`);
  const results = join(ROOT, 'bench/results');
  mkdirSync(results, { recursive: true });
  const result = { at: new Date(), machine, rows, ratios };
  writeFileSync(join(results, 'audit.json'), `${JSON.stringify(result, null, 2)}\n`);
}
