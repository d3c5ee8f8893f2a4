/** How much a page counts in the search beside the guides: what is read from beginning to end comes before what is looked up. */

const boosts: readonly (readonly [start: string, boost: number])[] = [
  ['api-reference/errors', 0.9],
  ['api-reference/', 0.6],
  ['runbooks/', 0.4],
  ['benchmarks', 0.2],
  ['bounds', 0.2],
  ['security-verification', 0.2],
  // Records of why px0 is as it is. They use every word of the guides, and answer no question of a user.
  ['decisions/', 0.02],
];

/**
 * What the score of a section is multiplied by.
 *
 * @param id the section's address: `/docs/concepts/roles#viewer`
 */
export function boostOf(id: string): number {
  const path = id.replace(/^\/docs\//, '');
  return boosts.find(([start]) => path.startsWith(start))?.[1] ?? 1;
}
