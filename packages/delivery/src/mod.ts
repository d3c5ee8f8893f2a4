/** What px0 delivers, and how a client keeps it. The package's public face; it needs no Node. */

export { type AnswerHead, type Meaning, meaningOf, type Refusal } from './client/answer.ts';
export { ChangeFeed, type ChangeListener } from './client/change-feed.ts';
export { type Change, type ChangeKind, changesOf } from './client/changes.ts';
export {
  type ClientState,
  nextChangeAfter,
  type Observed,
  type StateTimes,
  stateAt,
} from './client/connection-state.ts';
export {
  type Confirmation,
  DeliveryClient,
  type DeliveryOptions,
  DeliveryRefusedError,
  type DeliveryStatus,
} from './client/delivery-client.ts';
export type { Clock, DeliveryAnswer, DeliveryRequest, Transport } from './client/environment.ts';
export type { CompleteVersion, Location, Wanted } from './client/locate.ts';
export { type HeldPrompt, PromptIndex } from './client/prompt-index.ts';
export { ReconnectPolicy } from './client/reconnect.ts';
export { type EditListener, type RepairReason, Replica } from './client/replica.ts';
export { readStateFile, type StateFile, type StateFileOwner, stateFileLines } from './client/state-file.ts';
export { systemClock } from './client/system-clock.ts';
export { Digest } from './digest.ts';
export { BundleFile, type BundleFileOptions } from './files/bundle-file.ts';
export { KeptFile, type KeptFileOptions } from './files/kept-file.ts';
export { EventReader, type StreamEvent } from './frames/event-reader.ts';
export {
  type BeginFrame,
  type DeleteFrame,
  type DeliveredPrompt,
  type DeliveredVersion,
  type DropFrame,
  type EndFrame,
  type Frame,
  type GoawayFrame,
  type HeartbeatFrame,
  type HelloFrame,
  LANGUAGE_LEVEL,
  MAX_LINE_BYTES,
  type MarkedTeam,
  type MarkFrame,
  PROTOCOL,
  type PutFrame,
  type RetryRange,
  type SyncFrame,
} from './frames/frame.ts';
export { LineReader } from './frames/lines.ts';
export { FrameError, frameOf, isPrompt, readFrame } from './frames/read-frame.ts';
export { asEvent, asLine } from './frames/write-frame.ts';
export { compareRevisions, HighestRevision, isRevision } from './revision.ts';
