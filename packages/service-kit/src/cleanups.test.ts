import { describe, expect, it } from 'vitest';
import { Cleanups } from './cleanups.ts';
import { silentLogger } from './logger.ts';

describe('Cleanups', () => {
  it('close in reverse order, one after the other', async () => {
    const log: string[] = [];
    const cleanups = new Cleanups(silentLogger());
    const closer = (name: string) => async () => {
      log.push(`${name} begins`);
      await Promise.resolve();
      log.push(`${name} ends`);
    };
    cleanups.add('pool', closer('pool'));
    cleanups.add('server', closer('server'));
    await cleanups.run();
    expect(log).toEqual(['server begins', 'server ends', 'pool begins', 'pool ends']);
  });

  it('go on after a closer that fails or hangs', async () => {
    const closed: string[] = [];
    const cleanups = new Cleanups(silentLogger());
    cleanups.add('first', () => void closed.push('first'));
    cleanups.add('hangs', () => new Promise(() => undefined), 10);
    cleanups.add('fails', () => Promise.reject(new Error('no')));
    await cleanups.run();
    expect(closed).toEqual(['first']);
  });

  it('run once, however often they are asked to', async () => {
    let runs = 0;
    const cleanups = new Cleanups(silentLogger());
    cleanups.add('counted', () => {
      runs += 1;
    });
    await Promise.all([cleanups.run(), cleanups.run()]);
    await cleanups.run();
    expect(runs).toBe(1);
  });
});
