export { compactSessions } from './compact-sessions.ts';
export { sessionRoutes } from './routes.ts';
export { deleteExpiredSessions, isSessionUsable, saveLedger } from './store.ts';
