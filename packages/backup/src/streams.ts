/**
 * The streams after a restore. They may show more than the restored tables know, and owners take a stream that is ahead for their own
 * writing: so they are deleted, and made anew from the tables.
 */
import { connectBus } from '@px0/event-bus';
import { silentLogger } from '@px0/service-kit';
import { BackupError } from './backup-error.ts';

/** The server forgets the consumer of a reader that ended only after a while. */
const READERS_GONE_MS = 40_000;
const POLL_MS = 250;

/**
 * Deletes the streams of state and bodies. Counts of renders stay: each is inserted once, whatever the tables hold.
 *
 * @throws BackupError while somebody follows the state stream: a running render process would keep what it remembers
 */
export async function deleteStreams(servers: string, streamPrefix: string): Promise<void> {
  const bus = await connectBus({ servers, name: 'px0-restore', streamPrefix, logger: silentLogger() });
  try {
    const deadline = performance.now() + READERS_GONE_MS;
    while (((await bus.streamFacts('state'))?.readers ?? 0) > 0) {
      if (performance.now() > deadline) {
        throw new BackupError(
          'Somebody still follows the state stream; stop all of px0, the render processes too.',
        );
      }
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
    await bus.deleteStreams(['state', 'body']);
  } finally {
    await bus.close();
  }
}
