import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PromptEntry } from '../../prompts/mod.ts';
import { DeliveredEntry } from './delivered-entry.ts';
import { TeamBuild } from './team-build.ts';

const TEAM = '7b0f6c1e-0d3a-4c57-9f0e-3f8c6a0a1111';

const none = () => 0;

/** A prompt as it is after its change of that number. */
function entry(id: string, sequence: number): DeliveredEntry {
  const time = '2026-01-01T00:00:00Z';
  const prompt = new PromptEntry(
    id,
    {
      team_id: TEAM,
      slug: id,
      status: 'active',
      created_at: time,
      live: null,
      tags: { changed: sequence },
      versions: [],
    },
    undefined,
  );
  return new DeliveredEntry(prompt, new Map());
}

function walk(build: TeamBuild): string[] {
  const seen: string[] = [];
  for (let id = build.next(); id !== undefined; id = build.next()) seen.push(id);
  return seen;
}

describe('a build of a team', () => {
  it('looks at each prompt once, and again at those that change', () => {
    const build = new TeamBuild(TEAM, ['a', 'b', 'c'], none);
    expect(build.next()).toBe('a');
    build.add('a');
    // Whoever asks finds that it has gone.
    build.remove('b');
    expect(walk(build)).toEqual(['b', 'c', 'a']);
    expect(build.next()).toBeUndefined();
    build.add('d');
    build.add('a');
    expect(walk(build)).toEqual(['d', 'a']);
    while (build.place());
    expect(build.isComplete).toBe(true);
  });

  it('places nothing that has gone after it changed', () => {
    const build = new TeamBuild(TEAM, ['a', 'b'], none);
    for (const id of ['a', 'b']) build.take(build.next() ?? '', entry(id, 1));
    build.place();
    build.add('b');
    build.take(build.next() ?? '', entry('b', 2));
    build.remove('b');
    while (build.place());
    expect(build.isComplete).toBe(true);
    expect([...build.team(String).allAfter(0)].map(({ prompt }) => prompt.id)).toEqual(['a']);
  });

  it('ends with what each prompt was last, in the order of the changes, whatever changes between its steps', () => {
    const ids = ['a', 'b', 'c', 'd', 'e'];
    const event = fc.record({
      kind: fc.constantFrom('step', 'step', 'step', 'change', 'remove', 'lack', 'come', 'come', 'epoch'),
      id: fc.constantFrom(...ids),
    });
    fc.assert(
      fc.property(fc.array(event, { maxLength: 60, size: 'max' }), (events) => {
        let sequence = 0;
        const present = new Map<string, DeliveredEntry>();
        const sequences = new Map<string, number>();
        const change = (id: string) => {
          sequence += 1;
          sequences.set(id, sequence);
          present.set(id, entry(id, sequence));
        };
        for (const id of ['c', 'a', 'b']) change(id);
        const build = new TeamBuild(TEAM, ['a', 'b', 'c'], (id) => sequences.get(id) ?? 0);
        const lacking = new Set<string>();
        const step = (): boolean => {
          const id = build.next();
          if (id === undefined) return build.place();
          const now = present.get(id);
          if (now === undefined) build.remove(id);
          else build.take(id, lacking.has(id) ? undefined : now);
          return true;
        };
        for (const { kind, id } of events) {
          if (kind === 'step') step();
          else if (kind === 'lack') lacking.add(id);
          else if (kind === 'come') {
            lacking.delete(id);
            build.settled(id);
          } else if (kind === 'epoch') {
            sequence = 0;
            sequences.clear();
            build.forgetSequences();
          } else if (kind === 'change') {
            change(id);
            build.add(id);
          } else {
            present.delete(id);
            build.remove(id);
          }
        }
        lacking.clear();
        build.giveUpWaiting();
        while (step());
        expect(build.isComplete).toBe(true);
        const team = build.team(String);
        const held = [...team.allAfter(0)];
        expect(held.every((one) => present.get(one.prompt.id) === one)).toBe(true);
        expect(team.count).toBe(present.size);
        for (const [id, latest] of present)
          for (let since = 0; since < (sequences.get(id) ?? 0); since += 1)
            expect([...team.allAfter(team.ordinalAt(since))]).toContain(latest);
        expect(Number(team.revision)).toBe(team.lastSequence);
        expect(team.lastSequence).toBeLessThanOrEqual(sequence);
      }),
      { numRuns: 1_000 },
    );
  });

  it('takes a time that grows with the number of prompts, and no faster', () => {
    const few = 2_500;
    const times = 64;
    const ids = Array.from({ length: few * times }, (_, number) => `prompt ${number}`);
    /** Microseconds of this thread for as many prompts in all, by so many builds, so many times. */
    const cost = (builds: number, rounds: number): number => {
      const before = process.threadCpuUsage();
      for (let build = 0; build < builds * rounds; build += 1) {
        const count = ids.length / builds;
        expect(walk(new TeamBuild(TEAM, ids.slice(0, count), none))).toHaveLength(count);
      }
      const { user, system } = process.threadCpuUsage(before);
      return user + system;
    };
    // Some systems count the time of threads in steps of ten milliseconds.
    let rounds = 1;
    while (cost(times, rounds) < 100_000) rounds *= 2;
    // Several times more is what a larger memory costs; what looks at all that is done already costs as many times more as there are more prompts.
    expect(cost(1, rounds) / cost(times, rounds)).toBeLessThan(times / 2);
  });
});
