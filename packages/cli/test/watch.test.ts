import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { run } from '../src/program.ts';
import { px0, REVISION } from './command.ts';

const TEAM = '00000000-0000-4000-8000-000000000001';
const PROMPT = '00000000-0000-4000-8000-000000000002';
const ETAG = '00000000000000';

let server: Server | undefined;
const streams = new Set<ServerResponse>();
const requests: string[] = [];

afterEach(() => {
  requests.length = 0;
  streams.clear();
  server?.closeAllConnections();
  server?.close();
});

interface Put {
  readonly live: number | null;
  readonly tags?: Readonly<Record<string, number>>;
  readonly status?: string;
}

/** A prompt with two versions; `number` makes its etag. */
function put(number: number, { live, tags = {}, status = 'active' }: Put): object {
  const version = { status: 'live', template: 'Hello', language: 1 };
  const prompt = {
    ...{ id: PROMPT, slug: 'greeting', status, created_at: '2026-01-01T00:00:00Z', live, tags },
    ...{ versions: [1, 2].map((each) => ({ ...version, version: each })), etag: `${ETAG}0${number}` },
  };
  return { type: 'put', team_id: TEAM, revision: REVISION, prompt };
}

function send(stream: ServerResponse, frame: object): void {
  stream.write(`data: ${JSON.stringify(frame)}\n\n`);
}

/** A px0 whose stream begins with one prompt, and says all of this then. */
async function streaming(frames: readonly object[]): Promise<NodeJS.ProcessEnv> {
  const first = [
    { type: 'hello', protocol: 1, resumed: false, stale: false, heartbeat_ms: 15_000, retry_ms: [0, 10] },
    { type: 'begin', team_id: TEAM, base: null },
    put(1, { live: 1, tags: { canary: 1 } }),
    {
      ...{ type: 'sync', revision: REVISION, digest: `${ETAG}01`, count: 1 },
      teams: [{ team_id: TEAM, revision: REVISION }],
    },
  ];
  server = createServer(({ method, url = '' }, response) => {
    requests.push(`${method} ${url.split('?')[0]}`);
    response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' });
    streams.add(response);
    for (const frame of [...first, ...frames]) send(response, frame);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  const { port } = server.address() as AddressInfo;
  return { PX0_HOST: `http://127.0.0.1:${port}`, PX0_ACCESS_TOKEN: 'ak_1' };
}

const CHANGES = [
  put(2, { live: 2, tags: { canary: 1 } }),
  put(3, { live: 2, tags: { canary: 2, prod: 1 } }),
  put(4, { live: 2, tags: { canary: 2, prod: 1 }, status: 'archived' }),
  { type: 'delete', team_id: TEAM, revision: REVISION, prompt_id: PROMPT },
];
/** What ends the command here. */
const END = { type: 'end', status: 401, error: 'unauthorized' };

interface Watched {
  readonly code: number;
  readonly lines: readonly string[];
  readonly stderr: string;
}

/** What the command prints until it has so many lines, and px0 refuses the caller. */
async function watch(args: readonly string[], env: NodeJS.ProcessEnv, count: number): Promise<Watched> {
  const printed = { stdout: '', stderr: '' };
  const sink = (name: keyof typeof printed) => ({
    write: (text: string) => {
      printed[name] += text;
      const lines = printed.stdout.split('\n').length - 1;
      if (name === 'stdout' && lines === count) for (const stream of streams) send(stream, END);
    },
  });
  const code = await run(['watch', ...args], env, {
    stdin: process.stdin,
    stdout: sink('stdout'),
    stderr: sink('stderr'),
  });
  return { code, lines: printed.stdout.trimEnd().split('\n'), stderr: printed.stderr };
}

it('prints changes in their order, and ends when px0 refuses the caller', async () => {
  const env = await streaming(CHANGES);
  const { code, lines, stderr } = await watch(['greeting'], env, CHANGES.length);
  expect(lines.map((line) => line.replace(/^\d\d:\d\d:\d\d {2}/, ''))).toEqual([
    'greeting  version 2 live (before: version 1 live)',
    'greeting  tag canary on version 2, tag prod on version 1',
    'greeting  archived',
    'greeting  removed',
  ]);
  expect(code).toBe(3);
  expect(stderr).toContain('Watching 1 prompt.\n');
  expect(stderr).toContain('px0: unauthorized\n');
  // It reports no renders, since it makes none.
  expect(requests).toEqual(['GET /v1/delivery/stream']);
});

it('prints an object a line with --json', async () => {
  const env = await streaming(CHANGES.slice(0, 1));
  const { lines } = await watch(['--json'], env, 1);
  expect(lines.map((line) => JSON.parse(line))).toEqual([
    {
      ...{ time: expect.any(String), slug: 'greeting', prompt_id: PROMPT, team_id: TEAM, kind: 'live' },
      before: { live: 1, tags: { canary: 1 }, status: 'active' },
      after: { live: 2, tags: { canary: 1 }, status: 'active' },
    },
  ]);
});

it('refuses what is no slug before it connects', async () => {
  const { code } = await px0(['watch', '..'], { env: { PX0_ACCESS_TOKEN: 'ak_1' } });
  expect(code).toBe(2);
});
