export { isBeyondJsonb, refusingBeyondJsonb } from './beyond-jsonb.ts';
export { payloadCommands } from './commands.ts';
export type { CreatePayload } from './create-payload.ts';
export { MAX_SNAPSHOT_BYTES, outputDigest } from './output.ts';
export { payloadOnWire, payloadRoutes } from './routes.ts';
export { acceptedOutput, storeSnapshot } from './snapshot-store.ts';
export { findPayload, type PayloadRow, requirePayload } from './store.ts';
export type { UpdatePayload } from './update-payload.ts';
