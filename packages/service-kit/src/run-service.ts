/**
 * The life of a service process: starts it, prints one sentence if the start fails, and stops in order on SIGTERM, SIGINT or the
 * end of its parent. Nothing else in a service listens to signals or calls `process.exit`.
 */
import { Cleanups } from './cleanups.ts';
import { ConfigError, StartError } from './errors.ts';
import { createLogger, type Logger } from './logger.ts';
import { giveStartMemoryBack } from './start-memory.ts';
import { flushTelemetry } from './telemetry/flush.ts';
import { sayGoodbye, startHeartbeat } from './telemetry/heartbeat.ts';

export interface ServiceDependencies {
  readonly logger: Logger;
  readonly cleanups: Cleanups;
  /** Aborted when the process is asked to stop: a start that still waits for a server gives up. */
  readonly stopping: AbortSignal;
}

/** Longest time for all closers together; the process ends then, whatever hangs. */
const STOP_LIMIT_MS = 60_000;

/**
 * What `main.ts` calls. Exit codes: 0 after a stop that was asked for, 1 when the start failed or an error escaped.
 *
 * The process also ends with its parent, when that is the local supervisor: it listens for the end of the IPC channel, or
 * (`PX0_SUPERVISED=1`) of stdin, which the operating system closes even when the parent was killed.
 */
export async function runService(
  name: string,
  start: (dependencies: ServiceDependencies) => Promise<unknown>,
): Promise<void> {
  const logger = createLogger({ service: name, level: process.env['LOG_LEVEL'] || 'info' });
  const cleanups = new Cleanups(logger);
  const stopping = new AbortController();
  startHeartbeat();

  const end = async (exitCode: number): Promise<void> => {
    if (stopping.signal.aborted) return;
    stopping.abort();
    setTimeout(() => process.exit(exitCode || 1), STOP_LIMIT_MS).unref();
    await cleanups.run();
    logger.info('stopped');
    if (exitCode === 0) sayGoodbye();
    await flushTelemetry();
    process.exit(exitCode);
  };
  const endOn = (reason: string) => () => {
    if (!stopping.signal.aborted) logger.info({ reason }, 'stopping');
    void end(0);
  };
  process.on('SIGTERM', endOn('SIGTERM'));
  process.on('SIGINT', endOn('SIGINT'));
  endWithParent(endOn('the supervisor is gone'));
  // State after an uncaught error is unknown; the supervisor starts a clean process.
  const endOnEscape = (kind: string) => (error: unknown) => {
    logger.fatal({ err: error }, kind);
    void end(1);
  };
  process.on('uncaughtException', endOnEscape('uncaught exception'));
  process.on('unhandledRejection', endOnEscape('unhandled rejection'));

  try {
    await start({ logger, cleanups, stopping: stopping.signal });
    giveStartMemoryBack();
  } catch (error) {
    if (stopping.signal.aborted) return;
    if (error instanceof ConfigError || error instanceof StartError) {
      logger.fatal({ reason: error.message }, 'cannot start');
      process.stderr.write(`px0 ${name}: ${error.message}\n`);
    } else {
      logger.fatal({ err: error }, 'cannot start');
    }
    await end(1);
  }
}

function endWithParent(stop: () => void): void {
  if (process.connected) {
    process.on('disconnect', stop);
    return;
  }
  if (process.env['PX0_SUPERVISED'] !== '1') return;
  process.stdin.on('end', stop).on('close', stop).on('error', stop);
  process.stdin.resume();
}
