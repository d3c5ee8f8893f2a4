import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { constants, createGzip } from 'node:zlib';
import { asEvent, asLine, type Frame } from '@px0/delivery';
import { temporaryFolder } from '@px0/testing';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { token } from '../played-px0.ts';

const team_id = 'aaaaaaaa-0000-4000-8000-000000000000';
const revision = token('1', 10);
const etag = '0000000000000001';
const transfer: readonly Frame[] = [
  { type: 'begin', team_id, base: null },
  {
    type: 'put',
    team_id,
    revision,
    prompt: {
      id: 'p1',
      slug: 'greeting',
      status: 'active',
      created_at: '2026-01-01T00:00:00Z',
      live: 1,
      tags: {},
      versions: [{ version: 1, status: 'live', template: 'Hello', language: 1 }],
      etag,
    },
  },
  { type: 'sync', revision, digest: etag, count: 1, teams: [{ team_id, revision }] },
];
const hello: Frame = {
  type: 'hello',
  protocol: 1,
  resumed: false,
  stale: false,
  heartbeat_ms: 15_000,
  retry_ms: [0, 10],
};

let server: Server;
let folder: string;
beforeAll(async () => {
  folder = await temporaryFolder('many-clients');
  server = createServer((req, res) => {
    if (req.url?.startsWith('/v1/delivery/stream') !== true) {
      res.writeHead(200, { 'content-type': 'application/x-ndjson', 'px0-revision': revision });
      res.end(transfer.map(asLine).join(''));
      return;
    }
    res.writeHead(200, {
      'content-type': 'text/event-stream',
      'content-encoding': 'gzip',
      'px0-revision': revision,
    });
    const zip = createGzip({ flush: constants.Z_SYNC_FLUSH });
    zip.pipe(res);
    res.once('close', () => zip.destroy());
    zip.write([hello, ...transfer].map(asEvent).join(''));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
});
afterAll(async () => {
  server.closeAllConnections();
  server.close();
  await rm(folder, { recursive: true });
});

it.each(['stream', 'poll'])(
  'closed clients in mode %s leave nothing',
  async (mode) => {
    const host = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    const program = join(import.meta.dirname, 'many-clients.ts');
    const { stdout } = await promisify(execFile)(process.execPath, [program, host, mode, folder]);
    const { before, after } = JSON.parse(stdout);
    expect(before.clients).toBe(0);
    for (const [what, count] of Object.entries(before))
      expect([what, after[what] <= Number(count)]).toEqual([what, true]);
  },
  120_000,
);
