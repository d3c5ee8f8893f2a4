import { setFlagsFromString } from 'node:v8';
import { silentLogger } from '@px0/service-kit';
import { afterEach, describe, expect, it, vi } from 'vitest';
import {
  defaultThreads,
  HeavyPool,
  type HeavyPoolOptions,
  HeavyRefusal,
  type RefusalReason,
} from '../src/mod.ts';
import type { tasks } from './tasks.ts';

const pools: HeavyPool<typeof tasks>[] = [];

function pool(threads = 1, bounds: HeavyPoolOptions['bounds'] = {}): HeavyPool<typeof tasks> {
  const created = new HeavyPool<typeof tasks>({
    tasks: new URL('./tasks.ts', import.meta.url),
    threads,
    logger: silentLogger(),
    bounds,
  });
  pools.push(created);
  return created;
}

afterEach(async () => {
  vi.useRealTimers();
  for (const one of pools.splice(0)) await one.close(0);
});

const CLOCK_MS = 4_000;

/** The time of tasks passes when the test says so, and not while a busy machine starts their thread. */
function stopTheClock(): void {
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
}

/** Holds tasks back until it is opened. */
class Gate {
  readonly gate = new SharedArrayBuffer(8);
  readonly #numbers = new Int32Array(this.gate);

  /** Resolves when so many tasks have come to it. */
  async reached(count = 1): Promise<void> {
    for (let seen = Atomics.load(this.#numbers, 0); seen < count; seen = Atomics.load(this.#numbers, 0))
      await Atomics.waitAsync(this.#numbers, 0, seen, 1_000).value;
  }

  get count(): number {
    return Atomics.load(this.#numbers, 0);
  }

  open(): void {
    Atomics.store(this.#numbers, 1, 1);
    Atomics.notify(this.#numbers, 1);
  }
}

/** Why a task was refused; undefined when it was not. */
async function refusalOf(task: Promise<unknown>): Promise<RefusalReason | undefined> {
  try {
    await task;
    return undefined;
  } catch (error) {
    if (error instanceof HeavyRefusal) return error.reason;
    throw error;
  }
}

it.each([
  ['the processors but one', 1, 8, 64, 7],
  ['a share of them', 2, 8, 64, 3],
  ['one at least', 4, 1, 64, 1],
  ['what half of the memory has room for', 1, 64, 4, 4],
  ['one in little memory', 1, 64, 0.5, 1],
])('there are by default %s', (_what, processes, processors, gibibytes, threads) => {
  expect(defaultThreads(processes, { processors, memory: gibibytes * 1_073_741_824 })).toBe(threads);
});

describe('the pool', () => {
  it('runs tasks with their input and gives back their output', async () => {
    const one = pool();
    expect(await one.run('a', 'echo', { value: { text: 'é', list: [1, null] } })).toEqual({
      text: 'é',
      list: [1, null],
    });
    expect(await one.run('a', 'compiled', { source: 'Hello {{.name}}' })).toBe(true);
  });

  it('moves buffers both ways instead of copying them', async () => {
    const bytes = new Uint8Array(1_000).fill(7);
    const back = await pool().run('a', 'moved', { bytes }, { transfer: [bytes.buffer] });
    expect(bytes).toHaveLength(0);
    expect(back).toEqual(new Uint8Array(1_000).fill(7));
  });

  it('passes on what a task throws, and goes on', async () => {
    const one = pool();
    await expect(one.run('a', 'fail', null)).rejects.toThrow('as the test wants');
    expect(await one.run('a', 'echo', { value: 1 })).toBe(1);
  });

  it('gives one organization one thread, and another one the next', async () => {
    const two = pool(2);
    const [first, second, other] = [new Gate(), new Gate(), new Gate()];
    const tasksOfA = [two.run('a', 'untilOpened', first), two.run('a', 'untilOpened', second)];
    const taskOfB = two.run('b', 'untilOpened', other);
    await first.reached();
    await other.reached();
    expect(second.count).toBe(0);
    expect(two.counts).toEqual({ running: 2, queued: 1, refused: 0 });
    other.open();
    await taskOfB;
    expect(second.count).toBe(0);
    first.open();
    second.open();
    await Promise.all(tasksOfA);
    expect([two.isBusy('a'), two.isBusy('b')]).toEqual([false, false]);
  });

  it('lets organizations take turns, whoever came first', async () => {
    const one = pool();
    const gate = new Gate();
    const order: string[] = [];
    const run = (organization: string, name: string) =>
      one.run(organization, 'untilOpened', { gate: gate.gate, name }).then((done) => order.push(done));
    const all = [
      run('a', 'a1'),
      run('a', 'a2'),
      run('a', 'a3'),
      run('b', 'b1'),
      run('b', 'b2'),
      run('c', 'c1'),
    ];
    gate.open();
    await Promise.all(all);
    expect(order).toEqual(['a1', 'b1', 'c1', 'a2', 'b2', 'a3']);
  });

  it('lets 32 tasks of one organization wait beside the one that runs, and still those of another', async () => {
    const one = pool();
    const gate = new Gate();
    const tasksOfA = Array.from({ length: 33 }, () => one.run('a', 'untilOpened', gate));
    expect(one.counts).toEqual({ running: 1, queued: 32, refused: 0 });
    await expect(one.run('a', 'untilOpened', gate)).rejects.toMatchObject({
      status: 429,
      publicMessage: 'too many heavy renders',
    });
    const taskOfB = one.run('b', 'untilOpened', gate);
    gate.open();
    await Promise.all([...tasksOfA, taskOfB]);
    expect(one.counts).toEqual({ running: 0, queued: 0, refused: 1 });
    expect(await one.run('a', 'echo', { value: 1 })).toBe(1);
  });

  it.each([
    ['too many tasks wait', { waiting: 2 }, 0],
    ['they hold too much memory', { bytes: 200 }, 100],
    ['those of one organization do', { bytesOfOrganization: 200 }, 100],
  ])('refuses a task when %s', async (_when, bounds, bytes) => {
    const one = pool(1, bounds);
    const gate = new Gate();
    const running = one.run('a', 'untilOpened', gate);
    const waiting = [
      one.run('a', 'untilOpened', gate, { bytes }),
      one.run('a', 'untilOpened', gate, { bytes }),
    ];
    expect(await refusalOf(one.run('a', 'untilOpened', gate, { bytes }))).toBe('tooMany');
    gate.open();
    await Promise.all([running, ...waiting]);
    expect(await one.run('a', 'echo', { value: 1 }, { bytes })).toBe(1);
  });

  it.each([
    ['places', { waiting: 4 }, 0],
    ['memory', { bytes: 400 }, 100],
  ])('lets whoever has most in a full queue give way to others: %s', async (_what, bounds, bytes) => {
    const one = pool(1, bounds);
    const gate = new Gate();
    const run = (organization: string) => one.run(organization, 'untilOpened', gate, { bytes });
    const running = one.run('a', 'untilOpened', gate);
    const tasksOfA = [run('a'), run('a'), run('a'), run('a')].map(refusalOf);
    const tasksOfB = [run('b'), run('b'), run('b')].map(refusalOf);
    gate.open();
    expect(await Promise.all(tasksOfA)).toEqual([undefined, undefined, 'tooMany', 'tooMany']);
    expect(await Promise.all(tasksOfB)).toEqual([undefined, undefined, 'tooMany']);
    await running;
    expect(one.counts).toEqual({ running: 0, queued: 0, refused: 3 });
  });

  it('refuses a task that has waited too long for its turn', async () => {
    const one = pool();
    const gate = new Gate();
    const running = one.run('a', 'untilOpened', gate);
    expect(await refusalOf(one.run('a', 'echo', { value: 1 }, { waitMs: 20 }))).toBe('tooMany');
    gate.open();
    await running;
  });

  it('drops a task that waits when its caller goes away', async () => {
    const one = pool();
    const gate = new Gate();
    const running = one.run('a', 'untilOpened', gate);
    const caller = new AbortController();
    const waiting = one.run('a', 'untilOpened', gate, { signal: caller.signal });
    caller.abort();
    expect(await refusalOf(waiting)).toBe('abandoned');
    gate.open();
    await running;
    expect(gate.count).toBe(1);
    expect(await refusalOf(one.run('a', 'echo', { value: 1 }, { signal: caller.signal }))).toBe('abandoned');
  });

  it('ends a task that runs when its caller goes away, and keeps the thread', async () => {
    const one = pool();
    const gate = new Gate();
    const caller = new AbortController();
    const running = one.run('a', 'untilOpened', gate, { signal: caller.signal });
    await gate.reached();
    caller.abort();
    expect(await refusalOf(running)).toBe('abandoned');
    expect(await one.run('a', 'echo', { value: 1 })).toBe(1);
  });

  it('leaves the next task alone when the caller of the one before goes away after its answer', async () => {
    const one = pool();
    const [first, second] = [new Gate(), new Gate()];
    const caller = new AbortController();
    const answered = one.run('a', 'untilOpened', first, { signal: caller.signal });
    const next = one.run('a', 'untilOpened', second);
    first.open();
    await answered;
    await second.reached();
    caller.abort();
    second.open();
    expect(await next).toBe('opened');
  });

  it('ends a task that has used up its processor time', async () => {
    const one = pool(1, { processorMs: 30 });
    await expect(one.run('a', 'burn', null)).rejects.toMatchObject({
      status: 422,
      publicMessage: 'template execution failed: render took too long',
    });
    expect(await one.run('a', 'echo', { value: 1 })).toBe(1);
  });

  it('does not count the time for which a task waits', async () => {
    // Waiting, it asks its meter each 5 ms, which costs a small part of this.
    const one = pool(1, { processorMs: 1_000 });
    const gate = new Gate();
    const running = one.run('a', 'untilOpened', gate);
    await gate.reached();
    const waits = performance.now();
    await expect.poll(() => performance.now() - waits).toBeGreaterThan(1_100);
    gate.open();
    expect(await running).toBe('opened');
  });

  it.each([
    [
      'does not end',
      async (two: HeavyPool<typeof tasks>, isOver: Promise<unknown>) => {
        const gate = new Gate();
        const ended = refusalOf(two.run('a', 'stray', gate));
        await gate.reached();
        await isOver;
        vi.advanceTimersByTime(CLOCK_MS);
        return ended;
      },
    ],
    ['needs too much memory', (two: HeavyPool<typeof tasks>) => refusalOf(two.run('a', 'exhaust', null))],
  ])('replaces the thread of a task that %s, and others are not affected', async (_what, task) => {
    stopTheClock();
    const two = pool(2, { clockMs: CLOCK_MS });
    const other = Promise.withResolvers<void>();
    const ending = task(two, other.promise);
    expect(await two.run('b', 'echo', { value: 1 })).toBe(1);
    other.resolve();
    expect(await ending).toBe('tookTooLong');
    expect(await two.run('b', 'echo', { value: 2 })).toBe(2);
    expect(await two.run('a', 'echo', { value: 3 })).toBe(3);
  });

  it('gives a task its own answer when the one before it was given up just as it ended', async () => {
    stopTheClock();
    const one = pool(1, { clockMs: CLOCK_MS });
    const gate = new Gate();
    const late = refusalOf(one.run('a', 'untilOpened', gate));
    const next = one.run('a', 'echo', { value: 'next' });
    await gate.reached();
    // Its answer is there, and not read yet, when its time is over.
    gate.open();
    for (const end = performance.now() + 500; performance.now() < end; );
    vi.advanceTimersByTime(CLOCK_MS);
    expect(await late).toBe('tookTooLong');
    expect(await next).toBe('next');
  });

  it('bounds the heap of its threads, whatever the process may have', async () => {
    setFlagsFromString('--max-old-space-size=3000');
    expect(await pool().run('a', 'heapLimit', null)).toBeLessThan(1_000 * 1_048_576);
  });

  it('finishes what is under way before it closes, and takes nothing new', async () => {
    const one = pool();
    const gate = new Gate();
    const tasksOfA = [one.run('a', 'untilOpened', gate), one.run('a', 'untilOpened', gate)];
    const closed = one.close(20_000);
    expect(await refusalOf(one.run('a', 'echo', { value: 1 }))).toBe('stopping');
    gate.open();
    expect(await Promise.all(tasksOfA)).toEqual(['opened', 'opened']);
    await closed;
  });

  it('answers what is left 503 when its time to close is over', async () => {
    const one = pool();
    const gate = new Gate();
    const running = one.run('a', 'untilOpened', gate);
    const waiting = one.run('a', 'untilOpened', gate);
    await gate.reached();
    const outcomes = Promise.allSettled([running, waiting]);
    await one.close(20);
    expect((await outcomes).map((outcome) => outcome.status === 'rejected' && outcome.reason.status)).toEqual(
      [503, 503],
    );
  });
});
