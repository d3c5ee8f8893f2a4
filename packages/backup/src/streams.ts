/**
 * The streams after a restore. They may hold later events than the restored tables, and owners would take these for their own. The
 * streams are therefore deleted, and rebuilt from the tables.
 */
import { connectBus } from '@px0/event-bus';
import { silentLogger } from '@px0/service-kit';
import { BackupError } from './backup-error.ts';

/** The server keeps the consumer of an ended reader for a while. */
const READERS_GONE_MS = 40_000;
const POLL_MS = 250;

/**
 * Deletes the streams of state, bodies and activity. Render counts stay: each is inserted only once, whatever the tables hold.
 *
 * @throws BackupError while a process reads the state stream: a running render process would keep its old state
 */
export async function deleteStreams(servers: string, streamPrefix: string): Promise<void> {
  const bus = await connectBus({ servers, name: 'px0-restore', streamPrefix, logger: silentLogger() });
  try {
    const deadline = performance.now() + READERS_GONE_MS;
    while (((await bus.streamFacts('state'))?.readers ?? 0) > 0) {
      if (performance.now() > deadline) {
        throw new BackupError(
          'A process still reads the state stream; stop all of px0, including the render processes.',
        );
      }
      await new Promise((resolve) => setTimeout(resolve, POLL_MS));
    }
    await bus.deleteStreams(['state', 'body', 'activity']);
  } finally {
    await bus.close();
  }
}
