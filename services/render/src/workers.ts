/** Several render processes on one host behind one port: the primary forks them, restarts those that die, and forwards the stop. */
import cluster, { type Worker } from 'node:cluster';
import type { ServiceDependencies } from '@px0/service-kit';

/** A worker that dies at once again and again must not keep a core busy; one that dies once a day is back in a blink. */
const FIRST_RESTART_MS = 100;
const LONGEST_RESTART_MS = 5_000;
/** A worker that ran this long counts as healthy: its next restart is quick again. */
const STABLE_MS = 10_000;

/** Forks `count` workers, each of which runs this program's main module again. Resolves when they are forked, not when they are ready. */
export function startWorkers(
  count: number,
  { logger, cleanups }: Pick<ServiceDependencies, 'logger' | 'cleanups'>,
  drainMs: number,
): void {
  let stopping = false;
  const restarts = new Set<NodeJS.Timeout>();

  const fork = (delay: number): void => {
    const started = performance.now();
    const worker = cluster.fork();
    worker.once('exit', (code, signal) => {
      if (stopping) return;
      const next =
        performance.now() - started > STABLE_MS ? FIRST_RESTART_MS : Math.min(delay * 2, LONGEST_RESTART_MS);
      logger.error(
        { worker: worker.process.pid, code, signal, restart_ms: next },
        'a worker ended and is started again',
      );
      const timer = setTimeout(() => {
        restarts.delete(timer);
        fork(next);
      }, next);
      restarts.add(timer);
    });
  };
  for (let i = 0; i < count; i += 1) fork(FIRST_RESTART_MS);

  cleanups.add(
    'workers',
    async () => {
      stopping = true;
      for (const timer of restarts) clearTimeout(timer);
      await Promise.all(
        Object.values(cluster.workers ?? {}).map((worker) =>
          worker === undefined ? undefined : ended(worker),
        ),
      );
    },
    drainMs,
  );
}

function ended(worker: Worker): Promise<void> {
  if (worker.isDead()) return Promise.resolve();
  return new Promise((resolve) => {
    worker.once('exit', () => resolve());
    worker.process.kill('SIGTERM');
  });
}
