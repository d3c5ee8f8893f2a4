/**
 * What every write of a prompt does to its open change requests, in its own transaction: reviews of what is no longer there are void for ever,
 * and requests that have nothing to change any more are obsolete.
 * See docs/decisions/203-change-requests.md.
 */
import type { PromptId, TeamId } from '@px0/contracts';
import { type Reader, sql } from '@px0/owner';
import type { AuditNote, Change } from '../changes/mod.ts';
import { contentHash, findVersion, liveVersion } from '../versions/mod.ts';
import { type Binding, driftOf, type StoredBinding } from './binding.ts';
import { type ChangeFacts, obsolescence } from './obsolescence.ts';
import { type ProposedChange, versionIn } from './proposed-change.ts';
import { type Void, voidReviews } from './review-store.ts';
import { endRequest } from './store.ts';

/** A request with what is there for it, without loading any text. */
interface OpenRow extends ChangeFacts {
  readonly id: string;
  readonly number: number;
  readonly teamId: TeamId;
  readonly change: ProposedChange;
  readonly bodyRevision: number | null;
  readonly liveVersion: number | null;
  readonly liveRevision: number | null;
  readonly standing: readonly { readonly id: string; readonly binding: StoredBinding }[];
}

export async function settleRequests(change: Change, promptId: PromptId): Promise<void> {
  const contents = new Contents(change, promptId);
  for (const request of await listOpen(change, promptId)) {
    const reason = obsolescence(request.change, request);
    if (reason !== undefined) await endObsolete(change, promptId, request, reason, contents);
    else await voidDrifted(change, promptId, request, contents);
  }
}

async function endObsolete(
  change: Change,
  promptId: PromptId,
  request: OpenRow,
  reason: string,
  contents: Contents,
): Promise<void> {
  const { id, number, teamId } = request;
  const binding = await presentBinding(request, undefined, contents);
  await endRequest(change, id, { state: 'obsolete', reason, binding });
  await change.audit(closedNote({ promptId, teamId, id, number }, 'obsolete'));
}

async function voidDrifted(
  change: Change,
  promptId: PromptId,
  request: OpenRow,
  contents: Contents,
): Promise<void> {
  const voids: Void[] = [];
  for (const { id, binding } of request.standing) {
    const reason = driftOf(binding, await presentBinding(request, binding, contents));
    if (reason !== undefined) voids.push({ id, reason });
  }
  if (voids.length === 0) return;
  await voidReviews(change, voids);
  const { id, number, teamId } = request;
  await change.audit({
    promptId,
    teamId,
    action: 'change_request.voided',
    version: versionIn(request.change),
    changeRequestId: id,
    detail: { number, reviews: voids.length, reason: voids[0]?.reason ?? null },
  });
}

/** A content is hashed only if it is not, by its revision, the one that `known` is about. */
async function presentBinding(
  request: OpenRow,
  known: StoredBinding | undefined,
  contents: Contents,
): Promise<Binding> {
  const { bodyRevision, liveVersion: live, liveRevision, tagVersion } = request;
  const number = versionIn(request.change);
  const isSameContent = known !== undefined && known.body_revision === bodyRevision;
  const isSameLive =
    known !== undefined && known.live_version === live && known.live_body_revision === liveRevision;
  return {
    content_hash: isSameContent ? known.content_hash : await contents.hashOf(number),
    live_version: live,
    live_hash: isSameLive ? known.live_hash : await contents.hashOfLive(),
    tag_version: tagVersion,
  };
}

/** The contents of one prompt's versions, each hashed once. */
class Contents {
  readonly #reader: Reader;
  readonly #promptId: PromptId;
  readonly #hashes = new Map<number | 'live', Promise<string | null>>();

  constructor(reader: Reader, promptId: PromptId) {
    this.#reader = reader;
    this.#promptId = promptId;
  }

  hashOf(number: number | undefined): Promise<string | null> {
    if (number === undefined) return Promise.resolve(null);
    return this.#once(number, () => findVersion(this.#reader, this.#promptId, { kind: 'number', number }));
  }

  hashOfLive(): Promise<string | null> {
    return this.#once('live', () => liveVersion(this.#reader, this.#promptId));
  }

  #once(key: number | 'live', read: () => ReturnType<typeof liveVersion>): Promise<string | null> {
    const known = this.#hashes.get(key);
    if (known !== undefined) return known;
    const hash = read().then((version) => (version === undefined ? null : contentHash(version)));
    this.#hashes.set(key, hash);
    return hash;
  }
}

/** What the audit says of a request that ends unapplied. */
export function closedNote(
  { promptId, teamId, id, number }: { promptId: PromptId; teamId: TeamId; id: string; number: number },
  state: 'closed' | 'obsolete',
  text?: string,
): AuditNote {
  return {
    promptId,
    teamId,
    action: 'change_request.closed',
    changeRequestId: id,
    detail: { request: id, number, state },
    text,
  };
}

function listOpen(reader: Reader, promptId: PromptId): Promise<OpenRow[]> {
  return reader.query<OpenRow>(sql`
    SELECT q.id, q.number, q.team_id AS "teamId", q.change - 'set' AS change, p.team_id <> q.team_id AS "hasMoved",
      p.status AS "promptStatus", v.status AS "versionStatus", v.body_revision::float8 AS "bodyRevision",
      t.version AS "tagVersion", y.id IS NOT NULL AS "hasPayload",
      live.version AS "liveVersion", live.body_revision::float8 AS "liveRevision",
      coalesce((
        SELECT json_agg(json_build_object('id', r.id, 'binding', r.binding)) FROM change_reviews r
        WHERE r.change_request_id = q.id AND r.voided_at IS NULL), '[]') AS standing
    FROM change_requests q
    JOIN prompts p ON p.id = q.prompt_id
    LEFT JOIN prompt_versions v ON v.prompt_id = q.prompt_id AND v.version = (q.change ->> 'version')::int
    LEFT JOIN prompt_versions live ON live.prompt_id = q.prompt_id AND live.status = 'live'
    LEFT JOIN prompt_tags t ON t.prompt_id = q.prompt_id AND t.tag = q.change ->> 'tag'
    LEFT JOIN prompt_payloads y ON y.prompt_id = q.prompt_id AND y.id = (q.change ->> 'payload_id')::uuid
    WHERE q.prompt_id = ${promptId}::uuid AND q.state = 'open'
    ORDER BY q.number`);
}
