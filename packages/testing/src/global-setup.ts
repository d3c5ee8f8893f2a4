/**
 * Vitest's global setup: one `TestServers` per run, in vitest's main process. The test files run in processes of their own
 * and ask for the URLs over loopback HTTP, so the servers start with the first question.
 */
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { natsServerBinary } from '@px0/local-platform';
import type { TestProject } from 'vitest/node';
import { TestServers } from './test-servers.ts';

declare module 'vitest' {
  interface ProvidedContext {
    testServers: string;
  }
}

export async function setup(project: TestProject): Promise<() => Promise<void>> {
  // Once for the run and before any test: test files that install it at the same time would be in each other's way. Without it, the
  // tests that need it fail with the sentence that says what to install.
  await natsServerBinary((text) => process.stdout.write(`px0: ${text}\n`)).catch(() => undefined);
  const servers = new TestServers();
  const broker = createServer((request, response) => {
    const url = request.url === '/postgres' ? servers.postgresUrl() : servers.natsUrl();
    url.then(
      (text) => response.end(text),
      (error: unknown) => response.writeHead(500).end(error instanceof Error ? error.message : String(error)),
    );
  });
  await new Promise<void>((resolve) => broker.listen(0, '127.0.0.1', resolve));
  broker.unref();
  project.provide('testServers', `http://127.0.0.1:${portOf(broker.address())}`);
  return async () => {
    broker.closeAllConnections();
    broker.close();
    await servers.stop();
  };
}

function portOf(address: AddressInfo | string | null): number {
  if (address === null || typeof address === 'string')
    throw new Error('the broker of the test servers has no port');
  return address.port;
}
