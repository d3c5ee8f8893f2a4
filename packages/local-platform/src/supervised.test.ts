import { setImmediate as nextTurn } from 'node:timers/promises';
import { describe, expect, it, vi } from 'vitest';
import type { Exit } from './server-process.ts';
import { type Launched, Supervised } from './supervised.ts';

class FakeProcess implements Launched {
  readonly pid: number;
  readonly #end = Promise.withResolvers<Exit>();
  readonly exited = this.#end.promise;

  constructor(pid: number) {
    this.pid = pid;
  }

  die(code: number): void {
    this.#end.resolve({ code, signal: null });
  }

  async stop(): Promise<void> {
    this.die(0);
  }
}

function harness() {
  vi.useFakeTimers({ toFake: ['performance'] });
  const launched: FakeProcess[] = [];
  const notices: string[] = [];
  const launch = async () => {
    const process = new FakeProcess(launched.length + 1);
    launched.push(process);
    return process;
  };
  const noticed = Promise.withResolvers<void>();
  const notice = (text: string) => {
    notices.push(text);
    noticed.resolve();
  };
  const events = { notice, changed: () => undefined };
  return { launched, notices, noticed: noticed.promise, launch, events };
}

describe('a supervised process', () => {
  it('is started again after it ended, later after each failure, and each time this is said', async () => {
    const { launched, notices, launch, events } = harness();
    const supervised = await Supervised.start('tenancy', launch, events);
    launched[0]?.die(1);
    await expect.poll(() => supervised.current?.pid).toBe(2);
    launched[1]?.die(1);
    await expect.poll(() => supervised.current?.pid).toBe(3);
    expect(notices).toEqual([
      'tenancy ended (exit code 1); restarting it in 0.25 s',
      'tenancy ended (exit code 1); restarting it in 0.5 s',
    ]);
    await supervised.stop();
    vi.useRealTimers();
  });

  it('stays down once it was stopped, also in the middle of the wait before a restart', async () => {
    const { launched, noticed, launch, events } = harness();
    const supervised = await Supervised.start('render', launch, events);
    launched[0]?.die(1);
    await noticed;
    // The wait has begun by now, and its timer cannot have been looked at.
    await nextTurn();
    await supervised.stop();
    expect(supervised.current).toBeUndefined();
    expect(launched).toHaveLength(1);
    vi.useRealTimers();
  });
});
