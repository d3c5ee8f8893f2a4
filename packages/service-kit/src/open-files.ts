/** Whether the system lets the process open as many files as its bounds on connections promise. */
import type { Logger } from './logger.ts';

/** What a process has open besides its clients' connections. */
const OTHERS = 256;

/** Warns when the process may run out of file descriptors before it reaches a bound. `needed`: those that the bound takes. */
export function warnOfOpenFiles(needed: number, what: string, logger: Logger): void {
  const limit = openFilesLimit();
  if (limit === undefined || limit >= needed + OTHERS) return;
  logger.warn(
    { limit, needed: needed + OTHERS },
    `the limit of open files is below what ${what} allows; raise it (ulimit -n), or lower ${what}`,
  );
}

/** Undefined where there is none, or where the system does not tell. */
function openFilesLimit(): number | undefined {
  if (process.report === undefined) return undefined;
  // Names of peers are looked up otherwise, which may take seconds.
  Object.assign(process.report, { excludeNetwork: true });
  const report: unknown = process.report.getReport();
  const limits = memberOf(memberOf(report, 'userLimits'), 'open_files');
  const soft = memberOf(limits, 'soft');
  return typeof soft === 'number' ? soft : undefined;
}

function memberOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}
