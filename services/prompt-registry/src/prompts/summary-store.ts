/** What a list says about prompts besides themselves: one statement, whatever the number of prompts. */
import { type KeyLimits, limitsOf, type Principal } from '@px0/access';
import { type PromptId, SUMMARY_DAYS, type Wire } from '@px0/contracts';
import { type Reader, type Sql, sql } from '@px0/owner';
import { seenTags, seenVersions } from '../limits/mod.ts';
import { firstDay, usageByDay } from '../usage-days/mod.ts';

export type PromptSummary = NonNullable<Wire<'Prompt'>['summary']>;

interface SummaryRow extends Omit<PromptSummary, 'usage'> {
  readonly id: PromptId;
  readonly renders: number;
  readonly failures: number;
  /** The days with renders: how many days after the first, and how many renders. Null for none. */
  readonly rendered: readonly (readonly [day: number, renders: number])[] | null;
}

/** Of the versions named `v` and the tags named `t`, those that the caller sees. */
export interface SeenParts {
  readonly versions: Sql;
  readonly tags: Sql;
}

export async function summaries(
  reader: Reader,
  ids: readonly PromptId[],
  principal: Principal,
): Promise<ReadonlyMap<PromptId, PromptSummary>> {
  const seen = { versions: seenVersions(principal), tags: seenTags(principal) };
  const rows = await reader.query<SummaryRow>(summariesStatement(ids, seen));
  const limits = limitsOf(principal);
  return new Map(
    rows.map((row) => [row.id, limits === undefined ? summaryOf(row) : seenOf(summaryOf(row), limits)]),
  );
}

function summaryOf({ id: _, renders, failures, rendered, ...summary }: SummaryRow): PromptSummary {
  const daily = Array.from({ length: SUMMARY_DAYS }, () => 0);
  for (const [day, count] of rendered ?? []) daily[day] = count;
  return { ...summary, usage: { renders, failures, daily } };
}

/** The last change may be one of a version, or of a tag, that the key does not see; renders are of all versions. */
function seenOf(summary: PromptSummary, limits: KeyLimits): PromptSummary {
  if (limits.refs === undefined) return summary;
  const { seesLive } = limits;
  return {
    ...summary,
    live_version: seesLive ? summary.live_version : null,
    live_tags: seesLive ? summary.live_tags.filter((tag) => limits.seesTag(tag)) : [],
    usage: null,
    last_change: null,
  };
}

/** What is shown of a prompt's tags. */
const MOST_TAGS = 20;

/**
 * The last change is what was done to the prompt, its versions, tags or payloads; `changed_at` follows the same. Its reason is what was said with it; of a version that
 * was created or updated, the version's own note. Exported for the test that explains it.
 */
export function summariesStatement(
  ids: readonly PromptId[],
  seen: SeenParts = { versions: sql`TRUE`, tags: sql`TRUE` },
): Sql {
  const prompts = sql`unnest(${[...ids]}::uuid[]) AS p (id)`;
  return sql`
    WITH by_day AS (${usageByDay(prompts, SUMMARY_DAYS)}),
    used AS MATERIALIZED (
      SELECT prompt_id, sum(renders) AS renders, sum(failures) AS failures,
        json_agg(json_build_array(day - ${firstDay(SUMMARY_DAYS)}, renders)) AS rendered
      FROM by_day GROUP BY prompt_id)
    SELECT p.id, live.version AS live_version,
      array(
        SELECT t.tag::text FROM prompt_tags t WHERE t.prompt_id = p.id AND t.version = live.version ORDER BY t.tag
      ) AS live_tags,
      (SELECT coalesce(json_agg(json_build_object('tag', n.tag, 'version', n.version) ORDER BY n.version DESC, n.tag), '[]')
       FROM (
         SELECT t.tag, t.version FROM prompt_tags t WHERE t.prompt_id = p.id AND ${seen.tags}
         ORDER BY t.version DESC, t.tag LIMIT ${MOST_TAGS}::int) AS n) AS tags,
      (SELECT max(v.version) FROM prompt_versions v
       WHERE v.prompt_id = p.id AND v.status = 'draft' AND ${seen.versions}) AS draft_version,
      (SELECT count(*)::int FROM prompt_versions v WHERE v.prompt_id = p.id AND ${seen.versions}) AS versions,
      coalesce(live.kind, newest.kind) AS kind,
      coalesce(used.renders, 0)::float8 AS renders, coalesce(used.failures, 0)::float8 AS failures, used.rendered,
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
    FROM ${prompts}
    LEFT JOIN used ON used.prompt_id = p.id
    LEFT JOIN LATERAL (
      SELECT v.version, CASE WHEN v.messages IS NULL THEN 'text' ELSE 'chat' END AS kind
      FROM prompt_versions v WHERE v.prompt_id = p.id AND v.status = 'live') AS live ON true
    LEFT JOIN LATERAL (
      SELECT CASE WHEN v.messages IS NULL THEN 'text' ELSE 'chat' END AS kind
      FROM prompt_versions v WHERE v.prompt_id = p.id ORDER BY v.version DESC LIMIT 1) AS newest ON true
    LEFT JOIN LATERAL (
      SELECT a.* FROM audit_entries a
      WHERE a.prompt_id = p.id AND a.action ~ '^(prompt|version|tag|payload)\\.'
      ORDER BY a.id DESC LIMIT 1) AS last ON true
    LEFT JOIN audit_texts said ON said.entry_id = last.id`;
}
