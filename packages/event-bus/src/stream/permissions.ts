/**
 * What each user of the NATS servers may publish and hear, derived from the names of streams, subjects and consumers that the code
 * uses. A service publishes the state of its own context only, hears only what is addressed to its own inbox, and deletes
 * nothing; deletion belongs to `maintenance`. `npm run deploy:generate` writes it as the servers' configuration.
 * See docs/decisions/118-a-nats-user-for-each-service.md.
 */
import { stateSubject, usageConsumers, usageSubjects } from '@px0/contracts';
import { ALL_CONTEXTS, type Context, completeEntities } from '../projection/completeness.ts';
import { EPOCH_SUBJECT } from '../projection/epoch.ts';
import { type Names, STREAM_KINDS, type StreamKind } from './names.ts';

/** The services that are connected to NATS, and the person or job that maintains the streams. */
export const busUsers = ['identity', 'tenancy', 'prompt-registry', 'render', 'maintenance'] as const;

export type BusUser = (typeof busUsers)[number];

/** Subjects with NATS wildcards. What is not listed is refused. */
export interface Permissions {
  readonly publish: readonly string[];
  readonly subscribe: readonly string[];
}

/** First part of the subjects on which a user hears answers and deliveries: its `NATS_INBOX_PREFIX`. */
export function inboxPrefixOf(user: BusUser): string {
  return `_INBOX_${user}`;
}

export function permissionsOf(user: BusUser, names: Names): Permissions {
  return { publish: publishes(user, names), subscribe: [`${inboxPrefixOf(user)}.>`] };
}

const API = '$JS.API';

function publishes(user: BusUser, names: Names): string[] {
  switch (user) {
    case 'identity':
      return [...follows(names), ...owns('identity', names), ...consumesUsage('identity', undefined, names)];
    case 'tenancy':
      return [...follows(names), ...owns('tenancy', names), names.subjects('usage')];
    case 'prompt-registry':
      return [
        ...follows(names),
        ...owns('registry', names),
        names.subjects('body'),
        asksLeader('body', names),
        ...consumesUsage('registry', usageSubjects, names),
        names.subjects('usage'),
      ];
    case 'render':
      return [...follows(names), ...readsBodies(names), names.subjects('usage')];
    case 'maintenance':
      return maintains(names);
  }
}

/** What every reader of the state does: find the streams, look at the leader's messages, open a consumer and obey its flow control. */
function follows(names: Names): string[] {
  const state = names.stream('state');
  return [
    ...findsStreams(names),
    asksLeader('state', names),
    `${API}.CONSUMER.CREATE.${state}.*.${names.subjects('state')}`,
    // Names of consumers cannot be guessed, and only `maintenance` may list them.
    `${API}.CONSUMER.DELETE.${state}.*`,
    `$JS.FC.${state}.>`,
  ];
}

/** Creating a stream that exists changes nothing: the server compares and refuses. */
function findsStreams(names: Names): string[] {
  return STREAM_KINDS.flatMap((kind) => findsStream(kind, names));
}

function findsStream(kind: StreamKind, names: Names): string[] {
  return [`${API}.STREAM.INFO.${names.stream(kind)}`, `${API}.STREAM.CREATE.${names.stream(kind)}`];
}

function asksLeader(kind: StreamKind, names: Names): string {
  return `${API}.STREAM.MSG.GET.${names.stream(kind)}`;
}

/** An owner publishes its context's entities, also those that a later release will bring, and its activity, and may declare the epoch. */
function owns(context: Context, names: Names): string[] {
  return [
    names.subjectsOf(context),
    names.onWire(EPOCH_SUBJECT),
    ...findsStream('activity', names),
    asksLeader('activity', names),
    names.activityOf(context),
  ];
}

function readsBodies(names: Names): string[] {
  const body = names.stream('body');
  return [`${API}.DIRECT.GET.${body}.${names.subjects('body')}`, asksLeader('body', names)];
}

function consumesUsage(
  context: keyof typeof usageConsumers,
  filter: string | undefined,
  names: Names,
): string[] {
  const usage = names.stream('usage');
  const consumer = `${usage}.${usageConsumers[context]}`;
  return [
    `${API}.CONSUMER.CREATE.${consumer}${filter === undefined ? '' : `.${names.onWire(filter)}`}`,
    `${API}.CONSUMER.INFO.${consumer}`,
    `${API}.CONSUMER.MSG.NEXT.${consumer}`,
    `$JS.ACK.${consumer}.>`,
  ];
}

/** Compaction purges and says `complete` again; a person also looks at the streams, tunes, backs up and removes them. */
function maintains(names: Names): string[] {
  const ofStream = ['UPDATE', 'DELETE', 'PURGE', 'MSG.GET', 'MSG.DELETE', 'SNAPSHOT', 'RESTORE'];
  return [
    `${API}.INFO`,
    `${API}.STREAM.NAMES`,
    `${API}.STREAM.LIST`,
    ...findsStreams(names),
    ...findsStream('activity', names),
    ...[...STREAM_KINDS, 'activity' as const]
      .map((kind) => names.stream(kind))
      .flatMap((stream) => [
        ...ofStream.map((call) => `${API}.STREAM.${call}.${stream}`),
        ...['NAMES', 'LIST'].map((call) => `${API}.CONSUMER.${call}.${stream}`),
        ...['INFO', 'DELETE'].map((call) => `${API}.CONSUMER.${call}.${stream}.*`),
      ]),
    ...ALL_CONTEXTS.map((context) => names.onWire(stateSubject(completeEntities[context], '>'))),
  ];
}
