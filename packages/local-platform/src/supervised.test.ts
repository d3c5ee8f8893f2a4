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
  const events = { notice: (text: string) => void notices.push(text), changed: () => undefined };
  return { launched, notices, launch, events };
}

describe('a supervised process', () => {
  it('is started again after it ended, later after each failure, and each time this is said', async () => {
    const { launched, notices, launch, events } = harness();
    const supervised = await Supervised.start('tenancy', launch, events);
    launched[0]?.die(1);
    await vi.waitFor(() => expect(supervised.current?.pid).toBe(2));
    launched[1]?.die(1);
    await vi.waitFor(() => expect(supervised.current?.pid).toBe(3), { timeout: 3_000 });
    expect(notices).toEqual([
      'tenancy ended (exit code 1); restarting it in 0.25 s',
      'tenancy ended (exit code 1); restarting it in 0.5 s',
    ]);
    await supervised.stop();
    vi.useRealTimers();
  });

  it('stays down once it was stopped, also in the middle of the wait before a restart', async () => {
    const { launched, notices, launch, events } = harness();
    const supervised = await Supervised.start('render', launch, events);
    launched[0]?.die(1);
    await vi.waitFor(() => expect(notices).toHaveLength(1));
    await supervised.stop();
    expect(supervised.current).toBeUndefined();
    expect(launched).toHaveLength(1);
    vi.useRealTimers();
  });
});
