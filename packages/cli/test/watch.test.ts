import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, it } from 'vitest';
import { px0, REVISION } from './command.ts';

const TEAM = '00000000-0000-4000-8000-000000000001';
const PROMPT = '00000000-0000-4000-8000-000000000002';
const ETAG = '00000000000000';

let server: Server | undefined;

afterEach(() => {
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
  server = createServer((_request, response) => {
    response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8' });
    for (const frame of [...first, ...frames]) response.write(`data: ${JSON.stringify(frame)}\n\n`);
  });
  await new Promise<void>((resolve) => server?.listen(0, '127.0.0.1', resolve));
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

it('prints changes in their order, and ends when px0 refuses the caller', async () => {
  const env = await streaming([...CHANGES, END]);
  const { code, stdout, stderr } = await px0(['watch', 'greeting'], { env });
  expect(stdout.replaceAll(/^\d\d:\d\d:\d\d {2}/gm, '').split('\n')).toEqual([
    'greeting  version 2 live (before: version 1 live)',
    'greeting  tag canary on version 2, tag prod on version 1',
    'greeting  archived',
    'greeting  removed',
    '',
  ]);
  expect(code).toBe(3);
  expect(stderr).toContain('Watching 1 prompt.\n');
  expect(stderr).toContain('px0: unauthorized\n');
});

it('prints an object a line with --json', async () => {
  const env = await streaming([CHANGES[0] ?? {}, END]);
  const { stdout } = await px0(['watch', '--json'], { env });
  expect(JSON.parse(stdout)).toEqual({
    ...{ time: expect.any(String), slug: 'greeting', prompt_id: PROMPT, team_id: TEAM, kind: 'live' },
    before: { live: 1, tags: { canary: 1 }, status: 'active' },
    after: { live: 2, tags: { canary: 1 }, status: 'active' },
  });
});

it('refuses what is no slug before it connects', async () => {
  const { code } = await px0(['watch', '..'], { env: { PX0_ACCESS_TOKEN: 'ak_1' } });
  expect(code).toBe(2);
});
