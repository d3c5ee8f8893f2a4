/** The rows of payloads. Variables go in and out as JSON texts, because a JavaScript number would lose digits that jsonb keeps. */
import { type PromptId, parseExactJson } from '@px0/contracts';
import { type Db, onlyRow, type Tx } from '../database/db.ts';
import { Prisma } from '../generated/prisma/client.ts';
import { type PageMark, rowsToFetch } from '../paging/mod.ts';

export interface PayloadRow {
  readonly id: string;
  readonly promptId: PromptId;
  readonly name: string | null;
  /** Any JSON value; numbers that a float would change are raw JSON. */
  readonly variables: unknown;
  readonly createdAt: string;
  readonly updatedAt: string;
}

export interface NewPayload {
  readonly id: string;
  readonly promptId: PromptId;
  readonly name: string | null;
  readonly variables: unknown;
}

/** What an update replaces; an undefined part stays. */
export interface PayloadChange {
  readonly name: string | undefined;
  readonly variables: { readonly value: unknown } | undefined;
}

type RawRow = Omit<PayloadRow, 'variables'> & { readonly variables: string };

const payloadColumns = Prisma.sql`
  p.id, p.prompt_id as "promptId", p.name, p.variables::text as variables,
  wire_time(p.created_at) as "createdAt", wire_time(p.updated_at) as "updatedAt"`;

export class PayloadStore {
  async insert(tx: Tx, payload: NewPayload): Promise<PayloadRow> {
    return parsed(
      onlyRow(
        await tx.$queryRaw<RawRow[]>`
          insert into prompt_payloads as p (id, prompt_id, name, variables)
          values (${payload.id}::uuid, ${payload.promptId}::uuid, ${payload.name}, ${JSON.stringify(payload.variables)}::jsonb)
          returning ${payloadColumns}`,
      ),
    );
  }

  /** The newest first; one row more than the limit when there are more. */
  async list(db: Db, promptId: PromptId, limit?: number, after?: PageMark): Promise<PayloadRow[]> {
    const beyond =
      after === undefined
        ? Prisma.empty
        : Prisma.sql`and p.created_at <= ${after.value}::timestamptz
            and (p.created_at < ${after.value}::timestamptz or p.id > ${after.id}::uuid)`;
    const rows = await db.$queryRaw<RawRow[]>`
      select ${payloadColumns} from prompt_payloads p where p.prompt_id = ${promptId}::uuid ${beyond}
      order by p.created_at desc, p.id
      limit ${rowsToFetch(limit)}::int`;
    return rows.map(parsed);
  }

  /** Undefined also for a payload of another prompt. */
  async find(db: Db, promptId: PromptId, id: string): Promise<PayloadRow | undefined> {
    const rows = await db.$queryRaw<RawRow[]>`
      select ${payloadColumns} from prompt_payloads p where p.id = ${id}::uuid and p.prompt_id = ${promptId}::uuid`;
    return rows.map(parsed)[0];
  }

  /** Undefined when there is no such payload of the prompt. */
  async update(
    tx: Tx,
    promptId: PromptId,
    id: string,
    change: PayloadChange,
  ): Promise<PayloadRow | undefined> {
    const name = change.name === undefined ? Prisma.sql`p.name` : Prisma.sql`${change.name}`;
    const variables =
      change.variables === undefined
        ? Prisma.sql`p.variables`
        : Prisma.sql`${JSON.stringify(change.variables.value)}::jsonb`;
    const rows = await tx.$queryRaw<RawRow[]>`
      update prompt_payloads p set name = ${name}, variables = ${variables}, updated_at = now()
      where p.id = ${id}::uuid and p.prompt_id = ${promptId}::uuid
      returning ${payloadColumns}`;
    return rows.map(parsed)[0];
  }

  /** False when there is no such payload of the prompt. */
  async delete(tx: Tx, promptId: PromptId, id: string): Promise<boolean> {
    const deleted = await tx.$executeRaw`
      delete from prompt_payloads where id = ${id}::uuid and prompt_id = ${promptId}::uuid`;
    return deleted > 0;
  }
}

function parsed(row: RawRow): PayloadRow {
  return { ...row, variables: parseExactJson(row.variables) };
}
