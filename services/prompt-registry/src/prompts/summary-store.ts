/** What a list says about prompts besides themselves: one statement, whatever the number of prompts. */
import { type KeyLimits, limitsOf, type Principal } from '@px0/access';
import type { PromptId, Wire } from '@px0/contracts';
import { type Reader, type Sql, sql } from '@px0/owner';
import { seenVersions } from '../limits/mod.ts';

export type PromptSummary = NonNullable<Wire<'Prompt'>['summary']>;

export async function summaries(
  reader: Reader,
  ids: readonly PromptId[],
  principal: Principal,
): Promise<ReadonlyMap<PromptId, PromptSummary>> {
  const rows = await reader.query<PromptSummary & { readonly id: PromptId }>(
    summariesStatement(ids, seenVersions(principal)),
  );
  const limits = limitsOf(principal);
  return new Map(
    rows.map(({ id, ...summary }) => [id, limits === undefined ? summary : seenOf(summary, limits)]),
  );
}

/** The last change may be one of a version, or of a tag, that the key does not see. */
function seenOf(summary: PromptSummary, limits: KeyLimits): PromptSummary {
  if (limits.refs === undefined) return summary;
  const { seesLive } = limits;
  return {
    ...summary,
    live_version: seesLive ? summary.live_version : null,
    live_tags: seesLive ? summary.live_tags.filter((tag) => limits.seesTag(tag)) : [],
    last_change: null,
  };
}

/**
 * `seen`: of the versions named `v`, those that the caller sees. The reason of the last change is what was said with it; of a version that was created or updated, the version's own note.
 * Exported for the test that explains it.
 */
export function summariesStatement(ids: readonly PromptId[], seen: Sql = sql`TRUE`): Sql {
  return sql`
    SELECT p.id, live.version AS live_version,
      array(
        SELECT t.tag::text FROM prompt_tags t WHERE t.prompt_id = p.id AND t.version = live.version ORDER BY t.tag
      ) AS live_tags,
      (SELECT count(*)::int FROM prompt_versions v WHERE v.prompt_id = p.id AND ${seen}) AS versions,
      coalesce(live.kind, newest.kind) AS kind,
      CASE WHEN last.id IS NOT NULL THEN json_build_object(
        'action', last.action, 'version', last.version,
        'actor', json_build_object(
          'kind', last.actor_kind, 'user_id', CASE WHEN last.actor_kind = 'user' THEN last.actor_id END,
          'api_key_id', CASE WHEN last.actor_kind = 'api-key' THEN last.actor_id END),
        'note', coalesce(
          said.text,
          CASE WHEN last.action IN ('version.created', 'version.updated') THEN (
            SELECT v.note FROM prompt_versions v WHERE v.prompt_id = p.id AND v.version = last.version) END,
          ''),
        'created_at', wire_time(last.at)) END AS last_change
    FROM unnest(${[...ids]}::uuid[]) AS p (id)
    LEFT JOIN LATERAL (
      SELECT v.version, CASE WHEN v.messages IS NULL THEN 'text' ELSE 'chat' END AS kind
      FROM prompt_versions v WHERE v.prompt_id = p.id AND v.status = 'live') AS live ON true
    LEFT JOIN LATERAL (
      SELECT CASE WHEN v.messages IS NULL THEN 'text' ELSE 'chat' END AS kind
      FROM prompt_versions v WHERE v.prompt_id = p.id ORDER BY v.version DESC LIMIT 1) AS newest ON true
    LEFT JOIN LATERAL (
      SELECT a.* FROM audit_entries a WHERE a.prompt_id = p.id ORDER BY a.id DESC LIMIT 1) AS last ON true
    LEFT JOIN audit_texts said ON said.entry_id = last.id`;
}
