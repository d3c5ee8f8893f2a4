/** What the maintenance commands say when they cannot do their work: one sentence, and exit code 1. */
import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { testBus } from '@px0/testing';
import { expect, it } from 'vitest';

const NOWHERE = 'postgres://px0:px0@127.0.0.1:1/px0';

interface Ending {
  readonly code: unknown;
  readonly stderr: string;
}

function run(main: string, env: Record<string, string>): Promise<Ending> {
  const command = join(import.meta.dirname, '../src', main);
  return new Promise((resolve) =>
    execFile(
      process.execPath,
      [command, '--replace'],
      { env: { ...env, LOG_LEVEL: 'silent' } },
      (error, _, stderr) => resolve({ code: error?.code ?? 0, stderr }),
    ),
  );
}

async function expectSentence(
  [name, main]: readonly [string, string],
  env: Record<string, string>,
  sentence: RegExp,
): Promise<void> {
  const { code, stderr } = await run(main, env);
  expect(stderr).toMatch(new RegExp(`^px0 ${name}: ${sentence.source}\\n$`));
  expect(code).toBe(1);
}

const compact = ['compact', 'outbox/compact-main.ts'] as const;
const adopt = ['adopt-database', 'fence/adopt-main.ts'] as const;

it.each([compact, adopt])('%s without a database', (...command) =>
  expectSentence(command, {}, /DATABASE_URL must be set\./),
);

it('without NATS', () =>
  expectSentence(
    compact,
    { DATABASE_URL: NOWHERE, NATS_URL: 'nats://127.0.0.1:1' },
    /NATS does not answer at NATS_URL \(.+\)\./,
  ));

it('where Postgres does not answer', async () => {
  const { servers, streamPrefix } = await testBus();
  await expectSentence(
    adopt,
    { DATABASE_URL: NOWHERE, DATABASE_WAIT_MS: '100', NATS_URL: servers, PX0_STREAM_PREFIX: streamPrefix },
    /Postgres did not answer within 100 ms \(.+\)\./,
  );
});
