/**
 * The loop that removes the prompts of deleted teams.
 * See docs/decisions/061-deleting-in-steps.md.
 */
import { Background, type BackgroundOptions, type Lookout, WATCHED_PAUSE_MS } from '@px0/owner';
import { TEAMS_ARE_LEFT } from './store.ts';
import { SweepTeams, type SweepTeamsDependencies } from './sweep-teams.ts';

export interface TeamSweeperDependencies extends SweepTeamsDependencies, Pick<BackgroundOptions, 'logger'> {
  readonly lookout: Pick<Lookout, 'watch'>;
}

const RETRY_MS = 5_000;

export function teamSweeper({ changes, lookout, logger }: TeamSweeperDependencies): Background {
  const sweep = new SweepTeams({ changes });
  const loop = new Background({
    name: 'team sweeper',
    logger,
    step: () => sweep.run(),
    pauseMs: WATCHED_PAUSE_MS,
    retryMs: RETRY_MS,
  });
  // A replica that heard of no deletion finds what another one left.
  lookout.watch(TEAMS_ARE_LEFT, () => loop.wake());
  return loop;
}
