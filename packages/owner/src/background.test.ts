import { silentLogger } from '@px0/service-kit';
import { describe, expect, it } from 'vitest';
import { Background, type Progress } from './background.ts';

const FOREVER_MS = 2_000_000_000;

/** A loop whose steps the test hears of and ends. */
function loopOf(options: { readonly begin?: 'step' | 'pause'; readonly retryMs?: number } = {}) {
  const steps: { readonly end: (progress: Progress) => void; readonly fail: (error: Error) => void }[] = [];
  const waiting: (() => void)[] = [];
  const loop = new Background({
    name: 'test',
    logger: silentLogger(),
    pauseMs: FOREVER_MS,
    ...options,
    step: () =>
      new Promise<Progress>((end, fail) => {
        steps.push({ end, fail });
        waiting.shift()?.();
      }),
  });
  const nextStep = async () => {
    if (steps.length === 0) await new Promise<void>((resolve) => waiting.push(resolve));
    const step = steps.shift();
    if (step === undefined) throw new Error('no step');
    return step;
  };
  return { loop, nextStep, steps };
}

describe('a background loop', () => {
  it('takes the next step at once while there is more to do', async () => {
    const { loop, nextStep } = loopOf();
    loop.start();
    (await nextStep()).end('more');
    (await nextStep()).end('none');
    await loop.stop();
  });

  it('keeps a call of wake that comes during a step', async () => {
    const { loop, nextStep } = loopOf();
    loop.start();
    const first = await nextStep();
    loop.wake();
    first.end('none');
    (await nextStep()).end('none');
    await loop.stop();
  });

  it('takes a step that failed again', async () => {
    const { loop, nextStep } = loopOf({ retryMs: 1 });
    loop.start();
    (await nextStep()).fail(new Error('away'));
    (await nextStep()).end('none');
    await loop.stop();
  });

  it('waits for the step under way when it stops, and takes no other', async () => {
    const { loop, nextStep, steps } = loopOf();
    loop.start();
    const step = await nextStep();
    const stopped = loop.stop();
    step.end('more');
    await stopped;
    expect(steps).toEqual([]);
  });

  it('begins with a pause when asked to, which wake ends', async () => {
    const { loop, nextStep, steps } = loopOf({ begin: 'pause' });
    loop.start();
    expect(steps).toEqual([]);
    loop.wake();
    (await nextStep()).end('none');
    await loop.stop();
  });
});
