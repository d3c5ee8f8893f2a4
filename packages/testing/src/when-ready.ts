/** Waiting for a service that a test has started in its own process: it listens before it can answer. */
import { eventually } from './eventually.ts';

/** Longer than a start takes on a machine that runs other tests. */
const READY_MS = 30_000;

/** Resolves when the service at the URL says that it is ready. @throws Error with what it lacks when it is not in time */
export async function whenReady(url: string): Promise<void> {
  await eventually(
    async () => {
      const response = await fetch(`${url}/readyz`);
      if (!response.ok) throw new Error(await response.text());
      return true;
    },
    { what: 'readiness', timeoutMs: READY_MS },
  );
}
