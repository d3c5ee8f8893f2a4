export { tagRoutes } from './routes.ts';
export { TagStore } from './store.ts';
export { requireTag, TagCommands } from './tag-commands.ts';
