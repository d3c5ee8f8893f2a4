/**
 * npm run bench:check: what assertions add to a check, in one registry: a prompt with 100 payloads of 4 KB against one whose payloads have five assertions each. It prints a
 * table and writes bench/results/check.json. The target is a ratio of at most 1.5 for assertions that need neither patterns nor tokens; those that do are shown beside it.
 */
import { randomUUID } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { join } from 'node:path';
import { eventually, ownNats, ownPostgres, PlayedIdentity } from '@px0/testing/servers';
import { createdPromptId } from '../lib/created-prompt.ts';
import { ROOT } from '../lib/program.ts';
import { type RegistryProcess, startRegistry } from '../lib/registry-process.ts';
import { quantile } from '../lib/statistics.ts';

const PAYLOADS = 100;
const OUTPUT_CHARACTERS = 4_096;
const WARM_UP = 10;
const CHECKS = 60;

const kinds = {
  none: [],
  plain: [
    { type: 'contains', value: 'refund policy' },
    { type: 'not_contains', value: 'TODO' },
    { type: 'starts_with', value: 'Dear' },
    { type: 'max_chars', value: 8_000 },
    { type: 'no_placeholders' },
  ],
  patterns: [
    { type: 'matches', value: '(?i)refund\\s+policy' },
    { type: 'not_matches', value: '\\bTODO\\b' },
    { type: 'max_tokens', value: 2_000 },
    { type: 'max_chars', value: 8_000 },
    { type: 'no_placeholders' },
  ],
} as const;
type Kind = keyof typeof kinds;
const names: readonly Kind[] = ['none', 'plain', 'patterns'];

const servers = { nats: await ownNats(), postgres: await ownPostgres() };
let registry: RegistryProcess | undefined;
try {
  registry = await startRegistry(ROOT, 'checked', servers);
  const { url } = registry.process;
  const { key, teamId } = await prepared(registry);
  const prompts = new Map<Kind, string>();
  for (const kind of names) prompts.set(kind, await promptWith(url, key, teamId, kind));
  const latencies = new Map<Kind, number[]>(names.map((kind) => [kind, []]));
  for (let turn = 0; turn < WARM_UP + CHECKS; turn += 1) {
    for (const kind of names.toSorted(() => Math.random() - 0.5)) {
      const started = performance.now();
      const answer = await call(url, key, 'POST', `/v1/prompts/${prompts.get(kind)}/versions/2/check`, {});
      if (!answer.includes('"passed":true')) throw new Error(`a check fails: ${answer.slice(0, 1_000)}`);
      if (turn >= WARM_UP) latencies.get(kind)?.push(performance.now() - started);
    }
  }
  report(latencies);
} finally {
  await registry?.process.stop();
  await registry?.contexts.close();
  await Promise.all([servers.nats.close(), servers.postgres.close()]);
}

async function prepared({ contexts }: RegistryProcess): Promise<{ key: string; teamId: string }> {
  const [orgId, teamId] = [randomUUID(), randomUUID()];
  const created_at = new Date().toISOString();
  await contexts.publish('organization', orgId, { name: 'Bench', created_at });
  await contexts.publish('team', teamId, { org_id: orgId, name: 'Bench', is_default: true, created_at });
  const { token } = await new PlayedIdentity(contexts).createKey(orgId);
  return { key: token, teamId };
}

/** Two versions that differ, so that outputs are compared as they are in a review. */
async function promptWith(url: string, key: string, teamId: string, kind: Kind): Promise<string> {
  const create = () => call(url, key, 'POST', `/v1/teams/${teamId}/prompts`, { name: `Checked ${kind}` });
  // The key's event may still be on its way to the registry.
  const answer = await eventually(() => create().catch(() => undefined), {
    what: 'a prompt',
    timeoutMs: 30_000,
  });
  const id = createdPromptId(JSON.parse(answer));
  const versions = `/v1/prompts/${id}/versions`;
  await call(url, key, 'POST', versions, { template: 'Dear {{.name}}, our refund policy:\n{{.text}}' });
  for (const _ of ['stable', 'live']) await call(url, key, 'POST', `${versions}/1/promote`);
  await call(url, key, 'POST', versions, { template: 'Dear {{.name}}: our refund policy:\n{{.text}}' });
  const line = 'What you bought can be sent back within 30 days, as long as nobody has used it.\n';
  const text = line.repeat(OUTPUT_CHARACTERS / line.length);
  for (let number = 0; number < PAYLOADS; number += 1) {
    await call(url, key, 'POST', `/v1/prompts/${id}/payloads`, {
      name: `payload ${number}`,
      variables: { name: `Customer ${number}`, text },
      assertions: kinds[kind],
    });
  }
  return id;
}

async function call(url: string, key: string, method: string, path: string, body?: unknown): Promise<string> {
  const response = await fetch(url + path, {
    method,
    headers: { authorization: `Bearer ${key}`, 'content-type': 'application/json' },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
  const text = await response.text();
  if (!response.ok) throw new Error(`${method} ${path} was answered with ${response.status}: ${text}`);
  return text;
}

function report(latencies: ReadonlyMap<Kind, readonly number[]>): void {
  const base = quantile(latencies.get('none') ?? [], 0.5);
  const rows = [...latencies].map(([kind, times]) => ({
    assertions: kind,
    'p50 ms': round(quantile(times, 0.5)),
    'p95 ms': round(quantile(times, 0.95)),
    'to none': round(quantile(times, 0.5) / base),
  }));
  const machine = `${cpus().length} cores, ${cpus()[0]?.model ?? 'unknown processor'}, Node ${process.version}`;
  console.log(`${new Date().toISOString()}: ${machine}\n${CHECKS} checks each, in random order`);
  console.table(rows);
  const results = join(ROOT, 'bench/results');
  mkdirSync(results, { recursive: true });
  writeFileSync(
    join(results, 'check.json'),
    `${JSON.stringify({ at: new Date(), machine, rows }, null, 2)}\n`,
  );
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
