/** From a line to a frame. What px0 cannot have sent is an error: nothing of it reaches a client's state. */
import { isRevision } from '../revision.ts';
import { type DeliveredPrompt, type Frame, PROTOCOL } from './frame.ts';
import { isCount, isObject, type JsonObject } from './json.ts';

/** Whatever answers does not speak this protocol. */
export class FrameError extends Error {
  override readonly name = 'FrameError';
}

/** Longer than any px0 asks to wait. */
const MOST_MS = 3_600_000;
const HEX = /^[0-9a-f]+$/;

const forms: { readonly [T in Frame['type']]: (frame: JsonObject) => boolean } = {
  hello: ({ protocol, resumed, stale, heartbeat_ms, retry_ms }) =>
    // Of another protocol nothing else is known.
    protocol === PROTOCOL
      ? isBoolean(resumed) &&
        isBoolean(stale) &&
        isTime(heartbeat_ms) &&
        heartbeat_ms > 0 &&
        isRange(retry_ms)
      : isCount(protocol),
  begin: ({ team_id, base }) => isText(team_id) && (base === null || isRevision(base)),
  put: ({ team_id, revision, prompt }) => isText(team_id) && isRevision(revision) && isPrompt(prompt),
  delete: ({ team_id, revision, prompt_id }) => isText(team_id) && isRevision(revision) && isText(prompt_id),
  drop: ({ team_id }) => isText(team_id),
  mark: ({ revision, teams }) => isRevision(revision) && isListOf(teams, isMarkedTeam),
  sync: ({ revision, digest, count, key_expires_at = null, teams }) =>
    isRevision(revision) &&
    isFingerprint(digest) &&
    isCount(count) &&
    (key_expires_at === null || isText(key_expires_at)) &&
    isListOf(teams, isSyncedTeam),
  heartbeat: ({ revision, digest, count, stale }) =>
    isRevision(revision) && isFingerprint(digest) && isCount(count) && isBoolean(stale),
  goaway: ({ reason, retry_ms, grace_ms }) => isText(reason) && isRange(retry_ms) && isTime(grace_ms),
  end: ({ status, error }) => isCount(status) && isText(error),
};

/**
 * The frame of a line; undefined for one of a type that only a later px0 knows. Unknown keys stay where they are.
 *
 * @throws FrameError for a text that is no frame, and for a known type in another form
 */
export function readFrame(text: string): Frame | undefined {
  return frameOf(parsed(text));
}

/**
 * The same of a line that was parsed.
 *
 * @throws FrameError
 */
export function frameOf(value: unknown): Frame | undefined {
  if (!isObject(value) || !isText(value['type'])) throw new FrameError('a line is no frame');
  if (!isKnown(value['type'])) return undefined;
  if (!isFrame(value)) throw new FrameError(`a frame of type ${value['type']} has an unknown form`);
  return value;
}

/** Whether it is a prompt as `put` holds it. */
export function isPrompt(value: unknown): value is DeliveredPrompt {
  if (!isObject(value)) return false;
  const { id, slug, status, created_at, live, tags, versions, etag } = value;
  return (
    isText(id) &&
    isText(slug) &&
    isText(status) &&
    isText(created_at) &&
    (live === null || isCount(live)) &&
    isObject(tags) &&
    Object.values(tags).every(isCount) &&
    isListOf(versions, isVersion) &&
    isFingerprint(etag)
  );
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new FrameError('a line is not JSON');
  }
}

function isKnown(type: string): type is Frame['type'] {
  return Object.hasOwn(forms, type);
}

function isFrame(value: JsonObject): value is JsonObject & Frame {
  return forms[value['type'] as Frame['type']](value);
}

/** What a program is made of is looked at by the engine, which declines what it does not know. */
function isVersion(value: unknown): boolean {
  if (!isObject(value)) return false;
  const { version, template } = value;
  return isCount(version) && (template === null || isText(template));
}

function isMarkedTeam(value: unknown): boolean {
  if (!isObject(value)) return false;
  const { team_id, prev, revision, digest, count } = value;
  return (
    isText(team_id) && isRevision(prev) && isRevision(revision) && isFingerprint(digest) && isCount(count)
  );
}

function isSyncedTeam(value: unknown): boolean {
  return isObject(value) && isText(value['team_id']) && isRevision(value['revision']);
}

function isListOf(value: unknown, isItem: (item: unknown) => boolean): boolean {
  return Array.isArray(value) && value.every(isItem);
}

function isFingerprint(value: unknown): boolean {
  return isText(value) && value.length === 16 && HEX.test(value);
}

function isRange(value: unknown): boolean {
  if (!Array.isArray(value) || value.length !== 2) return false;
  const [least, most] = value;
  return isTime(least) && isTime(most) && least <= most;
}

function isTime(value: unknown): value is number {
  return typeof value === 'number' && value >= 0 && value <= MOST_MS;
}

function isText(value: unknown): value is string {
  return typeof value === 'string';
}

function isBoolean(value: unknown): value is boolean {
  return typeof value === 'boolean';
}
