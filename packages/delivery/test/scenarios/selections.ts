/** Random prompts that share slugs, and what a render of them names. The render service's own look-up is held to the same file. */
import fc from 'fast-check';
import { locateIn } from '../../src/client/locate.ts';
import { type DeliveredPrompt, PromptIndex } from '../../src/mod.ts';
import { A, B, prompt, version } from './builders.ts';

export interface Selection {
  readonly prompts: readonly { readonly team_id: string; readonly prompt: DeliveredPrompt }[];
  readonly slug: string;
  readonly team_id: string | null;
  readonly ref: string | null;
  readonly expect: { readonly prompt_id: string; readonly version: number } | { readonly error: string };
}

const COUNT = 300;
const SEED = 7;

const times = [
  '2025-01-01T00:00:00Z',
  '2025-01-01T00:00:00.1Z',
  '2025-01-01T00:00:00.12Z',
  '2025-01-01T00:00:01Z',
];
const tags = ['prod', 'beta', 'v1.2', 'constructor', '9223372036854775808'];
const refs = ['1', '2', '+2', '003', ...tags, 'nope', 'toString', '1e0', ' 1', ''];

const some = fc.record({
  id: fc.constantFrom('1', '2', '3', '4', '5', '6'),
  slug: fc.constantFrom('one', 'two'),
  team_id: fc.constantFrom(A, B),
  status: fc.constantFrom('active', 'archived'),
  created_at: fc.constantFrom(...times),
  live: fc.constantFrom(null, 1, 2, 3, 1, 2, 3),
  tags: fc.dictionary(fc.constantFrom(...tags), fc.integer({ min: 1, max: 3 }), {
    maxKeys: 3,
    noNullPrototype: true,
  }),
});

/** In a team a slug is of one prompt. */
const prompts = fc.uniqueArray(some, {
  minLength: 2,
  maxLength: 6,
  comparator: (a, b) => a.id === b.id || (a.slug === b.slug && a.team_id === b.team_id),
});

const asked = fc.record({
  prompts,
  slug: fc.constantFrom('one', 'two'),
  team_id: fc.constantFrom(null, A, B),
  ref: fc.option(fc.constantFrom(...refs), { freq: 2 }),
});

/** Numbers that are not delivered are for px0 to find, and are left out. */
export function selections(): readonly Selection[] {
  return fc.sample(asked, { seed: SEED, numRuns: COUNT }).flatMap((one): Selection[] => {
    const delivered = one.prompts.map(({ team_id, ...rest }) => ({
      team_id,
      prompt: prompt(rest.slug, { ...rest, versions: versionsOf(rest) }),
    }));
    const index = new PromptIndex();
    for (const { team_id, prompt: held } of delivered) index.edit(team_id, undefined, held);
    const wanted = { slug: one.slug, teamId: one.team_id ?? undefined, ref: one.ref ?? undefined };
    const context = {
      state: 'ready',
      refusal: undefined,
      slugs: undefined,
      teamId: undefined,
      holdsTeam: true,
    } as const;
    const location = locateIn(index, wanted, context);
    if (location.kind === 'held') {
      return [
        {
          ...one,
          prompts: delivered,
          expect: { prompt_id: location.prompt.id, version: location.version.version },
        },
      ];
    }
    return location.kind === 'gone'
      ? [{ ...one, prompts: delivered, expect: { error: location.error } }]
      : [];
  });
}

function versionsOf({
  live,
  tags: tagged,
}: {
  readonly live: number | null;
  readonly tags: Readonly<Record<string, number>>;
}) {
  const numbers = new Set([...(live === null ? [] : [live]), ...Object.values(tagged)]);
  return [...numbers]
    .sort()
    .map((number) => version(number, `version ${number}`, { status: number === live ? 'live' : 'stable' }));
}
