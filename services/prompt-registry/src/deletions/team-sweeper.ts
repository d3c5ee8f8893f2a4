/**
 * The loop that removes the prompts of deleted teams.
 * See docs/decisions/061-deleting-in-steps.md.
 */
import { Background, type BackgroundOptions } from '@px0/owner';
import { SweepTeams, type SweepTeamsDependencies } from './sweep-teams.ts';

export interface TeamSweeperDependencies extends SweepTeamsDependencies, Pick<BackgroundOptions, 'logger'> {}

/** A replica that heard of no deletion still looks for what another one left. */
const PAUSE_MS = 5_000;

export function teamSweeper({ changes, logger }: TeamSweeperDependencies): Background {
  const sweep = new SweepTeams({ changes });
  return new Background({ name: 'team sweeper', logger, step: () => sweep.run(), pauseMs: PAUSE_MS });
}
