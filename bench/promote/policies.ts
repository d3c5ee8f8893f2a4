/**
 * npm run bench:promote policies: what policies cost a promotion. Two registries of the present tree: one whose organization and team have 70
 * policies, of which three guard the promotion and are satisfied, and one without any.
 */
import type { Registry } from './registry.ts';

const OF_ORGANIZATION = 50;
const OF_TEAM = 20;
const MATCHING = 3;

/** 70 policies of typical length, of which three are about the promoted prompt and satisfied: its payloads render, and its contract holds. */
export async function addPolicies(registry: Registry): Promise<void> {
  for (let index = 0; index < OF_ORGANIZATION + OF_TEAM; index += 1) {
    const isMatching = index % 25 === 0 && index / 25 < MATCHING;
    await registry.addPolicy(index < OF_ORGANIZATION ? 'organization' : 'team', {
      name: `Policy ${index}`,
      match: {
        slugs: [isMatching ? 'prom*' : `billing_${index}_*`, `support_*_${index}`],
        transitions: ['live', 'tag'],
        tags: ['prod', 'prod-*'],
      },
      // Whoever goes back and forth would be exempt.
      rollback: 'guarded',
      require: { checks: [{ kind: 'external', name: 'evals' }] },
    });
  }
  await registry.postChecks('evals');
}
