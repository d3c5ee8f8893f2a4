/** The processor time of the processes that a benchmark has started: on a busy machine it says more than any clock. */
import { readdirSync, readFileSync } from 'node:fs';

/** Of all processes that this one has started, directly or by way of others, whose command line `matches`; in seconds. */
export function processorSeconds(matches: (commandLine: string) => boolean = () => true): number {
  const processes = new Map<number, { readonly parent: number; readonly ticks: number }>();
  for (const name of readdirSync('/proc')) {
    if (!/^\d+$/.test(name)) continue;
    const fields = statOf(name);
    const [parent = 0] = fields.slice(PARENT, PARENT + 1);
    const ticks = fields.slice(...TIMES).reduce((sum, time) => sum + time, 0);
    processes.set(Number(name), { parent, ticks });
  }
  const isBelow = (pid: number): boolean => {
    const parent = processes.get(pid)?.parent;
    return parent !== undefined && (parent === process.pid || isBelow(parent));
  };
  const counted = [...processes].filter(([pid]) => isBelow(pid) && matches(commandLineOf(pid)));
  return counted.reduce((sum, [, { ticks }]) => sum + ticks, 0) / TICKS_PER_SECOND;
}

/** Of the connections to a database: Postgres serves each by a process that says so in its command line. */
export function databaseSeconds(database: string): number {
  return processorSeconds((line) => line.startsWith('postgres:') && line.split(' ').includes(database));
}

/** Behind the name of the program: its state, its parent … */
const PARENT = 1;
/** Its own time, in user mode and in the kernel, and that of the children that it has waited for. */
const TIMES = [11, 15] as const;
const TICKS_PER_SECOND = 100;

/** Of a process that has ended meanwhile there is nothing. */
function statOf(pid: string): number[] {
  const text = readIfThere(`/proc/${pid}/stat`);
  return text
    .slice(text.lastIndexOf(')') + 2)
    .split(' ')
    .map(Number);
}

function commandLineOf(pid: number): string {
  return readIfThere(`/proc/${pid}/cmdline`).replaceAll('\0', ' ').trim();
}

function readIfThere(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}
