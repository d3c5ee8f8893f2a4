/**
 * Logs: one JSON object per line on stdout, with the service's name and the active trace's ids. No secret reaches a line, also
 * when a whole object is logged by mistake: the fields that carry credentials are redacted wherever pino can reach them.
 */
import { isSpanContextValid, trace } from '@opentelemetry/api';
import { type DestinationStream, type Logger as PinoLogger, pino, stdSerializers } from 'pino';

export type Logger = PinoLogger;

export interface LoggerOptions {
  readonly service: string;
  readonly level?: string;
  readonly destination?: DestinationStream;
}

/** Names of fields whose values are credentials; `code` is the one that is mailed to a person. */
const SECRET_FIELDS = [
  'authorization',
  'cookie',
  'password',
  'password_hash',
  'old_password',
  'new_password',
  'code',
  'token',
  'key',
  'secret',
];

/** Creates a process's root logger. An unknown level counts as `info`: a typo must not silence the log. */
export function createLogger({ service, level = 'info', destination }: LoggerOptions): Logger {
  const options = {
    level: level in pino.levels.values || level === 'silent' ? level : 'info',
    base: { service },
    timestamp: pino.stdTimeFunctions.isoTime,
    formatters: { level: (label: string) => ({ level: label }) },
    serializers: { err: stdSerializers.errWithCause },
    redact: {
      // ioredis hangs the command onto its errors: with AUTH or HELLO that is the password. Naming `err` also makes it known to the censor.
      paths: [...SECRET_FIELDS.flatMap((field) => [`*.${field}`, `*.*.${field}`, field]), 'err.command.args'],
      censor: (value: unknown, path: readonly string[]) => (isErrorCode(path) ? value : '[redacted]'),
    },
    mixin: activeTrace,
  };
  return pino(options, destination ?? standardOutput());
}

/** The code of an error or of its cause says what failed (`ECONNREFUSED`, `57P01`), and is no credential. */
function isErrorCode(path: readonly string[]): boolean {
  return path[0] === 'err' && path.at(-1) === 'code';
}

/**
 * Written synchronously: pino's default leaves the last lines to a thread that races with the flush at exit, so the lines of a
 * shutdown or a crash, the ones that matter most, came out of order.
 */
function standardOutput(): DestinationStream {
  return pino.destination({ fd: 1, sync: true });
}

/** A logger that writes nothing, for tests. */
export function silentLogger(): Logger {
  return pino({ level: 'silent' });
}

function activeTrace(): object {
  const context = trace.getActiveSpan()?.spanContext();
  if (context === undefined || !isSpanContextValid(context)) return {};
  return { trace_id: context.traceId, span_id: context.spanId };
}
