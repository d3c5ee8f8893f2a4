export { tagCommands } from './commands.ts';
export type { RemoveTag } from './remove-tag.ts';
export { tagRoutes } from './routes.ts';
export type { SetTag } from './set-tag.ts';
export { requireTag } from './tag-form.ts';
