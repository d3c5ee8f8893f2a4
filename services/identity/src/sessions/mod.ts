export { compactSessions } from './compact-sessions.ts';
export { createLogIn, type LogIn } from './log-in.ts';
export { createLogOut, type LogOut } from './log-out.ts';
export { type SessionCommands, sessionRoutes } from './routes.ts';
export { deleteExpiredSessions, isSessionUsable, saveLedger } from './session-store.ts';
