/**
 * Free ports for the servers and services of one machine. Each port is handed out only once as long as its process lives, so that two
 * servers that start at the same time never get the same one, whichever process starts them.
 */
import { randomInt } from 'node:crypto';
import { createServer } from 'node:net';
import { claimPort } from './port-claims.ts';

/** Below Linux's ephemeral range (from 32768), so that an outgoing connection does not take a port between choice and use. */
const lowestPort = 20_000;
const highestPort = 32_000;
const attempts = 200;

export function isPortFree(port: number, host = '127.0.0.1'): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen({ port, host, exclusive: true }, () => probe.close(() => resolve(true)));
  });
}

/** A free port on the loopback interface that no living process has been given before. */
export async function freePort(): Promise<number> {
  for (let attempt = 0; attempt < attempts; attempt += 1) {
    const port = randomInt(lowestPort, highestPort);
    if ((await claimPort(port)) && (await isPortFree(port))) return port;
  }
  throw new Error(`no free port found between ${lowestPort} and ${highestPort} in ${attempts} attempts`);
}
