/**
 * The model of reviews over the real commands and a real Postgres: whatever happens, nothing goes live that nobody approved. Without one of
 * the conditions that ensure it, the walks find where it fails: they would notice.
 *
 * `npm run test:reviews` walks thousands of times and runs 500 races.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { countReviews } from '../src/change-requests/counting.ts';
import { settleRequests } from '../src/change-requests/settle.ts';
import { race } from './change-request-races.ts';
import { type Stage, stageOf, Walk } from './change-request-walks.ts';
import { RunningRegistry } from './running-registry.ts';

const isLong = process.env['PX0_LONG_TESTS'] === '1';
const STEPS = 24;
/** Walks that found a fault once. */
const FOUND = [17];

type Count = typeof countReviews;
type Settle = typeof settleRequests;

/** What ensures it; each test leaves something out. */
const guards: { count: Count; settle: Settle } = { count: countReviews, settle: settleRequests };

let registry: RunningRegistry;
let stage: Stage;

beforeAll(async () => {
  registry = await RunningRegistry.start({
    count: (...given) => guards.count(...given),
    settle: (...given) => guards.settle(...given),
  });
  stage = await stageOf(registry);
});
afterAll(() => registry?.stop());

async function without<T>(left: Partial<typeof guards>, work: () => Promise<T>): Promise<T> {
  Object.assign(guards, left);
  try {
    return await work();
  } finally {
    Object.assign(guards, { count: countReviews, settle: settleRequests });
  }
}

/** Walks until something goes live that nobody approved. */
async function walk(seeds: Iterable<number>): Promise<{ applied: number; violations: readonly string[] }> {
  let applied = 0;
  for (const seed of seeds) {
    const one = new Walk(registry, stage, seed);
    await one.run(STEPS);
    applied += one.applied;
    if (one.violations.length > 0) return { applied, violations: [`seed ${seed}: ${one.violations[0]}`] };
  }
  return { applied, violations: [] };
}

function* seeds(from: number, count: number): Generator<number> {
  for (let seed = from; seed < from + count; seed += 1) yield seed;
}

const nothing: Settle = async () => undefined;

/** Reviews as if they were about what is there now. */
const withoutBinding: Count = (reviews, rule, facts) =>
  countReviews(
    reviews.map((review) => ({ ...review, binding: facts.binding, voidReason: null })),
    rule,
    facts,
  );
const withoutLive: Count = (reviews, rule, facts) =>
  countReviews(
    reviews.map(({ binding, voidReason, ...review }) => {
      const { live_version, live_hash } = facts.binding;
      const reason = voidReason === 'live_changed' ? null : voidReason;
      return { ...review, binding: { ...binding, live_version, live_hash }, voidReason: reason };
    }),
    rule,
    facts,
  );
const withoutRejudging: Count = (reviews, rule, facts) =>
  countReviews(
    reviews.map((review) => ({ ...review, binding: facts.binding })),
    rule,
    facts,
  );
const withoutMembership: Count = (reviews, rule, facts) =>
  countReviews(reviews, rule, { ...facts, roleOf: () => 'editor' });
const withoutOwners: Count = (reviews, rule, facts) =>
  countReviews(reviews, rule, { ...facts, authorPerson: facts.authorPerson ?? 'nobody' });
const withoutContributors: Count = (reviews, rule, facts) =>
  countReviews(reviews, rule, { ...facts, hasContributed: () => false });

describe('nothing goes live that nobody approved', { timeout: isLong ? 7_200_000 : 300_000 }, () => {
  it('whatever happens', async () => {
    expect((await walk(FOUND)).violations).toEqual([]);
    let applied = 0;
    // In most walks something is applied, but not in all.
    for (let seed = 1; seed <= (isLong ? 3_000 : 3) || applied === 0; seed += 1) {
      const one = await walk([seed]);
      expect(one.violations).toEqual([]);
      applied += one.applied;
    }
  });

  it.each([
    ['voiding, since everything is judged again', { settle: nothing }],
    ['judging again, since reviews are void', { count: withoutRejudging }],
  ])('also without %s', async (_, left) => {
    const found = await without(left, () => walk(seeds(3, isLong ? 1_000 : 1)));
    expect(found.violations).toEqual([]);
  });

  it.each([
    // With the seed of a walk that finds it; should it not any more, others follow.
    ['what is live', { count: withoutLive }, 17],
    ['who has left', { count: withoutMembership }, 6],
    ['whose a key is', { count: withoutOwners }, 7],
    ['who wrote it', { count: withoutContributors }, 2],
    ['what is void and what is there', { count: withoutBinding, settle: nothing }, 3],
  ] as const)('but it would, were it not for %s', async (_, left, first) => {
    const found = await without(left, () => walk(seeds(first, 400)));
    expect(found.violations).toHaveLength(1);
  });
});

it(
  'an edit, a review, a promotion and an apply at once leave live what was approved',
  async () => {
    for (let round = 0; round < (isLong ? 500 : 3); round += 1) await race(registry, stage);
  },
  isLong ? 3_600_000 : 120_000,
);
