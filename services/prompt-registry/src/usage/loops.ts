/** The background loops that count renders and delete old counts. */
import { usageConsumers } from '@px0/contracts';
import { UsageConsumer, type UsageConsumerOptions } from '@px0/event-bus';
import type { BackgroundOptions, PrivateWriter } from '@px0/owner';
import { CountUsage } from './count-usage.ts';
import { deleteExpired } from './store.ts';

export interface UsageLoopsDependencies extends Pick<UsageConsumerOptions, 'bus' | 'logger'> {
  readonly database: PrivateWriter;
  readonly retentionDays: number;
}

const AN_HOUR_MS = 3_600_000;

/** Replicas share one durable consumer, so each message is counted by one of them. */
export function usageConsumer({ bus, logger, database }: UsageLoopsDependencies): UsageConsumer {
  const count = new CountUsage({ database });
  return new UsageConsumer({
    bus,
    durable: usageConsumers.registry,
    logger,
    work: (windows) => count.run(windows),
  });
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
