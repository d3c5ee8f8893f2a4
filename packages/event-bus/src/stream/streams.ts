/**
 * The streams and how they are created. An existing stream is left as it is: an operator may have tuned its limits, and the
 * readers' rules hold for any history.
 */
import {
  DiscardPolicy,
  type JetStreamManager,
  RetentionPolicy,
  StorageType,
  type StreamConfig,
} from '@nats-io/jetstream';
import { nanos } from '@nats-io/transport-node';
import { type Names, STREAM_KINDS, type StreamKind } from './names.ts';
import { isStreamNotFound } from './nats-errors.ts';

export interface StreamSettings {
  readonly replicas: number;
  /** Messages kept of each state subject. A slow reader meets fewer holes with more; correctness needs one. */
  readonly history: number;
}

/** Sixteen states of an entity cover what a reader that lags by seconds could miss, at little cost on disk. */
export const DEFAULT_HISTORY = 16;

const A_DAY_MS = 86_400_000;
/** Usage counts are aggregates of a few seconds; a day of them from hundreds of replicas fits well below this. */
const USAGE_MAX_BYTES = 256 * 1024 * 1024;

/** So long a reader of the activity may be away without missing some of it. */
export const ACTIVITY_DAYS = 7;
const ACTIVITY_MAX_BYTES = 1024 * 1024 * 1024;

type Configuration = Partial<StreamConfig> & { readonly name: string };

export function streamConfiguration(kind: StreamKind, names: Names, settings: StreamSettings): Configuration {
  const common = {
    name: names.stream(kind),
    subjects: [names.subjects(kind)],
    storage: StorageType.File,
    retention: RetentionPolicy.Limits,
    num_replicas: settings.replicas,
    allow_direct: true,
  };
  if (kind === 'usage') {
    return { ...common, discard: DiscardPolicy.Old, max_age: nanos(A_DAY_MS), max_bytes: USAGE_MAX_BYTES };
  }
  if (kind === 'activity') {
    const max_age = nanos(ACTIVITY_DAYS * A_DAY_MS);
    return { ...common, discard: DiscardPolicy.Old, max_age, max_bytes: ACTIVITY_MAX_BYTES };
  }
  // "Discard new" lets a full disk refuse writes, which stay owed, instead of dropping the state of unchanged entities.
  return {
    ...common,
    discard: DiscardPolicy.New,
    max_msgs_per_subject: kind === 'body' ? 1 : settings.history,
  };
}

/** Creates the streams that do not exist. Several processes may do so at once. */
export async function ensureStreams(
  jsm: JetStreamManager,
  names: Names,
  settings: StreamSettings,
): Promise<void> {
  for (const kind of STREAM_KINDS) await ensureStream(kind, jsm, names, settings);
}

/** Creates one stream, if it does not exist. */
export async function ensureStream(
  kind: StreamKind,
  jsm: JetStreamManager,
  names: Names,
  settings: StreamSettings,
): Promise<void> {
  await createIfMissing(jsm, streamConfiguration(kind, names, settings));
}

async function createIfMissing(jsm: JetStreamManager, configuration: Configuration): Promise<void> {
  if (await streamExists(jsm, configuration.name)) return;
  try {
    await jsm.streams.add(configuration);
  } catch (error) {
    // Another process, with other settings, was faster: its stream is as good.
    if (!(await streamExists(jsm, configuration.name))) throw error;
  }
}

async function streamExists(jsm: JetStreamManager, name: string): Promise<boolean> {
  try {
    await jsm.streams.info(name);
    return true;
  } catch (error) {
    if (isStreamNotFound(error)) return false;
    throw error;
  }
}
