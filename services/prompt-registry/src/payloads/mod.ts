export { PayloadCommands } from './payload-commands.ts';
export { payloadRoutes } from './routes.ts';
export { PayloadStore } from './store.ts';
