export { tagRoutes } from './routes.ts';
export { TagStore } from './store.ts';
export { requireTag, requireTagForm, TagCommands } from './tag-commands.ts';
