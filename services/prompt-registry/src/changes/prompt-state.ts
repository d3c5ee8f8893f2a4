/** A prompt's public state, read from its rows. It carries the live version's template, so a promotion is one message. */
import type { PromptId, StateOf, TagTable, VersionTriple } from '@px0/contracts';
import { type Reader, type Sql, sql } from '@px0/owner';
import { inputSchemaOf, type ProgramColumns, programOf, type SchemaColumns } from './program.ts';

interface StateRow {
  readonly id: PromptId;
  readonly team_id: string;
  readonly slug: string;
  readonly name: string;
  readonly status: 'active' | 'archived';
  readonly created_at: string;
  readonly updated_at: string;
  readonly tags: TagTable;
  readonly versions: VersionTriple[];
  readonly live_number: number | null;
  readonly live_template: string | null;
  readonly live_outline: ProgramColumns['outline'];
  readonly live_sources: ProgramColumns['sources'];
  readonly live_config: string | null;
  readonly contract: 'off' | 'warn' | 'enforce';
  readonly live_authored_schema: SchemaColumns['authoredSchema'];
  readonly live_inferred_schema: SchemaColumns['inferredSchema'];
}

/** The public state of each of the prompts that exists, by id. */
export async function readPromptStates(
  rows: Reader,
  ids: readonly string[],
): Promise<ReadonlyMap<string, StateOf<'prompt'>>> {
  const found = await rows.query<StateRow>(sql`
    SELECT p.id, p.team_id, p.slug, p.name, p.status,
      wire_time(p.created_at) AS created_at, wire_time(p.updated_at) AS updated_at,
      coalesce((
        SELECT json_object_agg(t.tag, t.version ORDER BY t.tag) FROM prompt_tags t WHERE t.prompt_id = p.id), '{}') AS tags,
      coalesce((
        SELECT json_agg(json_build_array(v.version, v.status, v.body_revision) ORDER BY v.version)
        FROM prompt_versions v WHERE v.prompt_id = p.id), '[]') AS versions,
      live.version AS live_number, live.template AS live_template, live.outline AS live_outline, live.sources AS live_sources,
      live.config::text AS live_config, p.contract,
      CASE WHEN p.contract <> 'off' THEN live.authored_schema::text END AS live_authored_schema,
      CASE WHEN p.contract <> 'off' THEN live.inferred_schema::text END AS live_inferred_schema
    FROM prompts p
    LEFT JOIN prompt_versions live ON live.prompt_id = p.id AND live.status = 'live'
    WHERE ${isOneOf(ids)}`);
  return new Map(found.map(stateOf));
}

function stateOf({
  id,
  live_number: number,
  live_template: template,
  live_outline: outline,
  live_sources: sources,
  live_config: config,
  live_authored_schema: authoredSchema,
  live_inferred_schema: inferredSchema,
  contract,
  ...state
}: StateRow): [string, StateOf<'prompt'>] {
  const live =
    number === null || template === null
      ? null
      : {
          number,
          ...programOf(
            { template, outline, sources, config },
            inputSchemaOf({ authoredSchema, inferredSchema }),
          ),
        };
  return [id, { ...state, live, ...(contract !== 'off' && { contract }) }];
}

/** One is asked for by itself: of a list the planner expects ten, so that it would plan each statement anew. */
function isOneOf(ids: readonly string[]): Sql {
  const [first, ...others] = ids;
  return others.length === 0 && first !== undefined
    ? sql`p.id = ${first}::uuid`
    : sql`p.id = ANY(${[...ids]}::uuid[])`;
}
