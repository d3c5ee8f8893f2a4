/** The background loops that count renders and delete old counts. */
import { usageConsumers } from '@px0/contracts';
import { UsageConsumer, type UsageConsumerOptions } from '@px0/event-bus';
import {
  Background,
  type BackgroundOptions,
  type Lookout,
  type PrivateWriter,
  WATCHED_PAUSE_MS,
} from '@px0/owner';
import { closeDays, sumDay } from '../usage-days/mod.ts';
import { CountReported } from './count-reported.ts';
import { CountUsage } from './count-usage.ts';
import { REPORTED_WAIT } from './reported-store.ts';
import { deleteExpired } from './store.ts';

export interface UsageLoopsDependencies extends Pick<UsageConsumerOptions, 'bus' | 'logger'> {
  readonly database: PrivateWriter;
  readonly lookout: Pick<Lookout, 'watch'>;
  readonly retentionDays: number;
}

const AN_HOUR_MS = 3_600_000;

const REPORTED_RETRY_MS = 5_000;

/**
 * What counts: the consumer of the stream, and the turns of what applications reported. Replicas share one durable consumer, so each message
 * is taken by one of them.
 */
export function usageCounting({ bus, lookout, logger, database }: UsageLoopsDependencies) {
  const reported = new CountReported(database);
  const turns = new Background({
    name: 'reported usage',
    logger,
    step: async () => ((await reported.turn()) > 0 ? 'more' : 'none'),
    pauseMs: WATCHED_PAUSE_MS,
    retryMs: REPORTED_RETRY_MS,
    jitter: 0.2,
  });
  // Reports that another replica took from the stream and then left.
  lookout.watch(REPORTED_WAIT, () => turns.wake());
  const count = new CountUsage({ database, logger, onReported: () => turns.wake() });
  const consumer = new UsageConsumer({
    bus,
    durable: usageConsumers.registry,
    logger,
    work: (windows) => count.run(windows),
  });
  return [consumer, turns];
}

export function usageExpiry({
  database,
  retentionDays,
}: UsageLoopsDependencies): Omit<BackgroundOptions, 'logger'> {
  return {
    name: 'usage expiry',
    step: async () => {
      await deleteExpired(database, retentionDays);
      return 'none';
    },
    pauseMs: AN_HOUR_MS,
    begin: 'pause',
    jitter: 0.2,
  };
}

/** Sums days that are over, one in a step. */
export function usageDays({
  database,
  retentionDays,
}: UsageLoopsDependencies): Omit<BackgroundOptions, 'logger'> {
  return {
    name: 'usage of days',
    step: async () =>
      (await sumDay(database)) || (await closeDays(database, retentionDays)) ? 'more' : 'none',
    pauseMs: AN_HOUR_MS,
    jitter: 0.2,
  };
}
