/** Puts load on one URL, with wrk if it is installed, otherwise autocannon. Both keep a fixed number of connections busy. */
import { execFile } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import autocannon from 'autocannon';

const run = promisify(execFile);

export interface LoadOptions {
  readonly url: string;
  readonly key: string;
  readonly body: string;
  readonly connections: number;
  readonly seconds: number;
  /** Requests a second; as many as possible when absent. */
  readonly rate?: number;
}

export interface LoadResult {
  readonly perSecond: number;
  /** Milliseconds. */
  readonly p50: number;
  readonly p99: number;
  readonly p999: number;
  readonly failures: number;
}

let wrkIsThere: Promise<boolean> | undefined;

/** Name of the client in use, for the table. */
export async function clientName(): Promise<string> {
  wrkIsThere ??= run('wrk', ['-v']).then(
    () => true,
    (error: { code?: unknown }) => error.code !== 'ENOENT',
  );
  return (await wrkIsThere) ? 'wrk' : 'autocannon';
}

/** A closed loop as fast as it goes, or with `rate` a steady one whose latencies count from when a request was due. */
export async function load(options: LoadOptions): Promise<LoadResult> {
  if (options.rate === undefined && (await clientName()) === 'wrk') return await loadWithWrk(options);
  return await loadWithAutocannon(options);
}

async function loadWithWrk({ url, key, body, connections, seconds }: LoadOptions): Promise<LoadResult> {
  const script = join(tmpdir(), `px0-bench-${randomUUID()}.lua`);
  await writeFile(script, wrkScript(key, body));
  const { stdout } = await run('wrk', [
    '-t1',
    `-c${connections}`,
    `-d${seconds}s`,
    '--latency',
    '-s',
    script,
    url,
  ]).finally(() => rm(script));
  const [
    perSecond = Number.NaN,
    p50 = Number.NaN,
    p99 = Number.NaN,
    p999 = Number.NaN,
    failures = Number.NaN,
  ] = /^RESULT (.+)$/m.exec(stdout)?.[1]?.split(' ').map(Number) ?? [];
  return { perSecond, p50, p99, p999, failures };
}

const wrkScript = (key: string, body: string): string => `
wrk.method = "POST"
wrk.body = ${JSON.stringify(body)}
wrk.headers["Content-Type"] = "application/json"
wrk.headers["Authorization"] = "Bearer ${key}"
done = function(summary, latency)
  local failures = summary.errors.status + summary.errors.connect + summary.errors.read + summary.errors.write + summary.errors.timeout
  io.write(string.format("RESULT %f %f %f %f %d\\n", summary.requests / (summary.duration / 1e6),
    latency:percentile(50) / 1000, latency:percentile(99) / 1000, latency:percentile(99.9) / 1000, failures))
end
`;

async function loadWithAutocannon({
  url,
  key,
  body,
  connections,
  seconds,
  rate,
}: LoadOptions): Promise<LoadResult> {
  const result = await autocannon({
    url,
    method: 'POST',
    body,
    headers: { 'content-type': 'application/json', authorization: `Bearer ${key}` },
    connections,
    duration: seconds,
    ...(rate === undefined ? {} : { overallRate: rate }),
  });
  const { p50, p99, p99_9: p999 } = result.latency;
  return { perSecond: result.requests.average, p50, p99, p999, failures: result.non2xx + result.errors };
}
