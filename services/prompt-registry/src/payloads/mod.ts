export { isBeyondJsonb } from './beyond-jsonb.ts';
export { payloadCommands } from './commands.ts';
export type { CreatePayload } from './create-payload.ts';
export { payloadRoutes } from './routes.ts';
export type { UpdatePayload } from './update-payload.ts';
