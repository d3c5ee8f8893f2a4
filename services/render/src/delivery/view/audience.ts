/** What a set of callers is delivered: the same teams, and the same prompts of them, as the same limits narrow them. */
import type { KeyLimits } from '@px0/access';
import { Digest } from '@px0/delivery/server';
import type { DeliveredEntry } from './delivered-entry.ts';
import type { DeliveredTeam } from './delivered-team.ts';
import { narrowingOf } from './narrowing.ts';

export interface Selection {
  /** Ascending. */
  readonly teamIds: readonly string[];
  /** Undefined: every prompt of the teams. */
  readonly slugs: ReadonlySet<string> | undefined;
  /** Of the caller's key; undefined: none. */
  readonly limits: KeyLimits | undefined;
}

/** Whether the selection has every prompt of its teams, as it is. */
export function isOfWholeTeams({ slugs, limits }: Selection): boolean {
  return slugs === undefined && limits === undefined;
}

/** What the selection has of a prompt of one of its teams; undefined for nothing. */
export function selected({ slugs, limits }: Selection, entry: DeliveredEntry): DeliveredEntry | undefined {
  if (slugs !== undefined && !slugs.has(entry.prompt.slug)) return undefined;
  return limits === undefined ? entry : narrowingOf(limits).of(entry);
}

/** The prompts that have changed after a change of this number and that the selection has something of, in their order; each as it is itself. */
export function* changedAfter(
  team: DeliveredTeam,
  { slugs, limits }: Selection,
  ordinal: number,
): Generator<DeliveredEntry, void> {
  const entries = slugs === undefined ? team.allAfter(ordinal) : team.selectedAfter(ordinal, slugs);
  const narrowing = limits && narrowingOf(limits);
  for (const entry of entries) {
    if (narrowing === undefined || narrowing.fingerprintOf(entry) !== undefined) yield entry;
  }
}

/** The digest of what is delivered of one team. */
export function digestOf(team: DeliveredTeam, selection: Selection): Digest {
  if (isOfWholeTeams(selection)) return team.digest;
  const { slugs, limits } = selection;
  const narrowing = limits && narrowingOf(limits);
  const digest = new Digest();
  for (const entry of slugs === undefined ? team.allAfter(0) : team.ofSlugs(slugs)) {
    const fingerprint = narrowing === undefined ? entry.fingerprint : narrowing.fingerprintOf(entry);
    if (fingerprint !== undefined) digest.add(fingerprint);
  }
  return digest;
}
