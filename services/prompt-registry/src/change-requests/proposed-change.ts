/** What a change request is about, as it was sent, stored and shown. */
import { createHash } from 'node:crypto';
import {
  type BodyOf,
  changeKinds,
  changeRequestLimits,
  parseBody,
  parseUuid,
  routes,
  type TeamId,
  type Wire,
} from '@px0/contracts';
import { ApiError } from '@px0/service-kit';
import { requireTag } from '../tags/mod.ts';

export type PayloadSet = BodyOf<typeof routes.createPromptPayload>;

export type ProposedChange =
  | { readonly kind: 'promote'; readonly version: number; readonly to: 'stable' | 'live' }
  | { readonly kind: 'demote'; readonly version: number }
  | { readonly kind: 'archive_version'; readonly version: number }
  | { readonly kind: 'set_tag'; readonly tag: string; readonly version: number }
  | { readonly kind: 'remove_tag'; readonly tag: string }
  | { readonly kind: 'archive_prompt' }
  | { readonly kind: 'restore_prompt' }
  | { readonly kind: 'move_prompt'; readonly team_id: TeamId }
  | {
      readonly kind: 'payload';
      readonly payload_id: string | null;
      /** The body of an operation on payloads as it was sent, which may have fields that a later release knows; null: delete it. */
      readonly set: Readonly<Record<string, unknown>> | null;
    };

/** What is only known to be an object with the right types. */
type RawChange = Partial<Wire<'Change'>>;

/** Kinds that need an administrator: whoever reads the prompt may propose them. */
const FOR_ADMINISTRATORS: ReadonlySet<string> = new Set(['archive_prompt', 'restore_prompt', 'move_prompt']);

export function needsAdministrator(raw: RawChange | undefined): boolean {
  return FOR_ADMINISTRATORS.has(raw?.kind ?? '');
}

/** @throws ApiError invalidChange naming the place and the reason */
export function parseChange(raw: RawChange | undefined): ProposedChange {
  if (raw === undefined) throw invalid('', 'is required');
  const kind = changeKinds.find((one) => one === raw.kind);
  switch (kind) {
    case undefined:
      throw invalid('.kind', raw.kind === undefined ? 'is required' : 'is not known');
    case 'promote':
      return { kind, version: versionOf(raw), to: targetOf(raw) };
    case 'demote':
    case 'archive_version':
      return { kind, version: versionOf(raw) };
    case 'set_tag':
      return { kind, tag: tagOf(raw, requireTag), version: versionOf(raw) };
    case 'remove_tag':
      return { kind, tag: tagOf(raw, (tag) => tag) };
    case 'archive_prompt':
    case 'restore_prompt':
      return { kind };
    case 'move_prompt':
      return { kind, team_id: teamOf(raw) };
    case 'payload':
      return payloadOf(raw);
  }
}

export function invalid(place: string, reason: string): ApiError {
  return new ApiError('invalidChange', { detail: `change${place}: ${reason}` });
}

function versionOf({ version }: RawChange): number {
  if (version === undefined) throw invalid('.version', 'is required');
  if (!Number.isSafeInteger(version) || version < 1)
    throw invalid('.version', 'must be a whole number above 0');
  return Math.min(version, LARGEST_NUMBER);
}

/** What the column holds; no version gets that far. */
const LARGEST_NUMBER = 2_147_483_647;

function targetOf({ to }: RawChange): 'stable' | 'live' {
  if (to === 'stable' || to === 'live') return to;
  throw invalid('.to', to === undefined ? 'is required' : 'must be stable or live');
}

function tagOf({ tag = '' }: RawChange, judge: (tag: string) => string): string {
  if (tag === '') throw invalid('.tag', 'is required');
  try {
    return judge(tag);
  } catch {
    throw invalid('.tag', 'is no tag that can be set');
  }
}

function teamOf({ team_id: given }: RawChange): TeamId {
  const teamId = given === undefined ? undefined : parseUuid(given);
  if (teamId === undefined) throw invalid('.team_id', given === undefined ? 'is required' : 'is no id');
  return teamId;
}

function payloadOf({ payload_id: given, set }: RawChange): ProposedChange {
  const id = given === undefined || given === null ? null : parseUuid(given);
  if (id === undefined) throw invalid('.payload_id', 'is no id');
  if (set === undefined || (set === null && id === null)) throw invalid('.set', 'is required');
  if (set === null) return { kind: 'payload', payload_id: id, set };
  if (Buffer.byteLength(JSON.stringify(set)) > changeRequestLimits.payloadBytes) {
    throw invalid('.set', `must be at most ${changeRequestLimits.payloadBytes} bytes`);
  }
  if (readSet(set) === undefined) throw invalid('.set', 'is no payload');
  return { kind: 'payload', payload_id: id, set };
}

/** The body of the operation that the change is; undefined for what that would refuse. */
export function readSet(set: Readonly<Record<string, unknown>>): PayloadSet | undefined {
  return parseBody(routes.createPromptPayload, structuredJson(set));
}

/** What the body says of a payload, as far as it can be read; nothing of another change. */
export function payloadSetIn(raw: RawChange | undefined): PayloadSet {
  const set = raw?.kind === 'payload' ? raw.set : undefined;
  return (set === undefined || set === null ? undefined : readSet(set)) ?? {};
}

/** The parser mends texts in place, so it gets a copy. */
function structuredJson(set: Readonly<Record<string, unknown>>): unknown {
  return { ...set };
}

/** Two changes with the same key would do the same. */
export function changeKey(change: ProposedChange): string {
  switch (change.kind) {
    case 'promote':
      return `promote ${change.version} ${change.to}`;
    case 'demote':
    case 'archive_version':
      return `${change.kind} ${change.version}`;
    case 'set_tag':
      return `set_tag ${change.version} ${change.tag}`;
    case 'remove_tag':
      return `remove_tag ${change.tag}`;
    case 'archive_prompt':
    case 'restore_prompt':
      return change.kind;
    case 'move_prompt':
      return `move_prompt ${change.team_id}`;
    case 'payload':
      return `payload ${change.payload_id ?? 'new'} ${digestOf(change.set)}`;
  }
}

function digestOf(set: object | null): string {
  return set === null ? 'deleted' : createHash('sha256').update(JSON.stringify(set)).digest('hex');
}

/** The number of the version that the change is about. */
export function versionIn(change: ProposedChange): number | undefined {
  return 'version' in change ? change.version : undefined;
}

export function tagIn(change: ProposedChange): string | undefined {
  return 'tag' in change ? change.tag : undefined;
}

export function changeOnWire(change: ProposedChange): Wire<'Change'> {
  return { ...change };
}
