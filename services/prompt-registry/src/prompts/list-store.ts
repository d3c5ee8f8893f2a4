/** Lists of the prompts of teams: one statement, whatever the filters, which reads by the teams' indexes. */
import type { TeamId } from '@px0/contracts';
import { join, type Page, type PageMark, pageOf, type Reader, rowsToFetch, type Sql, sql } from '@px0/owner';
import type { FolderFilter } from './folder.ts';
import type { ListQuery, SortColumn } from './list-query.ts';
import { type PromptRow, promptColumns } from './prompt-row.ts';

export type PromptPage = Page<PromptRow, PageMark>;

type MarkedRow = PromptRow & { readonly mark: string; readonly sort_key?: unknown };

const columns: { readonly [column in SortColumn]: Sql } = {
  created_at: sql`p.created_at`,
  updated_at: sql`p.updated_at`,
  changed_at: sql`p.changed_at`,
  name: sql`p.name`,
};

/** The column as the text of a mark. */
const marks: { readonly [column in SortColumn]: Sql } = {
  created_at: sql`wire_time(p.created_at)`,
  updated_at: sql`wire_time(p.updated_at)`,
  changed_at: sql`wire_time(p.changed_at)`,
  name: sql`p.name`,
};

/** How a mark's text is compared with the column. */
const casts: { readonly [column in SortColumn]: Sql } = {
  created_at: sql`::timestamptz`,
  updated_at: sql`::timestamptz`,
  changed_at: sql`::timestamptz`,
  name: sql`::text`,
};

/** `seen`: of the prompts named `p`, those that the caller sees. */
export async function listPrompts(
  reader: Reader,
  teamIds: readonly TeamId[],
  query: ListQuery,
  seen: Sql,
): Promise<PromptPage> {
  const rows = await reader.query<MarkedRow>(listStatement(teamIds, query, seen));
  const page = pageOf(rows, query.limit, ({ mark, id }) => ({ value: mark, id }));
  return { rows: page.rows.map(unmarked), next: page.next };
}

/** Of each team only as many as the page can show. Exported for the test that explains it. */
export function listStatement(teamIds: readonly TeamId[], query: ListQuery, seen: Sql = sql`TRUE`): Sql {
  const { column, descending } = query.sort;
  const key = columns[column];
  // Ids break ties in ascending order, also in a descending list.
  const order = (by: Sql) => (descending ? sql`${by} DESC, p.id` : sql`${by}, p.id`);
  const limit = sql`LIMIT ${rowsToFetch(query.limit)}::int`;
  const [only, ...others] = teamIds;
  if (only === undefined || others.length === 0) {
    return sql`
      SELECT ${promptColumns}, ${marks[column]} AS mark
      FROM prompts p
      WHERE ${join([sql`p.team_id = ${only ?? null}::uuid`, seen, ...conditions(query)], ' AND ')}
      ORDER BY ${order(key)}
      ${limit}`;
  }
  return sql`
    SELECT p.* FROM unnest(${[...teamIds]}::uuid[]) AS team (id)
    CROSS JOIN LATERAL (
      SELECT ${promptColumns}, ${marks[column]} AS mark, ${key} AS sort_key
      FROM prompts p
      WHERE ${join([sql`p.team_id = team.id`, seen, ...conditions(query)], ' AND ')}
      ORDER BY ${order(key)}
      ${limit}) AS p
    ORDER BY ${order(sql`p.sort_key`)}
    ${limit}`;
}

/** What a search looks into; each is what an index is made of. */
const vectors: { readonly [searched in ListQuery['searched']]: Sql } = {
  about: sql`(p.search || p.folder_search)`,
  content: sql`p.content_search`,
};

function conditions({ status, words, searched, folder, tag, after, sort }: ListQuery): Sql[] {
  const found: Sql[] = [];
  if (status !== undefined) found.push(sql`p.status = ${status}`);
  if (words?.length === 0) found.push(sql`false`);
  else if (words !== undefined) {
    // The words consist of letters, digits and marks, so none can end its quotes.
    const search = words.map((word) => `'${word}':*`).join(' & ');
    found.push(sql`${vectors[searched]} @@ ${search}::tsquery`);
  }
  if (folder !== undefined) found.push(inFolder(folder));
  if (tag !== undefined) {
    found.push(sql`EXISTS (SELECT FROM prompt_tags t WHERE t.prompt_id = p.id AND t.tag = ${tag})`);
  }
  if (after !== undefined) {
    const key = columns[sort.column];
    const cast = casts[sort.column];
    const [beyond, atOrBeyond] = sort.descending ? [sql`<`, sql`<=`] : [sql`>`, sql`>=`];
    const value = sql`${after.value}${cast}`;
    // The second condition implies the first, but only the first lets an index scan begin here.
    found.push(sql`${key} ${atOrBeyond} ${value}`);
    found.push(sql`(${key} ${beyond} ${value} OR p.id > ${after.id}::uuid)`);
  }
  return found;
}

function unmarked({ mark: _mark, sort_key: _key, ...prompt }: MarkedRow): PromptRow {
  return prompt;
}

/** The paths below a folder are those between `folder/` and `folder0`: `0` comes right after the slash. */
export function inFolder({ path, below }: FolderFilter): Sql {
  if (!below) return sql`p.folder = ${path}`;
  return sql`(p.folder = ${path} OR (p.folder > ${`${path}/`} AND p.folder < ${`${path}0`}))`;
}
