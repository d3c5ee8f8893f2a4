export { compactSessions } from './compact-sessions.ts';
export { LogIn } from './log-in.ts';
export { LogOut } from './log-out.ts';
export { sessionRoutes } from './routes.ts';
export { deleteExpiredSessions, isSessionUsable, saveLedger } from './session-store.ts';
