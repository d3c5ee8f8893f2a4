/**
 * Removes the prompts of deleted teams. Readers treat them as gone from the team's tombstone on, so the rows can follow later, in
 * steps that commit one by one; any replica may take a step, and continues where a killed one stopped.
 */
import type { Progress } from '@px0/owner';
import { type Change, type Changes, systemActor } from '../changes/mod.ts';
import { deletionPermit } from '../policies/mod.ts';
import { claimTeam, deletePrompts, deleteVersions, finishTeam, lockPrompts } from './store.ts';

export interface SweepTeamsDependencies {
  readonly changes: Changes;
}

/** Versions, and prompts, per step, which holds locks and a connection for some 100 ms. */
const STEP_SIZE = 200;

export class SweepTeams {
  readonly #deps: SweepTeamsDependencies;

  constructor(deps: SweepTeamsDependencies) {
    this.#deps = deps;
  }

  /** One bounded step, published before the next one begins, so that a large team does not fill the outbox. */
  run(): Promise<Progress> {
    return this.#deps.changes.make(systemActor, removeSome, 'awaited');
  }
}

async function removeSome(change: Change): Promise<Progress> {
  const teamId = await claimTeam(change);
  if (teamId === undefined) return 'none';
  const prompts = await lockPrompts(change, teamId, STEP_SIZE);
  const versions = await deleteVersions(change, prompts, STEP_SIZE, deletionPermit());
  for (const { promptId, number } of versions) await change.removeBody(promptId, number);
  await deletePrompts(change, prompts, deletionPermit());
  if (prompts.length === 0) await finishTeam(change, teamId);
  return 'more';
}
