/** Logs one line per request at `info`: what an operator needs, and no personal data (no URL, headers or body). */
import type { IncomingMessage, ServerResponse } from 'node:http';
import type { Logger } from '../logger.ts';
import { CLIENT_GONE } from './request-metrics.ts';

export interface AccessLogFacts {
  readonly requestId: string;
  /** The route's pattern, never the raw path: it would put ids and slugs into the log, and one line per id into a metric. */
  route: string;
}

/** Logs once the answer was sent, or the client hung up before that (status 499). */
export function logAccess(
  req: IncomingMessage,
  res: ServerResponse,
  logger: Logger,
  facts: AccessLogFacts,
): void {
  if (!logger.isLevelEnabled('info')) return;
  const started = performance.now();
  res.once('close', () => {
    logger.info(
      {
        request_id: facts.requestId,
        method: req.method,
        route: facts.route,
        status: res.writableFinished ? res.statusCode : CLIENT_GONE,
        ms: Math.round((performance.now() - started) * 1000) / 1000,
      },
      'request',
    );
  });
}
