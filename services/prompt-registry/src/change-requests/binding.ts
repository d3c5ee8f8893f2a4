/**
 * What a review is about: exactly one content in place of exactly one other. It is computed under the prompt's row lock, so that nothing moves
 * between the look and the use.
 * See docs/decisions/203-change-requests.md.
 */
import type { PromptId, Wire } from '@px0/contracts';
import { onlyRow, type Reader, sql } from '@px0/owner';
import { contentHash, findVersion, type VersionRow } from '../versions/mod.ts';
import { type ProposedChange, tagIn, versionIn } from './proposed-change.ts';

export type Binding = Wire<'ChangeRequest'>['binding'];

/** A binding with the revisions that its contents had: where these are the same, the contents are. */
export interface StoredBinding extends Binding {
  readonly body_revision: number | null;
  readonly live_body_revision: number | null;
}

/** A version without its text: what it is recognised and judged by. */
export type Recognised = Pick<
  VersionRow,
  'id' | 'promptId' | 'number' | 'status' | 'bodyRevision' | 'storedHash' | 'contributors' | 'goneKeys'
>;

/** What is there for a change, and the binding of a review of it. */
export interface Present {
  readonly version: Recognised | undefined;
  readonly live: Recognised | undefined;
  readonly binding: StoredBinding;
}

export const NOTHING_BOUND: Binding = {
  content_hash: null,
  live_version: null,
  live_hash: null,
  tag_version: null,
};

export async function presentFor(
  reader: Reader,
  promptId: PromptId,
  change: ProposedChange,
): Promise<Present> {
  const number = versionIn(change);
  const tag = tagIn(change);
  const found = await recognise(reader, promptId, number ?? NO_VERSION);
  const version = found.find((one) => one.number === number);
  const live = found.find(({ status }) => status === 'live');
  const binding = {
    content_hash: await hashOf(reader, version),
    live_version: live?.number ?? null,
    live_hash: await hashOf(reader, live),
    tag_version: tag === undefined ? null : await taggedNumber(reader, promptId, tag),
    body_revision: version?.bodyRevision ?? null,
    live_body_revision: live?.bodyRevision ?? null,
  };
  return { version, live, binding };
}

/** No version has it. */
const NO_VERSION = 0;

/** The version of this number, and the live one. */
function recognise(reader: Reader, promptId: PromptId, number: number): Promise<Recognised[]> {
  return reader.query<Recognised>(sql`
    SELECT v.id, v.prompt_id AS "promptId", v.version AS number, v.status, v.body_revision::float8 AS "bodyRevision",
      'sha256:' || encode(v.content_hash, 'hex') AS "storedHash", v.contributors, v.contributor_keys AS "goneKeys"
    FROM prompt_versions v
    WHERE v.prompt_id = ${promptId}::uuid AND (v.version = ${number}::int OR v.status = 'live')`);
}

/** Its text is read only as long as nobody has stored its hash. */
async function hashOf(reader: Reader, version: Recognised | undefined): Promise<string | null> {
  if (version === undefined || version.storedHash !== null) return version?.storedHash ?? null;
  const { promptId, number } = version;
  const full = await findVersion(reader, promptId, { kind: 'number', number });
  return full === undefined ? null : contentHash(full);
}

async function taggedNumber(reader: Reader, promptId: PromptId, tag: string): Promise<number | null> {
  const rows = await reader.query<{ version: number | null }>(sql`
    SELECT (SELECT version FROM prompt_tags WHERE prompt_id = ${promptId}::uuid AND tag = ${tag}) AS version`);
  return onlyRow(rows).version;
}

/** What of a binding no longer holds; undefined while all does. */
export function driftOf(
  then: Binding,
  now: Binding,
): 'content_changed' | 'live_changed' | 'tag_changed' | undefined {
  if (then.content_hash !== now.content_hash) return 'content_changed';
  if (then.live_version !== now.live_version || then.live_hash !== now.live_hash) return 'live_changed';
  return then.tag_version === now.tag_version ? undefined : 'tag_changed';
}

/** Of a binding, what callers are shown. */
export function bindingOnWire({ content_hash, live_version, live_hash, tag_version }: Binding): Binding {
  return { content_hash, live_version, live_hash, tag_version };
}
