import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { eventually, ForeignContexts, freePort, testBus } from '@px0/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';

let primary: ChildProcess;
let url: string;
let contexts: ForeignContexts;

beforeAll(async () => {
  const bus = await testBus();
  const port = await freePort();
  url = `http://127.0.0.1:${port}`;
  primary = spawn(process.execPath, [`${import.meta.dirname}/../src/main.ts`], {
    env: {
      ...process.env,
      PORT: String(port),
      NATS_URL: bus.servers,
      PX0_STREAM_PREFIX: bus.streamPrefix,
      WEB_CONCURRENCY: '2',
      LOG_LEVEL: 'fatal',
    },
    stdio: 'inherit',
  });
  contexts = await ForeignContexts.connect(bus);
  await contexts.declareEpoch();
  await contexts.complete('identity', 'tenancy', 'registry');
  await eventually(ready, { what: 'readiness', timeoutMs: 60_000 });
});
afterAll(async () => {
  if (primary.exitCode === null) primary.kill('SIGKILL');
  await contexts.close();
});

const ready = async () => (await fetch(`${url}/readyz`)).ok;

const workers = () =>
  readFileSync(`/proc/${primary.pid}/task/${primary.pid}/children`, 'utf8')
    .split(' ')
    .filter(Boolean)
    .map(Number);

it('serves from several workers behind one port, starts one anew that was killed, and leaves none behind', async () => {
  const [first, second] = await eventually(() => (workers().length === 2 ? workers() : undefined));
  expect(first).not.toBe(second);
  process.kill(Number(first), 'SIGKILL');
  await eventually(() => workers().length === 2 && !workers().includes(Number(first)));
  await eventually(ready);
  const left = workers();
  primary.kill('SIGTERM');
  const [code] = await once(primary, 'exit');
  expect(code).toBe(0);
  for (const pid of left) expect(() => process.kill(pid, 0)).toThrow();
});
