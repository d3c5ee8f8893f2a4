/**
 * Records when each key was last used, from the usage that render processes publish. Usage that arrives twice changes nothing,
 * and is acknowledged only after its times are in the database.
 */
import { parseUuid, usageConsumers } from '@px0/contracts';
import { UsageConsumer, type UsageConsumerOptions } from '@px0/event-bus';
import type { KeyUses } from './key-uses.ts';

export interface UsageParts extends Pick<UsageConsumerOptions, 'bus' | 'logger'> {
  readonly keyUses: KeyUses;
}

export function followUsage({ bus, logger, keyUses }: UsageParts): UsageConsumer {
  return new UsageConsumer({
    bus,
    durable: usageConsumers.identity,
    settings: 'plain',
    logger,
    work: async (windows) => {
      for (const { key_id: keyId, last_used_at: lastUsedAt } of windows.flatMap(({ keys }) => keys)) {
        const time = Date.parse(lastUsedAt);
        const id = parseUuid(keyId);
        // A clock ahead of ours must not make a time that no later use can raise.
        if (id !== undefined && !Number.isNaN(time)) keyUses.note(id, Math.min(time, Date.now()));
      }
      await keyUses.flush();
    },
  });
}
