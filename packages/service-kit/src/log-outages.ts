import type { EventEmitter } from 'node:events';
import type { Logger } from './logger.ts';

/**
 * Logs that a store is away once for each outage, and that it is back. Its client emits `error` at every attempt to reconnect, and `ready`
 * when it may be used again, as ioredis does.
 */
export function logOutages(
  client: EventEmitter,
  logger: Logger,
  sentences: { readonly away: string; readonly back: string },
): void {
  let isAway = false;
  client.on('error', (error: Error) => {
    if (!isAway) logger.warn({ err: error }, sentences.away);
    isAway = true;
  });
  client.on('ready', () => {
    if (isAway) logger.info(sentences.back);
    isAway = false;
  });
}
