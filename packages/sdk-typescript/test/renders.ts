/**
 * An application that renders all the time and reports each result that differs from the one before. Its first line of input says by which
 * clients and what; it ends with its input. For tests that break everything else meanwhile. Other languages have the same program.
 */
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import {
  type Mode,
  NotFoundError,
  Px0,
  type RenderResult,
  UnauthorizedError,
  UnreachableError,
} from '../src/mod.ts';

interface Task {
  readonly everyMs: number;
  readonly clients: readonly {
    readonly host: string;
    readonly token: string;
    readonly mode: Mode;
    readonly team: string;
    readonly file: string;
  }[];
  readonly targets: readonly { readonly slug: string; readonly tag: string }[];
}

/** A program that runs this much later than it meant to says so. */
const LATE_MS = 20;

const lines = createInterface({ input: process.stdin });
const [first] = await new Promise<[string]>((resolve) => lines.once('line', (line) => resolve([line])));
const task: Task = JSON.parse(first);
let isOver = false;
lines.once('close', () => {
  isOver = true;
});

const print = (line: object) => void process.stdout.write(`${JSON.stringify(line)}\n`);

async function watchDelays(): Promise<void> {
  for (let due = Date.now() + LATE_MS; !isOver; due = Date.now() + LATE_MS) {
    await sleep(LATE_MS);
    const at = Date.now();
    if (at - due >= LATE_MS) print({ late: at - due, at });
  }
}

function seen(result: RenderResult) {
  const { text, version, revision, source, stale } = result;
  return { kind: 'text', text, version, revision, source, stale };
}

function failure(error: unknown) {
  const kind =
    error instanceof NotFoundError
      ? 'not found'
      : error instanceof UnauthorizedError
        ? 'unauthorized'
        : error instanceof UnreachableError
          ? 'unreachable'
          : 'another error';
  return { kind, text: String(error) };
}

async function renderAll({ host, token, mode, team, file }: Task['clients'][number], client: number) {
  await using px0 = new Px0({
    host,
    accessToken: token,
    mode,
    stateFile: file,
    pollIntervalMs: 5_000,
    remoteWhenNeeded: false,
    onWarning: (warning) => print({ client, warning, at: Date.now() }),
    ...(team !== '' && { teamId: team }),
  });
  const latest = task.targets.map(() => ({ shown: '', until: 0, count: 0 }));
  while (!isOver) {
    for (const [target, { slug, tag }] of task.targets.entries()) {
      const at = Date.now();
      const outcome = await px0.render(slug, { input: 'x' }, tag === '' ? {} : { tag }).then(seen, failure);
      const shown = JSON.stringify(outcome);
      const before = latest[target];
      if (before?.shown === shown) {
        before.until = at;
        before.count += 1;
        continue;
      }
      print({ client, target, at, until: before?.until, count: before?.count, ...outcome });
      latest[target] = { shown, until: at, count: 1 };
    }
    await sleep(task.everyMs);
  }
  for (const [target, { until, count }] of latest.entries()) {
    print({ client, target, at: Date.now(), until, count, kind: 'end' });
  }
}

await Promise.all([...task.clients.map(renderAll), watchDelays()]);
