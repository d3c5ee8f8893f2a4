export { chainEnds } from './chain-ends.ts';
export { ReadPromptAudit } from './read-prompt-audit.ts';
export { ReadTeamAudit } from './read-team-audit.ts';
export { auditRoutes } from './routes.ts';
