/** The rows of versions. Whoever writes holds the prompt's row lock, so no statement here races with another writer. */
import type { PromptId, VersionStatus } from '@px0/contracts';
import type { TemplateVariable } from '@px0/template';
import { type Db, onlyRow, type Tx } from '../database/db.ts';
import { Prisma } from '../generated/prisma/client.ts';
import { rowsToFetch } from '../paging/mod.ts';
import type { VersionRef } from './version-ref.ts';
import { type VersionRow, versionColumns } from './version-row.ts';

export interface NewVersion {
  readonly id: string;
  readonly promptId: PromptId;
  readonly number: number;
  readonly template: string;
  readonly variables: readonly TemplateVariable[];
  readonly bodyRevision: number;
}

export interface VersionFilter {
  readonly status: string | undefined;
  /** Any of them; undefined: no filter. */
  readonly tags: readonly string[] | undefined;
  /** Undefined: all. */
  readonly limit: number | undefined;
  /** Only numbers below this one. */
  readonly before: string | undefined;
}

export interface StatusChange {
  readonly status: VersionStatus;
  /** A promotion stamps the time; nothing else touches it. */
  readonly published: 'now' | 'kept';
}

export class VersionStore {
  async find(db: Db, promptId: PromptId, ref: VersionRef): Promise<VersionRow | undefined> {
    const number =
      ref.kind === 'number'
        ? Prisma.sql`${ref.number}::int`
        : Prisma.sql`(select t.version from prompt_tags t where t.prompt_id = ${promptId}::uuid and t.tag = ${ref.tag})`;
    const rows = await db.$queryRaw<VersionRow[]>`
      select ${versionColumns} from prompt_versions v where v.prompt_id = ${promptId}::uuid and v.version = ${number}`;
    return rows[0];
  }

  async live(db: Db, promptId: PromptId): Promise<VersionRow | undefined> {
    const rows = await db.$queryRaw<VersionRow[]>`
      select ${versionColumns} from prompt_versions v where v.prompt_id = ${promptId}::uuid and v.status = 'live'`;
    return rows[0];
  }

  /** The two versions of a diff, each undefined when there is none of that number. */
  async pair(db: Db, promptId: PromptId, from: number, to: number): Promise<(VersionRow | undefined)[]> {
    const rows = await db.$queryRaw<VersionRow[]>`
      select ${versionColumns} from prompt_versions v
      where v.prompt_id = ${promptId}::uuid and v.version in (${from}::int, ${to}::int)`;
    return [from, to].map((number) => rows.find((row) => row.number === number));
  }

  /** The newest first; one row more than the limit when there are more. */
  async list(db: Db, promptId: PromptId, filter: VersionFilter): Promise<VersionRow[]> {
    const { status, tags, before } = filter;
    const conditions = [Prisma.sql`v.prompt_id = ${promptId}::uuid`];
    if (status !== undefined) conditions.push(Prisma.sql`v.status = ${status}`);
    if (before !== undefined) conditions.push(Prisma.sql`v.version < ${before}::bigint`);
    if (tags !== undefined) {
      conditions.push(Prisma.sql`exists (
        select from prompt_tags t
        where t.prompt_id = v.prompt_id and t.version = v.version and t.tag = any(${[...tags]}::text[]))`);
    }
    return db.$queryRaw<VersionRow[]>`
      select ${versionColumns} from prompt_versions v where ${Prisma.join(conditions, ' and ')} order by v.version desc
      limit ${rowsToFetch(filter.limit)}::int`;
  }

  /** The next version number. Numbers only rise, so one that was given out never comes again. */
  async takeNumber(tx: Tx, promptId: PromptId): Promise<number> {
    const rows = await tx.$queryRaw<{ number: number }[]>`
      update prompts set next_version = next_version + 1 where id = ${promptId}::uuid
      returning next_version - 1 as number`;
    return onlyRow(rows).number;
  }

  async insert(tx: Tx, version: NewVersion): Promise<VersionRow> {
    return onlyRow(
      await tx.$queryRaw<VersionRow[]>`
        insert into prompt_versions as v (id, prompt_id, version, template, variables, body_revision)
        values (${version.id}::uuid, ${version.promptId}::uuid, ${version.number}::int, ${version.template},
          ${JSON.stringify(version.variables)}::jsonb, ${version.bodyRevision}::bigint)
        returning ${versionColumns}`,
    );
  }

  async setTemplate(
    tx: Tx,
    version: Pick<NewVersion, 'promptId' | 'number' | 'template' | 'variables' | 'bodyRevision'>,
  ): Promise<VersionRow> {
    return onlyRow(
      await tx.$queryRaw<VersionRow[]>`
        update prompt_versions v set template = ${version.template},
          variables = ${JSON.stringify(version.variables)}::jsonb, body_revision = ${version.bodyRevision}::bigint
        where v.prompt_id = ${version.promptId}::uuid and v.version = ${version.number}::int
        returning ${versionColumns}`,
    );
  }

  async setStatus(tx: Tx, version: VersionRow, { status, published }: StatusChange): Promise<VersionRow> {
    const publishedAt = published === 'now' ? Prisma.sql`now()` : Prisma.sql`v.published_at`;
    return onlyRow(
      await tx.$queryRaw<VersionRow[]>`
        update prompt_versions v set status = ${status}, published_at = ${publishedAt}
        where v.prompt_id = ${version.promptId}::uuid and v.version = ${version.number}::int
        returning ${versionColumns}`,
    );
  }

  /** Makes way for another live version; returns the number of the one that was live. */
  async demoteLive(tx: Tx, promptId: PromptId): Promise<number | undefined> {
    const rows = await tx.$queryRaw<{ number: number }[]>`
      update prompt_versions set status = 'stable' where prompt_id = ${promptId}::uuid and status = 'live'
      returning version as number`;
    return rows[0]?.number;
  }

  /** The version's tags go with it. */
  async delete(tx: Tx, version: VersionRow): Promise<void> {
    await tx.$executeRaw`
      delete from prompt_versions where prompt_id = ${version.promptId}::uuid and version = ${version.number}::int`;
  }
}
