/**
 * Sends a request of the gateway's own to an address that failed, to see whether it is back. Uses its own connection, because
 * those of the pool may all be stuck, and asks for something that costs the service nothing.
 */
import { Client } from 'undici';

/** The path is public, touches no store, and is not logged by the services. */
const PATH = '/healthz';
/** A service that runs its event loop answers within milliseconds. */
const LIMIT_MS = 1_000;

export interface TrialTarget {
  readonly origin: string;
  /** The name in its TLS certificate, where the origin is an address. */
  readonly serverName: string | undefined;
}

/**
 * Resolves at any answer, whatever its status; what follows the headers is not read.
 *
 * @throws Error when there is none within a second, or `signal` ends the wait
 */
export async function tryAddress({ origin, serverName }: TrialTarget, signal: AbortSignal): Promise<void> {
  const client = new Client(origin, {
    connect: { timeout: LIMIT_MS, ...(serverName === undefined ? {} : { servername: serverName }) },
  });
  try {
    const { body } = await client.request({
      method: 'GET',
      path: PATH,
      signal: AbortSignal.any([signal, AbortSignal.timeout(LIMIT_MS)]),
    });
    // Its end by force is an error to the body, and of no interest.
    body.on('error', () => undefined);
  } finally {
    await client.destroy();
  }
}
