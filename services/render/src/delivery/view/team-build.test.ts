import { expect, it } from 'vitest';
import { TeamBuild } from './team-build.ts';

const ids = (count: number) => Array.from({ length: count }, (_, index) => `id${index}`);

/** Milliseconds for each of the team's prompts, the best of some builds. */
function costOf(count: number, builds: number): number {
  const costs = Array.from({ length: builds }, () => {
    const build = new TeamBuild('team', ids(count));
    const began = performance.now();
    while (build.next() !== undefined);
    return (performance.now() - began) / count;
  });
  return Math.min(...costs);
}

describe('a build of a team', () => {
  it('looks at each prompt once, and again at those that change', () => {
    const build = new TeamBuild(TEAM, ['a', 'b', 'c']);
    expect(build.next()).toBe('a');
    build.add('a');
    build.remove('b');
    expect(walk(build)).toEqual(['c', 'a']);
    expect(build.next()).toBeUndefined();
    build.add('d');
    build.add('a');
    expect(walk(build)).toEqual(['d', 'a']);
    expect(build.isComplete).toBe(true);
  });

  it('takes a time that grows with the number of prompts, and no faster', () => {
    const few = 10_000;
    const times = 16;
    const ids = Array.from({ length: few * times }, (_, number) => `prompt ${number}`);
    /** Of as many prompts in all, so that the processor's clock has something to count. */
    const cost = (builds: number): number => {
      const before = process.threadCpuUsage();
      for (let build = 0; build < builds; build += 1) {
        const count = ids.length / builds;
        expect(walk(new TeamBuild(TEAM, ids.slice(0, count)))).toHaveLength(count);
      }
      const { user, system } = process.threadCpuUsage(before);
      return user + system;
    };
    cost(times);
    // Several times more is what a larger memory costs; what looks at all that is done already costs as many times more as there are more prompts.
    expect(cost(1) / cost(times)).toBeLessThan(times / 2);
  });
});
