/** Lists of a team's prompts. One statement, whatever the filters; it reads by the team's indexes. */
import type { TeamId } from '@px0/contracts';
import { Prisma } from '../generated/prisma/client.ts';
import type { Db } from '../database/db.ts';
import type { ListQuery, PageMark, SortColumn } from './list-query.ts';
import { type PromptRow, promptColumns } from './prompt-row.ts';

export interface PromptPage {
  readonly prompts: PromptRow[];
  /** Where the next page begins; undefined on the last one and for a list without limit. */
  readonly next: PageMark | undefined;
}

type MarkedRow = PromptRow & { readonly mark: string };

const columns: { readonly [column in SortColumn]: Prisma.Sql } = {
  created_at: Prisma.sql`p.created_at`,
  updated_at: Prisma.sql`p.updated_at`,
  name: Prisma.sql`p.name`,
};

/** The column as the text of a mark. */
const marks: { readonly [column in SortColumn]: Prisma.Sql } = {
  created_at: Prisma.sql`wire_time(p.created_at)`,
  updated_at: Prisma.sql`wire_time(p.updated_at)`,
  name: Prisma.sql`p.name`,
};

/** How a mark's text is compared with the column. */
const casts: { readonly [column in SortColumn]: Prisma.Sql } = {
  created_at: Prisma.sql`::timestamptz`,
  updated_at: Prisma.sql`::timestamptz`,
  name: Prisma.sql`::text`,
};

export class PromptListStore {
  async list(db: Db, teamId: TeamId, query: ListQuery): Promise<PromptPage> {
    const rows = await db.$queryRaw<MarkedRow[]>(listStatement(teamId, query));
    const { limit } = query;
    if (limit === undefined || rows.length <= limit) return { prompts: rows.map(unmarked), next: undefined };
    const page = rows.slice(0, limit);
    const last = page.at(-1);
    return {
      prompts: page.map(unmarked),
      next: last === undefined ? undefined : { value: last.mark, id: last.id },
    };
  }
}

/** Exported for the test that explains it. */
export function listStatement(teamId: TeamId, query: ListQuery): Prisma.Sql {
  const { column, descending } = query.sort;
  const key = columns[column];
  // Ids break ties in ascending order, also in a descending list.
  const order = descending ? Prisma.sql`${key} desc, p.id` : Prisma.sql`${key}, p.id`;
  // One row more than asked for tells whether there is a next page.
  const limit = query.limit === undefined ? Prisma.empty : Prisma.sql`limit ${query.limit + 1}`;
  return Prisma.sql`
    select ${promptColumns}, ${marks[column]} as mark
    from prompts p
    where ${Prisma.join([Prisma.sql`p.team_id = ${teamId}::uuid`, ...conditions(query)], ' and ')}
    order by ${order}
    ${limit}`;
}

function conditions({ status, words, tag, after, sort }: ListQuery): Prisma.Sql[] {
  const found: Prisma.Sql[] = [];
  if (status !== undefined) found.push(Prisma.sql`p.status = ${status}`);
  if (words.length > 0) {
    // The words consist of letters and digits, so they cannot be operators of the query language.
    const search = words.map((word) => `${word}:*`).join(' & ');
    found.push(Prisma.sql`p.search @@ to_tsquery('simple', ${search})`);
  }
  if (tag !== undefined) {
    found.push(Prisma.sql`exists (select from prompt_tags t where t.prompt_id = p.id and t.tag = ${tag})`);
  }
  if (after !== undefined) {
    const key = columns[sort.column];
    const cast = casts[sort.column];
    const comparison = sort.descending ? Prisma.sql`<` : Prisma.sql`>`;
    found.push(Prisma.sql`(
      ${key} ${comparison} ${after.value}${cast} or (${key} = ${after.value}${cast} and p.id > ${after.id}::uuid))`);
  }
  return found;
}

function unmarked({ mark: _, ...prompt }: MarkedRow): PromptRow {
  return prompt;
}
