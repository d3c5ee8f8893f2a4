/** OpenTelemetry metrics of outbox and sagas for operators. Nothing is measured unless the process exports. */
import { metricCatalog, observe } from '@px0/service-kit';
import type { Sealer } from './audit/sealer.ts';
import type { DatabaseGuard } from './fence/database-guard.ts';
import type { Outbox } from './outbox/outbox.ts';
import type { Saga } from './sagas/saga.ts';

/** Depth and age of what is owed to the stream (every replica says the same), and what this replica has published. */
export function observeOutbox({ store, publisher }: Outbox): void {
  observe(metricCatalog.outboxPublished, () => publisher.published);
  // Two metrics, one question: both are read in the same export.
  const backlog = shared(() => store.backlog());
  observe(metricCatalog.outboxOwed, async () => (await backlog()).rows);
  observe(metricCatalog.outboxOwedAge, async () => (await backlog()).ageSeconds);
}

/** Whether the database is refused, and how often this process began an epoch because it went back. */
export function observeDatabase(guard: Pick<DatabaseGuard, 'standing' | 'returns'>): void {
  observe(metricCatalog.databaseRefused, () => Number(guard.standing.state === 'refused'));
  observe(metricCatalog.databaseReturns, () => guard.returns);
}

/** What waits to be sealed, and for how long. Every replica says the same. */
export function observeAudit(sealer: Pick<Sealer, 'backlog'>): void {
  const backlog = shared(() => sealer.backlog());
  observe(metricCatalog.auditUnsealed, async () => (await backlog()).entries);
  observe(metricCatalog.auditSealLag, async () => (await backlog()).seconds);
}

type WatchedSaga = Pick<Saga, 'name' | 'leads' | 'parkedEvents'>;

/** Parked events, which an operator has to look at, and which replica leads. */
export function observeSagas(sagas: readonly WatchedSaga[]): void {
  if (sagas.length === 0) return;
  const attributesOf = ({ name }: { readonly name: string }) => ({ 'px0.saga': name });
  observe(metricCatalog.sagaParked, () =>
    Promise.all(
      sagas.map(async (saga) => ({ value: await saga.parkedEvents(), attributes: attributesOf(saga) })),
    ),
  );
  observe(metricCatalog.sagaLeading, () =>
    sagas.map((saga) => ({ value: Number(saga.leads), attributes: attributesOf(saga) })),
  );
}

/** Callers that come while an answer is under way get that one. */
function shared<T>(ask: () => Promise<T>): () => Promise<T> {
  let running: Promise<T> | undefined;
  return () => {
    running ??= ask().finally(() => {
      running = undefined;
    });
    return running;
  };
}
