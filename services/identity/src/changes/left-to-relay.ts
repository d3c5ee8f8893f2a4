/** For writes that nobody waits for, and that may be made before the stream is known: the relay publishes them. */
import type { TransactionalOutbox } from './changes.ts';

/**
 * An outbox whose transactions are not published by their writer. A writer that publishes holds a lease on its rows for some seconds;
 * one that writes while a service starts could keep the service from becoming ready that long.
 */
export function leftToRelay(outbox: Pick<TransactionalOutbox, 'put' | 'remove'>): TransactionalOutbox {
  return {
    put: (tx, name, id, state) => outbox.put(tx, name, id, state),
    remove: (tx, name, id) => outbox.remove(tx, name, id),
    transaction: (database, work) => database.$transaction(work),
  };
}
