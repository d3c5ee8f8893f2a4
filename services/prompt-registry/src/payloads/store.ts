/** The rows of payloads. Variables go in and out as JSON texts, because a JavaScript number would lose digits that jsonb keeps. */
import type { Assertion } from '@px0/assertions';
import { type PromptId, parseExactJson, type Wire } from '@px0/contracts';
import { empty, onlyRow, type PageMark, type Reader, rowsToFetch, sql } from '@px0/owner';
import { ApiError } from '@px0/service-kit';
import { authorColumn, type Change } from '../changes/mod.ts';
import type { Permit } from '../policies/mod.ts';

export interface PayloadRow {
  readonly id: string;
  readonly promptId: PromptId;
  readonly name: string | null;
  /** Any JSON value; numbers that a float would change are raw JSON. */
  readonly variables: unknown;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly assertions: readonly Assertion[];
  /** Without the accepted output itself. */
  readonly snapshot: Wire<'PayloadSnapshot'> | null;
}

export interface NewPayload {
  readonly id: string;
  readonly promptId: PromptId;
  readonly name: string | null;
  readonly variables: unknown;
  readonly assertions: readonly Assertion[];
}

/** What an update replaces; an undefined part stays. */
export interface PayloadChange {
  readonly name: string | undefined;
  readonly variables: { readonly value: unknown } | undefined;
  readonly assertions: readonly Assertion[] | undefined;
}

type RawRow = Omit<PayloadRow, 'variables'> & { readonly variables: string };

const payloadColumns = sql`
  p.id, p.prompt_id AS "promptId", p.name, p.variables::text AS variables,
  wire_time(p.created_at) AS "createdAt", wire_time(p.updated_at) AS "updatedAt", p.assertions,
  (SELECT json_build_object('version', s.version, 'content_hash', s.content_hash, 'sha256', s.sha256, 'characters', s.characters,
    'accepted_at', wire_time(s.accepted_at), 'accepted_by', ${authorColumn('s')})
    FROM payload_snapshots s WHERE s.payload_id = p.id) AS snapshot`;

export async function insertPayload(
  change: Change,
  payload: NewPayload,
  _permit: Permit,
): Promise<PayloadRow> {
  const rows = await change.writePrivate<RawRow>(sql`
    INSERT INTO prompt_payloads AS p (id, prompt_id, name, variables, assertions)
    VALUES (${payload.id}::uuid, ${payload.promptId}::uuid, ${payload.name}, ${JSON.stringify(payload.variables)}::jsonb,
      ${JSON.stringify(payload.assertions)}::jsonb)
    RETURNING ${payloadColumns}`);
  return parsed(onlyRow(rows));
}

/** The newest first; one row more than the limit when there are more. */
export async function listPayloads(
  reader: Reader,
  promptId: PromptId,
  limit: number | undefined,
  after: PageMark | undefined,
): Promise<PayloadRow[]> {
  const beyond =
    after === undefined
      ? empty
      : sql`AND p.created_at <= ${after.value}::timestamptz
          AND (p.created_at < ${after.value}::timestamptz OR p.id > ${after.id}::uuid)`;
  const rows = await reader.query<RawRow>(sql`
    SELECT ${payloadColumns} FROM prompt_payloads p WHERE p.prompt_id = ${promptId}::uuid ${beyond}
    ORDER BY p.created_at DESC, p.id
    LIMIT ${rowsToFetch(limit)}::int`);
  return rows.map(parsed);
}

export async function findPayload(
  reader: Reader,
  promptId: PromptId,
  id: string,
): Promise<PayloadRow | undefined> {
  const [row] = await reader.query<RawRow>(sql`
    SELECT ${payloadColumns} FROM prompt_payloads p WHERE p.id = ${id}::uuid AND p.prompt_id = ${promptId}::uuid`);
  return row === undefined ? undefined : parsed(row);
}

/** @throws ApiError payloadNotFound, also for a payload of another prompt */
export async function requirePayload(reader: Reader, promptId: PromptId, id: string): Promise<PayloadRow> {
  const payload = await findPayload(reader, promptId, id);
  if (payload === undefined) throw new ApiError('payloadNotFound');
  return payload;
}

/** @throws ApiError payloadNotFound, also for a payload of another prompt */
export async function updatePayload(
  change: Change,
  promptId: PromptId,
  id: string,
  { name, variables, assertions }: PayloadChange,
  _permit: Permit,
): Promise<PayloadRow> {
  const newName = name === undefined ? sql`p.name` : sql`${name}`;
  const newVariables =
    variables === undefined ? sql`p.variables` : sql`${JSON.stringify(variables.value)}::jsonb`;
  const newAssertions =
    assertions === undefined ? sql`p.assertions` : sql`${JSON.stringify(assertions)}::jsonb`;
  const rows = await change.writePrivate<RawRow>(sql`
    UPDATE prompt_payloads p SET name = ${newName}, variables = ${newVariables}, assertions = ${newAssertions}, updated_at = now()
    WHERE p.id = ${id}::uuid AND p.prompt_id = ${promptId}::uuid
    RETURNING ${payloadColumns}`);
  return parsed(found(rows));
}

/** @throws ApiError payloadNotFound, also for a payload of another prompt */
export async function deletePayload(
  change: Change,
  promptId: PromptId,
  id: string,
  _permit: Permit,
): Promise<void> {
  found(
    await change.writePrivate(
      sql`DELETE FROM prompt_payloads WHERE id = ${id}::uuid AND prompt_id = ${promptId}::uuid RETURNING id`,
    ),
  );
}

function found<Row>([row]: readonly Row[]): Row {
  if (row === undefined) throw new ApiError('payloadNotFound');
  return row;
}

function parsed(row: RawRow): PayloadRow {
  return { ...row, variables: parseExactJson(row.variables) };
}
