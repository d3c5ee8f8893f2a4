/** The processor time of a process and of all that it has started, from Linux's `/proc`. */
import { readdirSync, readFileSync } from 'node:fs';

const TICKS_PER_SECOND = 100;

interface Process {
  readonly parent: number;
  /** With that of the children that have ended. */
  readonly ticks: number;
}

/** Seconds that the tree has used up to now, those of its ended processes included. */
export function processorSeconds(root: number): number {
  const all = new Map<number, Process>();
  for (const name of readdirSync('/proc')) {
    const process = /^\d+$/.test(name) ? read(Number(name)) : undefined;
    if (process) all.set(Number(name), process);
  }
  const isBelow = (pid: number): boolean => {
    if (pid === root) return true;
    const parent = all.get(pid)?.parent ?? 0;
    return parent > 1 && isBelow(parent);
  };
  const ticks = [...all].filter(([pid]) => isBelow(pid)).map(([, process]) => process.ticks);
  return ticks.reduce((sum, one) => sum + one, 0) / TICKS_PER_SECOND;
}

function read(pid: number): Process | undefined {
  try {
    // The name may contain anything; numbers follow its last parenthesis.
    const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const [, parent, ...rest] = text.slice(text.lastIndexOf(')') + 2).split(' ');
    const ticks = rest.slice(9, 13).reduce((sum, one) => sum + Number(one), 0);
    return { parent: Number(parent), ticks };
  } catch {
    return undefined;
  }
}
