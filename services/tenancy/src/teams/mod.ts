export { CreateTeam } from './create-team.ts';
export { DeleteTeam } from './delete-team.ts';
export { ListTeams } from './list-teams.ts';
export { teamRoutes } from './routes.ts';
export { insertTeam, type TeamRow } from './store.ts';
export { UpdateTeam } from './update-team.ts';
export { teamOnWire } from './wire.ts';
