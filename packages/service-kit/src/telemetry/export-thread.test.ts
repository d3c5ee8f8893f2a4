import { execFile } from 'node:child_process';
import { createServer } from 'node:http';
import { promisify } from 'node:util';
import { ExportResultCode } from '@opentelemetry/core';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { ExportThread } from './export-thread.ts';
import type { Signal } from './otlp-protocol.ts';

interface Posted {
  readonly path: string | undefined;
  readonly type: string | undefined;
  readonly token: unknown;
  readonly body: string;
}

const posted: Posted[] = [];
const collector = createServer((req, res) => {
  let body = '';
  req.on('data', (chunk) => {
    body += String(chunk);
  });
  req.on('end', () => {
    const { 'content-type': type, 'x-token': token } = req.headers;
    posted.push({ path: req.url, type, token, body });
    res.writeHead(req.headers['x-token'] === 'wrong' ? 401 : 200).end();
  });
});
let endpoint: string;

beforeAll(async () => {
  await new Promise<void>((resolve) => collector.listen(0, '127.0.0.1', resolve));
  const address = collector.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  endpoint = `http://127.0.0.1:${address.port}`;
});
afterEach(() => {
  posted.length = 0;
  vi.unstubAllEnvs();
});
afterAll(() => {
  collector.closeAllConnections();
  collector.close();
});

const bytes = new TextEncoder().encode('encoded');

describe('the export thread', () => {
  it('posts to the endpoint of each signal what the standard variables say', async () => {
    vi.stubEnv('OTEL_EXPORTER_OTLP_ENDPOINT', endpoint);
    vi.stubEnv('OTEL_EXPORTER_OTLP_HEADERS', 'x-token=right');
    vi.stubEnv('OTEL_EXPORTER_OTLP_METRICS_PROTOCOL', 'http/json');
    const thread = new ExportThread();
    const results = [await thread.send('TRACES', bytes), await thread.send('METRICS', bytes)];
    expect(results.map(({ code }) => code)).toEqual([ExportResultCode.SUCCESS, ExportResultCode.SUCCESS]);
    expect(posted).toEqual([
      { path: '/v1/traces', type: 'application/x-protobuf', token: 'right', body: 'encoded' },
      { path: '/v1/metrics', type: 'application/json', token: 'right', body: 'encoded' },
    ]);
  });

  it('says what went wrong', async () => {
    vi.stubEnv('OTEL_EXPORTER_OTLP_ENDPOINT', endpoint);
    vi.stubEnv('OTEL_EXPORTER_OTLP_HEADERS', 'x-token=wrong');
    const result = await new ExportThread().send('TRACES', bytes);
    expect(result.code).toBe(ExportResultCode.FAILED);
    expect(result.error?.message).toMatch(/Unauthorized/);
  });

  it('has settled when everything under way has been answered', async () => {
    vi.stubEnv('OTEL_EXPORTER_OTLP_ENDPOINT', endpoint);
    const thread = new ExportThread();
    void thread.send('TRACES', bytes);
    void thread.send('METRICS', bytes);
    await thread.settled();
    expect(posted.map(({ path }) => path).toSorted()).toEqual(['/v1/metrics', '/v1/traces']);
  });

  it('is started anew when it has died, and what it had is failed', async () => {
    vi.stubEnv('OTEL_EXPORTER_OTLP_ENDPOINT', endpoint);
    const thread = new ExportThread();
    const unknown: Signal = JSON.parse('"NONE"');
    expect(await thread.send(unknown, bytes)).toMatchObject({
      code: ExportResultCode.FAILED,
      error: expect.any(TypeError),
    });
    expect((await thread.send('TRACES', bytes)).code).toBe(ExportResultCode.SUCCESS);
  });

  it('keeps a process alive for as long as something is under way, and no longer', async () => {
    const program = `
      import { ExportThread } from ${JSON.stringify(new URL('./export-thread.ts', import.meta.url))};
      console.log((await new ExportThread().send('TRACES', new Uint8Array([1]))).code);`;
    const { stdout } = await promisify(execFile)(
      process.execPath,
      ['--input-type=module', '--eval', program],
      { cwd: import.meta.dirname, env: { ...process.env, OTEL_EXPORTER_OTLP_ENDPOINT: endpoint } },
    );
    expect(stdout.trim()).toBe(String(ExportResultCode.SUCCESS));
  });
});
