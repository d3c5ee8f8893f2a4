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

it('of a large team costs no more for each prompt than that of a small one', () => {
  // Room for the processor’s caches; a build that walks over what it has done takes eighty times as long.
  expect(costOf(100_000, 3) / costOf(5_000, 10)).toBeLessThan(20);
});

it('looks again at what has changed, whenever it does, and at nothing that has left', () => {
  const build = new TeamBuild('team', ids(3));
  const seen = [build.next()];
  build.add('id0');
  build.remove('id1');
  for (let id = build.next(); id !== undefined; id = build.next()) seen.push(id);
  build.add('late');
  seen.push(build.next(), build.next());
  expect(seen).toEqual(['id0', 'id2', 'id0', 'late', undefined]);
});
