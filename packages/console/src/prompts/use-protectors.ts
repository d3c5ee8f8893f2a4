/** Which policies protect a prompt, to show where px0 will ask for a review. What stands in the way of one change, px0 itself tells its dialog. */
import { useQuery } from '@tanstack/react-query';
import { type Policy, protectorsOf, reviewersOf, useTeamPolicies } from '../review/mod.ts';
import { promptReading } from './data/readings.ts';

export interface Protectors {
  readonly ofTag: (tag: string) => readonly Policy[];
  readonly ofPromotion: (to: 'stable' | 'live') => readonly Policy[];
}

export function useProtectors(promptId: string): Protectors {
  const prompt = useQuery(promptReading(promptId)).data?.prompt;
  const policies = useTeamPolicies(prompt?.team_id);
  return {
    ofTag: (tag) => (prompt === undefined ? [] : protectorsOf(policies, prompt, tag)),
    ofPromotion: (to) => (prompt === undefined ? [] : reviewersOf(policies, prompt, to)),
  };
}

/** “Production” and “Billing”. */
export function policyNames(policies: readonly Policy[]): string {
  const names = policies.map(({ name }) => `“${name}”`);
  return names.length < 2 ? names.join('') : `${names.slice(0, -1).join(', ')} and ${names.at(-1)}`;
}
