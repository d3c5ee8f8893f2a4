export { type AccountCommands, createAccountCommands } from './account-commands.ts';
export { profileRoutes } from './routes.ts';
