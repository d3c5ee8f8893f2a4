export { PayloadCommands } from './payload-commands.ts';
export { payloadRoutes } from './routes.ts';
export { type PayloadRow, PayloadStore } from './store.ts';
