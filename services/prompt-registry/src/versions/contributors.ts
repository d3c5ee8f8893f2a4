/**
 * Who wrote a version: everybody who created or edited it, and those of the version that it was duplicated from. A policy may demand that its
 * reviewers are none of them. See docs/decisions/198-content-hash.md.
 */
import type { AccessProjection } from '@px0/access';
import type { ApiKeyId, PromptId, UserId } from '@px0/contracts';
import { type Reader, sql } from '@px0/owner';

/**
 * A key stands for the person who made it. What was written by a key whose maker nobody knows, since its event is older than that field or
 * it was deleted before, may have been written by anybody: it is in `unknownKeys`, and counts as the own work of whoever reviews.
 */
export interface Contributors {
  readonly people: readonly UserId[];
  readonly unknownKeys: readonly ApiKeyId[];
}

/** Whether a review by this person would be one of their own work. */
export function isContributor({ people, unknownKeys }: Contributors, userId: UserId): boolean {
  return unknownKeys.length > 0 || people.includes(userId);
}

/** The columns of a version that hold its contributors. */
export interface ContributorColumns {
  readonly promptId: PromptId;
  readonly number: number;
  /** Null: not known yet, so that the audit has to be asked. */
  readonly contributors: readonly UserId[] | null;
  readonly goneKeys: readonly ApiKeyId[];
}

export type KeyMakers = Pick<AccessProjection, 'key'>;

/** The contributors of a version, from its row or else from the audit. */
export async function contributorsOf(
  reader: Reader,
  access: KeyMakers,
  { promptId, number, contributors, goneKeys }: ContributorColumns,
): Promise<Contributors> {
  if (contributors !== null) return { people: contributors, unknownKeys: goneKeys };
  const writers = (await writersByVersion(reader, access, promptId)).get(number);
  if (writers === undefined) return { people: [], unknownKeys: [] };
  return { people: [...writers.people], unknownKeys: [...writers.goneKeys, ...writers.namelessKeys] };
}

export interface Writers {
  readonly people: ReadonlySet<UserId>;
  /** Nobody will say any more who made them. */
  readonly goneKeys: ReadonlySet<ApiKeyId>;
  /** Identity has yet to say who made them. */
  readonly namelessKeys: ReadonlySet<ApiKeyId>;
}

interface Writing {
  readonly version: number;
  readonly kind: 'user' | 'api-key';
  readonly id: string;
  /** Of a duplication: the number of the version that was duplicated. */
  readonly source: number | null;
  /** Whether it was so long ago that every process has heard of the key, if it still exists. */
  readonly isOld: boolean;
}

/** After this time, a key that is not known is one that was deleted. */
const HEARD_OF = '1 hour';

/** All versions of a prompt with those who wrote them, as the audit says it; deleted versions, too, since others may be duplicates of them. */
export async function writersByVersion(
  reader: Reader,
  access: KeyMakers,
  promptId: PromptId,
): Promise<ReadonlyMap<number, Writers>> {
  const writings = await reader.query<Writing>(sql`
    SELECT e.version, e.actor_kind AS kind, e.actor_id AS id,
      CASE WHEN e.action = 'version.duplicated' THEN (e.detail->>'from')::int END AS source,
      max(e.at) < now() - ${HEARD_OF}::interval AS "isOld"
    FROM audit_entries e
    WHERE e.prompt_id = ${promptId}::uuid AND e.version IS NOT NULL
      AND e.action IN ('version.created', 'version.updated', 'version.duplicated')
    GROUP BY 1, 2, 3, 4
    UNION
    SELECT v.version, v.actor_kind, v.actor_id, NULL, v.created_at < now() - ${HEARD_OF}::interval
    FROM prompt_versions v WHERE v.prompt_id = ${promptId}::uuid AND v.actor_kind IS NOT NULL
    ORDER BY 1`);
  const byVersion = new Map<number, MutableWriters>();
  // Ascending, and a duplicate has a higher number than its source: what a version inherits is complete.
  for (const writing of writings) {
    const writers = byVersion.get(writing.version) ?? noWriters();
    byVersion.set(writing.version, writers);
    addWriter(writers, access, writing);
    const source = writing.source === null ? undefined : byVersion.get(writing.source);
    if (source !== undefined) inherit(writers, source);
  }
  return byVersion;
}

interface MutableWriters {
  readonly people: Set<UserId>;
  readonly goneKeys: Set<ApiKeyId>;
  readonly namelessKeys: Set<ApiKeyId>;
}

function noWriters(): MutableWriters {
  return { people: new Set(), goneKeys: new Set(), namelessKeys: new Set() };
}

function addWriter(writers: MutableWriters, access: KeyMakers, { kind, id, isOld }: Writing): void {
  if (kind === 'user') {
    writers.people.add(id);
    return;
  }
  const key = access.key(id);
  if (key?.createdBy !== undefined) writers.people.add(key.createdBy);
  else if (key === undefined && isOld) writers.goneKeys.add(id);
  else writers.namelessKeys.add(id);
}

function inherit(writers: MutableWriters, source: Writers): void {
  for (const id of source.people) writers.people.add(id);
  for (const id of source.goneKeys) writers.goneKeys.add(id);
  for (const id of source.namelessKeys) writers.namelessKeys.add(id);
}
