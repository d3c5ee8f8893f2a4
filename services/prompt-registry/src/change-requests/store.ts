/** The rows of change requests. Whoever writes one holds the row lock of its prompt. */
import { type PromptId, parseExactJson, type TeamId, type Wire } from '@px0/contracts';
import { empty, onlyRow, type Reader, type Sql, sql } from '@px0/owner';
import { ApiError } from '@px0/service-kit';
import { authorOf, type Change } from '../changes/mod.ts';
import type { Binding } from './binding.ts';
import { changeKey, type ProposedChange } from './proposed-change.ts';

export type RequestState = Wire<'ChangeRequest'>['state'];
export type Requirements = Wire<'ChangeRequest'>['requirements'];

/** What policies asked for when the request was applied, and which reviews counted. */
export interface Outcome {
  readonly requirements: Requirements;
  /** Why each review did not count, by its id; null: it did. */
  readonly faults: Readonly<Record<string, Wire<'Review'>['why_not']>>;
}

export interface RequestRow {
  readonly id: string;
  readonly number: number;
  readonly promptId: PromptId;
  readonly teamId: TeamId;
  readonly slug: string;
  readonly title: string;
  readonly description: string;
  readonly change: ProposedChange;
  readonly apply: 'manual' | 'when_ready';
  readonly via: string | null;
  readonly state: RequestState;
  readonly reason: string | null;
  readonly authorKind: 'user' | 'api-key';
  readonly authorId: string;
  /** For whom the author stands; null where that is not known. */
  readonly authorPerson: string | null;
  /** Of a request that has ended. */
  readonly binding: Binding | null;
  readonly outcome: Outcome | null;
  readonly breakGlass: { readonly reason: string; readonly acknowledged_by: string | null } | null;
  readonly endedKind: 'user' | 'api-key' | null;
  readonly endedBy: string | null;
  readonly comments: number;
  readonly createdAt: string;
  readonly updatedAt: string;
  readonly endedAt: string | null;
}

export interface NewRequest {
  readonly id: string;
  readonly promptId: PromptId;
  readonly teamId: TeamId;
  readonly title: string;
  readonly description: string;
  readonly change: ProposedChange;
  readonly apply: 'manual' | 'when_ready';
  readonly via: string | undefined;
  readonly authorPerson: string | undefined;
}

/** How a request ends. */
export interface Ending {
  readonly state: Exclude<RequestState, 'open'>;
  readonly reason?: string | undefined;
  readonly binding: Binding;
  readonly outcome?: Outcome | undefined;
}

type RawRow = Omit<RequestRow, 'change'> & { readonly change: string };

const requestColumns = sql`
  q.id, q.number, q.prompt_id AS "promptId", q.team_id AS "teamId", p.slug, q.title, q.description, q.change::text AS change,
  q.apply, q.via, q.state, q.reason, q.author_kind AS "authorKind", q.author_id AS "authorId", q.author_person AS "authorPerson",
  q.binding, q.outcome, q.break_glass AS "breakGlass", q.ended_kind AS "endedKind", q.ended_by AS "endedBy", q.comments,
  wire_time(q.created_at) AS "createdAt", wire_time(q.updated_at) AS "updatedAt", wire_time(q.ended_at) AS "endedAt"`;

const source = sql`change_requests q JOIN prompts p ON p.id = q.prompt_id`;

export async function findRequest(reader: Reader, id: string): Promise<RequestRow | undefined> {
  const [row] = await reader.query<RawRow>(
    sql`SELECT ${requestColumns} FROM ${source} WHERE q.id = ${id}::uuid`,
  );
  return row === undefined ? undefined : parsed(row);
}

/** As `findRequest`, for one that is there since the prompt's lock is held. */
export async function readRequest(reader: Reader, id: string): Promise<RequestRow> {
  const row = await findRequest(reader, id);
  if (row === undefined) throw new ApiError('changeRequestNotFound');
  return row;
}

/** The number of the open request for the same change; undefined when there is none. */
export async function openNumber(
  reader: Reader,
  promptId: PromptId,
  change: ProposedChange,
): Promise<number | undefined> {
  const [row] = await reader.query<{ number: number }>(sql`
    SELECT number FROM change_requests
    WHERE prompt_id = ${promptId}::uuid AND change_key = ${changeKey(change)} AND state = 'open'`);
  return row?.number;
}

/** The next number of the team's requests. Other creations in the team wait for the commit, so that none is skipped. */
async function takeNumber(change: Change, teamId: TeamId): Promise<number> {
  const rows = await change.writePrivate<{ number: number }>(sql`
    INSERT INTO team_counters AS c (team_id, next_change_request) VALUES (${teamId}::uuid, 2)
    ON CONFLICT (team_id) DO UPDATE SET next_change_request = c.next_change_request + 1
    RETURNING next_change_request - 1 AS number`);
  return onlyRow(rows).number;
}

/** An open request, or with `ended` one that has ended already. */
export async function insertRequest(
  change: Change,
  request: NewRequest,
  ended?: { readonly reason: string; readonly binding: Binding; readonly outcome: Outcome },
): Promise<number> {
  const number = await takeNumber(change, request.teamId);
  const author = authorOf(change.actor);
  const end =
    ended === undefined
      ? sql`'open', NULL, NULL, NULL, NULL, NULL, NULL`
      : sql`'applied', ${JSON.stringify(ended.binding)}::jsonb, ${JSON.stringify(ended.outcome)}::jsonb,
          ${JSON.stringify({ reason: ended.reason, acknowledged_by: null })}::jsonb, ${author.kind}, ${author.id}::uuid,
          clock_timestamp()`;
  await change.writePrivate(sql`
    INSERT INTO change_requests (id, team_id, number, prompt_id, title, description, change, change_key, apply, via,
      author_kind, author_id, author_person, state, binding, outcome, break_glass, ended_kind, ended_by, ended_at)
    VALUES (${request.id}::uuid, ${request.teamId}::uuid, ${number}::int, ${request.promptId}::uuid, ${request.title},
      ${request.description}, ${JSON.stringify(request.change)}::jsonb, ${changeKey(request.change)}, ${request.apply},
      ${request.via ?? null}, ${author.kind}, ${author.id}::uuid, ${request.authorPerson ?? null}::uuid, ${end})`);
  return number;
}

/** Ends an open request, in the name of who makes the change. For how many seconds it was open. */
export async function endRequest(change: Change, id: string, ending: Ending): Promise<number> {
  const author = authorOf(change.actor);
  const rows = await change.writePrivate<{ seconds: number }>(sql`
    UPDATE change_requests SET state = ${ending.state}, reason = ${ending.reason ?? null},
      binding = ${JSON.stringify(ending.binding)}::jsonb,
      outcome = ${ending.outcome === undefined ? null : JSON.stringify(ending.outcome)}::jsonb,
      ended_kind = ${author.kind}, ended_by = ${author.id}::uuid, ended_at = clock_timestamp(), updated_at = clock_timestamp()
    WHERE id = ${id}::uuid AND state = 'open'
    RETURNING extract(epoch FROM ended_at - created_at)::float8 AS seconds`);
  return onlyRow(rows).seconds;
}

/** Undefined when somebody has done it before. */
export async function acknowledge(change: Change, id: string, userId: string): Promise<void> {
  await change.writePrivate(sql`
    UPDATE change_requests SET break_glass = jsonb_set(break_glass, '{acknowledged_by}', to_jsonb(${userId}::text)),
      updated_at = clock_timestamp()
    WHERE id = ${id}::uuid AND break_glass ->> 'acknowledged_by' IS NULL`);
}

export async function touchRequest(change: Change, id: string): Promise<void> {
  await change.writePrivate(
    sql`UPDATE change_requests SET updated_at = clock_timestamp() WHERE id = ${id}::uuid`,
  );
}

export interface RequestFilter {
  readonly teamId: TeamId;
  readonly state: RequestState | undefined;
  readonly promptId: PromptId | undefined;
  /** Only numbers below this one. */
  readonly before: string | undefined;
  /** One more than the page has. */
  readonly rows: number;
}

/** The newest first. */
export async function listRequests(reader: Reader, filter: RequestFilter): Promise<RequestRow[]> {
  const { teamId, state, promptId, before, rows } = filter;
  const conditions = [
    state === undefined ? empty : sql`AND q.state = ${state}`,
    promptId === undefined ? empty : sql`AND q.prompt_id = ${promptId}::uuid`,
    before === undefined ? empty : sql`AND q.number < ${before}::bigint`,
  ];
  return select(
    reader,
    sql`WHERE q.team_id = ${teamId}::uuid ${conditions[0]} ${conditions[1]} ${conditions[2]}
      ORDER BY q.number DESC LIMIT ${rows}::int`,
  );
}

/** Open ones of these teams, the newest first. */
export function listOpenOf(reader: Reader, teamIds: readonly string[], rows: number): Promise<RequestRow[]> {
  return select(
    reader,
    sql`WHERE q.team_id = ANY(${[...teamIds]}::uuid[]) AND q.state = 'open'
      ORDER BY q.created_at DESC, q.id LIMIT ${rows}::int`,
  );
}

/** Those of these teams that went against a policy and that nobody has acknowledged, the newest first. */
export function listUnacknowledged(
  reader: Reader,
  teamIds: readonly string[],
  rows: number,
): Promise<RequestRow[]> {
  return select(
    reader,
    sql`WHERE q.team_id = ANY(${[...teamIds]}::uuid[])
      AND q.break_glass IS NOT NULL AND q.break_glass ->> 'acknowledged_by' IS NULL
      ORDER BY q.created_at DESC, q.id LIMIT ${rows}::int`,
  );
}

/** Those that the person made in these teams, also with keys, the newest first. */
export function listOfAuthor(
  reader: Reader,
  userId: string,
  teamIds: readonly string[],
  rows: number,
): Promise<RequestRow[]> {
  return select(
    reader,
    sql`WHERE q.author_person = ${userId}::uuid AND q.team_id = ANY(${[...teamIds]}::uuid[])
      ORDER BY q.created_at DESC, q.id LIMIT ${rows}::int`,
  );
}

async function select(reader: Reader, rest: Sql): Promise<RequestRow[]> {
  const rows = await reader.query<RawRow>(sql`SELECT ${requestColumns} FROM ${source} ${rest}`);
  return rows.map(parsed);
}

/** Numbers of a payload keep their digits. */
function parsed(row: RawRow): RequestRow {
  // Only this service writes the column, with what `parseChange` returned.
  return { ...row, change: parseExactJson(row.change) as ProposedChange };
}
