export { DeletedTeamStore } from './store.ts';
export { teamDeletions } from './team-deletions.ts';
export { TeamSweeper } from './team-sweeper.ts';
