/** What a set of callers is delivered: the same teams, and the same prompts of them. */
import { Digest } from '@px0/delivery/server';
import type { DeliveredEntry } from './delivered-entry.ts';
import type { DeliveredTeam } from './delivered-team.ts';

export interface Selection {
  /** Ascending. */
  readonly teamIds: readonly string[];
  /** Undefined: every prompt of the teams. */
  readonly slugs: ReadonlySet<string> | undefined;
}

/** Whether the selection has the prompt, of whose team it is. */
export function selects({ slugs }: Selection, entry: DeliveredEntry): boolean {
  return slugs === undefined || slugs.has(entry.prompt.slug);
}

/** The digest of what is delivered of one team. */
export function digestOf(team: DeliveredTeam, selection: Selection): Digest {
  if (selection.slugs === undefined) return team.digest;
  const digest = new Digest();
  for (const entry of team.ofSlugs(selection.slugs)) digest.add(entry.fingerprint);
  return digest;
}
