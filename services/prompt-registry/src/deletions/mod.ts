export { teamDeletions } from './team-deletions.ts';
export { teamSweeper } from './team-sweeper.ts';
