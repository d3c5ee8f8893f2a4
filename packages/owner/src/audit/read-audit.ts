/** Reads an organization's chain for exports: in pages by number, within bounds of lines and bytes. */
import { type AuditEntry, genesis, type Head } from '@px0/audit';
import { parseUuid } from '@px0/contracts';
import { ApiError } from '@px0/service-kit';
import type { SqlRunner } from '../database/sql-client.ts';
import type { OwnerContext } from '../outbox/outbox.ts';
import { ENTRY_COLUMNS, type EntryRow, entryOf } from './entry.ts';
import { headsOf } from './sealing-store.ts';

/** The raw texts of a request. */
interface AuditQuery {
  readonly after?: string | undefined;
  readonly before?: string | undefined;
  readonly order?: string | undefined;
  readonly limit?: string | undefined;
  readonly action?: string | undefined;
  readonly actor?: string | undefined;
  readonly team_id?: string | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
}

/** A line of an export. The order of its keys is that of the documentation. */
type ExportedLine = Head & AuditEntry & { readonly text: string | null };

interface AuditExport {
  readonly head: Head;
  /** Lines of JSON, each with its line break. */
  readonly pieces: readonly Buffer[];
}

const DEFAULT_LINES = 1_000;
const MOST_LINES = 10_000;
/** An answer ends behind the line that reaches it; who reads all asks on behind the last number. */
const MOST_BYTES = 8 * 1024 * 1024;
/** Lines that are read at a time: one with a note may have some 20 KB. */
const BATCH = 500;

/** @throws ApiError in this order: `invalidCursor`, `invalidSort`, `invalidLimit`, `invalidId`, `invalidTimeRange` */
export async function readAudit(
  runner: SqlRunner,
  context: OwnerContext,
  orgId: string,
  query: AuditQuery,
): Promise<AuditExport> {
  const filter = filterOf(query);
  // Before the lines, so that none of them is behind it unless it says so.
  const head = (await headsOf(runner, [orgId])).get(orgId) ?? genesis(orgId, context);
  const pieces: Buffer[] = [];
  let { after, before } = filter;
  let left = filter.limit;
  let bytes = 0;
  while (left > 0 && bytes < MOST_BYTES) {
    const limit = Math.min(left, BATCH);
    const rows = await entries(runner, orgId, { ...filter, after, before, limit });
    for (const row of rows) {
      const piece = Buffer.from(`${JSON.stringify(lineOf(row, context, orgId))}\n`);
      pieces.push(piece);
      bytes += piece.byteLength;
      if (bytes >= MOST_BYTES) break;
    }
    const last = rows.at(-1);
    if (last === undefined || rows.length < limit) break;
    if (filter.descending) before = last.number;
    else after = last.number;
    left -= rows.length;
  }
  return { head, pieces };
}

interface Filter {
  readonly after: string | undefined;
  readonly before: string | undefined;
  readonly descending: boolean;
  readonly limit: number;
  readonly action: string | undefined;
  readonly actor: string | undefined;
  readonly teamId: string | undefined;
  readonly from: Date | undefined;
  readonly to: Date | undefined;
}

function filterOf(query: AuditQuery): Filter {
  return {
    after: numberIn(query.after),
    before: numberIn(query.before),
    descending: isDescending(query.order),
    limit: limitIn(query.limit),
    action: given(query.action),
    actor: idIn(query.actor),
    teamId: idIn(query.team_id),
    from: timeIn(query.from),
    to: timeIn(query.to),
  };
}

function given(text: string | undefined): string | undefined {
  return text === '' ? undefined : text;
}

function numberIn(text: string | undefined): string | undefined {
  const digits = given(text);
  if (digits !== undefined && !/^[0-9]{1,16}$/.test(digits)) throw new ApiError('invalidCursor');
  return digits;
}

function isDescending(text: string | undefined): boolean {
  const order = given(text) ?? 'asc';
  if (order !== 'asc' && order !== 'desc') throw new ApiError('invalidSort');
  return order === 'desc';
}

function limitIn(text: string | undefined): number {
  const digits = given(text);
  if (digits === undefined) return DEFAULT_LINES;
  const limit = /^[0-9]{1,9}$/.test(digits) ? Number(digits) : 0;
  if (limit < 1) throw new ApiError('invalidLimit');
  return Math.min(limit, MOST_LINES);
}

function idIn(text: string | undefined): string | undefined {
  const id = given(text);
  if (id === undefined) return undefined;
  const parsed = parseUuid(id);
  if (parsed === undefined) throw new ApiError('invalidId');
  return parsed;
}

/** Years that Postgres and JavaScript write alike. */
const TIME = /^[0-9]{4}-[0-9]{2}-[0-9]{2}T[0-9:.]+(?:Z|[+-][0-9]{2}:[0-9]{2})$/i;

function timeIn(text: string | undefined): Date | undefined {
  const time = given(text);
  if (time === undefined) return undefined;
  const date = new Date(time);
  if (!TIME.test(time) || Number.isNaN(date.getTime())) throw new ApiError('invalidTimeRange');
  return date;
}

interface ChainRow extends EntryRow {
  readonly number: string;
  readonly hash: string;
  readonly text: string | null;
}

function entries(runner: SqlRunner, orgId: string, filter: Filter): Promise<ChainRow[]> {
  const values: unknown[] = [orgId];
  const conditions = ['c.org_id = $1::uuid'];
  const where = (value: unknown, condition: (parameter: string) => string): void => {
    if (value === undefined) return;
    values.push(value);
    conditions.push(condition(`$${values.length}`));
  };
  const group = filter.action?.endsWith('.*') === true ? filter.action.slice(0, -1) : undefined;
  where(filter.after, (number) => `c.number > ${number}::bigint`);
  where(filter.before, (number) => `c.number < ${number}::bigint`);
  where(group, (prefix) => `starts_with(w.action, ${prefix})`);
  where(group === undefined ? filter.action : undefined, (action) => `w.action = ${action}`);
  where(filter.actor, (id) => `${id}::uuid IN (w.actor_user_id, w.actor_key_id, w.actor_person_id)`);
  where(filter.teamId, (id) => `w.team_id = ${id}::uuid`);
  where(filter.from, (time) => `w.at >= ${time}::timestamptz`);
  where(filter.to, (time) => `w.at < ${time}::timestamptz`);
  values.push(filter.limit);
  return runner.query<ChainRow>(
    `SELECT c.number::text AS number, encode(c.hash, 'hex') AS hash, t.text, ${ENTRY_COLUMNS}
     FROM audit_chain c JOIN audit_wire w ON w.id = c.entry_id LEFT JOIN audit_texts t ON t.entry_id = c.entry_id
     WHERE ${conditions.join(' AND ')}
     ORDER BY c.number ${filter.descending ? 'DESC' : 'ASC'} LIMIT $${values.length}::int`,
    values,
  );
}

function lineOf(row: ChainRow, context: OwnerContext, orgId: string): ExportedLine {
  const { number, hash, text } = row;
  return { number: Number(number), ...entryOf(row, context, orgId), text, hash };
}
