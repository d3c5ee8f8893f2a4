/** Tasks for the tests of the pool. */
import { getHeapStatistics } from 'node:v8';
import type { Task } from '../src/thread/mod.ts';

type Gate = { readonly gate: SharedArrayBuffer };

const echo: Task<{ readonly value: unknown }, unknown> = ({ value }) => value;

/** Says by its first number that it runs, and waits for the second, asking its meter all the while. */
const untilOpened: Task<Gate & { readonly name?: string }, string> = (
  { gate, name = 'opened' },
  { meter },
) => {
  const numbers = new Int32Array(gate);
  Atomics.add(numbers, 0, 1);
  Atomics.notify(numbers, 0);
  while (Atomics.load(numbers, 1) === 0) {
    meter.proceed(0);
    Atomics.wait(numbers, 1, 0, 5);
  }
  return name;
};

/** Uses a processor until its meter ends it. */
const burn: Task<null, never> = (_input, { meter }) => {
  for (;;) meter.proceed(0);
};

/** Asks no meter. */
const stray: Task<Gate, never> = ({ gate }) => {
  Atomics.store(new Int32Array(gate), 0, 1);
  Atomics.notify(new Int32Array(gate), 0);
  for (;;);
};

const exhaust: Task<null, never> = () => {
  const held: number[][] = [];
  for (;;) held.push(new Array<number>(1_000_000).fill(held.length));
};

const fail: Task<null, never> = () => {
  throw new RangeError('as the test wants');
};

/** Whether a template is compiled once only. */
const compiled: Task<{ readonly source: string }, boolean> = ({ source }, { templates }) => {
  const first = templates.of(source);
  return first === templates.of(source);
};

const moved: Task<{ readonly bytes: Uint8Array<ArrayBuffer> }, Uint8Array> = ({ bytes }, thread) => {
  thread.transfer(bytes.buffer);
  return bytes;
};

const heapLimit: Task<null, number> = () => getHeapStatistics().heap_size_limit;

export const tasks = { echo, untilOpened, burn, stray, exhaust, fail, compiled, moved, heapLimit };
