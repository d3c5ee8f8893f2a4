export { isBeyondJsonb, refusingBeyondJsonb } from './beyond-jsonb.ts';
export { payloadCommands } from './commands.ts';
export type { CreatePayload } from './create-payload.ts';
export { payloadOnWire, payloadRoutes } from './routes.ts';
export { findPayload, type PayloadRow, requirePayload } from './store.ts';
export type { UpdatePayload } from './update-payload.ts';
