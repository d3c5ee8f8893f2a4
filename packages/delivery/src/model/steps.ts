/** Random steps for the model. fast-check comes from the test, so that nothing else needs it. */
import type fastCheck from 'fast-check';
import type { Arbitrary } from 'fast-check';
import type { Step } from './run.ts';
import type { WorldEvent } from './world.ts';

export const TEAMS = ['a', 'b', 'c'];
const PROMPTS = ['p', 'q', 'r'];
export const SERVERS = 2;

/** What may happen besides writes, lag and cuts. */
export interface Faults {
  /** Teams are gained and lost. */
  readonly audience: boolean;
  /** Servers restart, and have forgotten what left a team. */
  readonly restarts: boolean;
  /** Frames get lost, and digests are wrong. */
  readonly link: boolean;
}

export function stepsOf(fc: typeof fastCheck, faults: Faults, maxLength = 80): Arbitrary<readonly Step[]> {
  const server = fc.nat(SERVERS - 1);
  const fact = fc.option(
    fc.record({ team: fc.constantFrom(...TEAMS), value: fc.integer({ min: 1, max: 2 }) }),
    {
      nil: undefined,
    },
  );
  const write = fc.record({ kind: fc.constant('prompt' as const), id: fc.constantFrom(...PROMPTS), fact });
  const audience = fc.record({ kind: fc.constant('audience' as const), teams: fc.subarray(TEAMS) });
  const event: Arbitrary<WorldEvent> = write;
  const step = fc.oneof<{ arbitrary: Arbitrary<Step>; weight: number }[]>(
    { weight: 6, arbitrary: fc.record({ do: fc.constant('write' as const), event }) },
    {
      weight: faults.audience ? 1 : 0,
      arbitrary: fc.record({ do: fc.constant('write' as const), event: audience }),
    },
    {
      weight: 8,
      arbitrary: fc.record({
        do: fc.constant('advance' as const),
        server,
        by: fc.integer({ min: 1, max: 4 }),
      }),
    },
    {
      weight: faults.restarts ? 1 : 0,
      arbitrary: fc.record({ do: fc.constant('restart' as const), server, back: fc.nat(4) }),
    },
    { weight: 2, arbitrary: fc.record({ do: fc.constant('connect' as const), server }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constantFrom('cut' as const, 'fall behind' as const) }) },
    { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('heartbeat' as const, 'catch up' as const) }) },
    { weight: 4, arbitrary: fc.record({ do: fc.constant('pass' as const) }) },
    {
      weight: 6,
      arbitrary: fc.record({ do: fc.constant('pump' as const), most: fc.integer({ min: 1, max: 9 }) }),
    },
    {
      weight: 8,
      arbitrary: fc.record({ do: fc.constant('read' as const), most: fc.integer({ min: 1, max: 12 }) }),
    },
    {
      weight: faults.link ? 1 : 0,
      arbitrary: fc.record({ do: fc.constantFrom('lose' as const, 'corrupt' as const), at: fc.nat(6) }),
    },
  );
  return fc.array(step, { maxLength, size: 'max' });
}
