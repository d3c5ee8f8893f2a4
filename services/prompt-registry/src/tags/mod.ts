export { tagCommands } from './commands.ts';
export { tagRoutes } from './routes.ts';
export type { SetTag } from './set-tag.ts';
