/** The clock of an application's process. None of its timers keeps a program alive that has nothing else to do. */
import type { Clock } from './environment.ts';

/** Beyond it a timer fires at once instead of later. */
const LONGEST_TIMER_MS = 2 ** 31 - 1;

export function systemClock(): Clock {
  // A clock that is set back must not make anything younger.
  const origin = Date.now() - performance.now();
  return {
    now: () => Math.round(origin + performance.now()),
    after(ms, task) {
      const timer: unknown = setTimeout(task, Math.min(ms, LONGEST_TIMER_MS));
      unref(timer);
      return () => clearTimeout(timer as ReturnType<typeof setTimeout>);
    },
    turn: () => new Promise((resolve) => nextTurn(resolve)),
    random: Math.random,
  };
}

/** Where timers are numbers, they keep nothing alive. */
function unref(timer: unknown): void {
  if (typeof timer === 'object' && timer !== null && 'unref' in timer && typeof timer.unref === 'function') {
    timer.unref();
  }
}

function nextTurn(task: () => void): void {
  if (typeof setImmediate === 'function') setImmediate(task);
  else setTimeout(task, 0);
}
