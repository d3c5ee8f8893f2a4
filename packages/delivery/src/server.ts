/** What the side that delivers needs of the protocol. Nothing of a client is loaded by it: a render process has to start fast. */

export { Digest } from './digest.ts';
export {
  type DeliveredPrompt,
  type DeliveredVersion,
  type Frame,
  type GoawayFrame,
  LANGUAGE_LEVEL,
  type MarkedTeam,
  type MarkFrame,
  type SyncFrame,
} from './frames/frame.ts';
export { asEvent, asLine } from './frames/write-frame.ts';
export { precedes } from './selection.ts';
export { parseVersionRef } from './version-ref.ts';
