/** Lists of a team's prompts. One statement, whatever the filters; it reads by the team's indexes. */
import type { TeamId } from '@px0/contracts';
import type { Db } from '../database/db.ts';
import { Prisma } from '../generated/prisma/client.ts';
import { type Page, type PageMark, pageOf, rowsToFetch } from '../paging/mod.ts';
import type { ListQuery, SortColumn } from './list-query.ts';
import { type PromptRow, promptColumns } from './prompt-row.ts';

export type PromptPage = Page<PromptRow, PageMark>;

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
    const page = pageOf(rows, query.limit, ({ mark, id }) => ({ value: mark, id }));
    return { rows: page.rows.map(unmarked), next: page.next };
  }
}

/** Exported for the test that explains it. */
export function listStatement(teamId: TeamId, query: ListQuery): Prisma.Sql {
  const { column, descending } = query.sort;
  const key = columns[column];
  // Ids break ties in ascending order, also in a descending list.
  const order = descending ? Prisma.sql`${key} desc, p.id` : Prisma.sql`${key}, p.id`;
  return Prisma.sql`
    select ${promptColumns}, ${marks[column]} as mark
    from prompts p
    where ${Prisma.join([Prisma.sql`p.team_id = ${teamId}::uuid`, ...conditions(query)], ' and ')}
    order by ${order}
    limit ${rowsToFetch(query.limit)}::int`;
}

function conditions({ status, words, tag, after, sort }: ListQuery): Prisma.Sql[] {
  const found: Prisma.Sql[] = [];
  if (status !== undefined) found.push(Prisma.sql`p.status = ${status}`);
  if (words?.length === 0) found.push(Prisma.sql`false`);
  else if (words !== undefined) {
    // The words consist of letters, digits and marks, so none can end its quotes.
    const search = words.map((word) => `'${word}':*`).join(' & ');
    found.push(Prisma.sql`p.search @@ ${search}::tsquery`);
  }
  if (tag !== undefined) {
    found.push(Prisma.sql`exists (select from prompt_tags t where t.prompt_id = p.id and t.tag = ${tag})`);
  }
  if (after !== undefined) {
    const key = columns[sort.column];
    const cast = casts[sort.column];
    const [beyond, atOrBeyond] = sort.descending
      ? [Prisma.sql`<`, Prisma.sql`<=`]
      : [Prisma.sql`>`, Prisma.sql`>=`];
    const value = Prisma.sql`${after.value}${cast}`;
    // The first condition says nothing that the second does not, but it is the one that an index can begin at.
    found.push(Prisma.sql`${key} ${atOrBeyond} ${value}`);
    found.push(Prisma.sql`(${key} ${beyond} ${value} or p.id > ${after.id}::uuid)`);
  }
  return found;
}

function unmarked({ mark: _, ...prompt }: MarkedRow): PromptRow {
  return prompt;
}
