import { describe, expect, it } from 'vitest';
import { TeamBuild } from './team-build.ts';

const TEAM = '7b0f6c1e-0d3a-4c57-9f0e-3f8c6a0a1111';

function walk(build: TeamBuild): string[] {
  const seen: string[] = [];
  for (let id = build.next(); id !== undefined; id = build.next()) seen.push(id);
  return seen;
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
    const perPrompt = (count: number): number => {
      const build = new TeamBuild(
        TEAM,
        Array.from({ length: count }, (_, number) => `prompt ${number}`),
      );
      const before = process.threadCpuUsage();
      expect(walk(build)).toHaveLength(count);
      const { user, system } = process.threadCpuUsage(before);
      return (user + system) / count;
    };
    perPrompt(few);
    // Several times more is what a larger memory costs; what looks at all that is done already costs as many times more as there are more prompts.
    expect(perPrompt(few * times) / perPrompt(few)).toBeLessThan(times / 2);
  });
});
