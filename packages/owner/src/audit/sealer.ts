/**
 * Gives audit entries their places in the chain of their organization, after the writers have committed: hashing in their transactions would have
 * all writers of an organization wait for each other. An entry is sealed in one transaction with the removal of its mark, so that a process which
 * is killed at any moment leaves each entry either unsealed or sealed once.
 * See docs/decisions/210-audit-chain.md.
 */
import { type AuditEntry, follow, genesis, type Head } from '@px0/audit';
import type { Logger } from '@px0/service-kit';
import { Background, type Progress } from '../background.ts';
import type { SqlClient, SqlTransaction } from '../database/sql-client.ts';
import type { OwnerContext } from '../outbox/outbox.ts';
import { entryOf } from './entry.ts';
import {
  addOld,
  type Backlog,
  backlog,
  formerOrganizations,
  headsOf,
  type Place,
  seal,
  tryLock,
  type UnsealedRow,
  unsealed,
  waiting,
} from './sealing-store.ts';

export interface SealerOptions {
  readonly context: OwnerContext;
  readonly client: SqlClient;
  /** The organization that a team belongs to, as far as this process knows. */
  readonly organizationOf: (teamId: string) => string | undefined;
  /** Called with entries that were sealed, in their order. It must not throw. */
  readonly onSealed?: (sealed: readonly SealedEntry[]) => void;
  /** Writes each sealed entry to the log, for whatever collects it. */
  readonly logsEntries?: boolean;
  readonly logger: Logger;
  /** Milliseconds between looks for what nobody woke the sealer for; default: 5 s. */
  readonly pauseMs?: number;
}

/** An entry in its place. */
export interface SealedEntry extends AuditEntry, Head {}

const PAUSE_MS = 5_000;
/** Commits of so long are sealed together: under load a pass costs less than it would for each of them. */
const GATHER_MS = 300;
/** Another process has the lock: it may have looked before this one's entries were visible. */
const BUSY_RETRY_MS = 250;
/** Entries in one transaction. */
const BATCH = 500;
/** An entry whose team no process knows is kept out of all chains after so long; a projection is not so far behind. */
const UNKNOWN_TEAM_SECONDS = 300;

export class Sealer {
  readonly #options: SealerOptions;
  readonly #loop: Background;
  #waking: NodeJS.Timeout | undefined;
  #stopped = false;

  constructor(options: SealerOptions) {
    const { logger, pauseMs = PAUSE_MS } = options;
    this.#options = options;
    this.#loop = new Background({
      name: 'audit sealer',
      logger,
      step: () => this.step(),
      pauseMs,
      retryMs: Math.min(PAUSE_MS, pauseMs),
      jitter: 0.2,
    });
  }

  start(): void {
    this.#loop.start();
  }

  /** There are new entries. */
  wake(): void {
    this.#wakeIn(GATHER_MS);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    clearTimeout(this.#waking);
    await this.#loop.stop();
  }

  /** What waits to be sealed, for the metrics. */
  backlog(): Promise<Backlog> {
    return backlog(this.#options.client);
  }

  /** Seals one batch. */
  async step(): Promise<Progress> {
    const { client, onSealed, logsEntries = false, logger } = this.#options;
    const { entries, old } = await waiting(client);
    if (!entries && !old) return 'none';
    const outcome = await client.transaction((tx) => this.#seal(tx, old));
    if (outcome === 'busy') {
      this.#wakeIn(BUSY_RETRY_MS);
      return 'none';
    }
    if (logsEntries) for (const entry of outcome.sealed) logger.info({ audit: true, ...entry }, entry.action);
    if (outcome.sealed.length > 0) onSealed?.(outcome.sealed);
    return outcome.found === BATCH && outcome.done > 0 ? 'more' : 'none';
  }

  async #seal(tx: SqlTransaction, hasOld: boolean) {
    const { context } = this.#options;
    if (!(await tryLock(tx))) return 'busy';
    if (hasOld) await addOld(tx, BATCH);
    const rows = await unsealed(tx, BATCH);
    const orgIds = await this.#organizationsOf(tx, rows);
    const heads = await headsOf(tx, [...new Set(orgIds.values())]);
    const places: Place[] = [];
    const sealed: SealedEntry[] = [];
    for (const row of rows) {
      const orgId = orgIds.get(row.id);
      if (orgId === undefined) continue;
      const entry = entryOf(row, context, orgId);
      const head = follow(heads.get(orgId) ?? genesis(orgId, context), entry);
      heads.set(orgId, head);
      places.push({ ...head, orgId, entryId: row.id });
      sealed.push({ ...entry, ...head });
    }
    const done = rows.filter((row) => orgIds.has(row.id) || isOfNone(row)).map(({ id }) => id);
    if (done.length > 0) await seal(tx, places, heads, done);
    return { sealed, found: rows.length, done: done.length };
  }

  /** By entry. */
  async #organizationsOf(tx: SqlTransaction, rows: readonly UnsealedRow[]): Promise<Map<string, string>> {
    const known = new Map<string, string>();
    const strays: { readonly id: string; readonly teamId: string }[] = [];
    for (const { id, orgId, teamId } of rows) {
      const found = orgId ?? (teamId === null ? undefined : this.#options.organizationOf(teamId));
      if (found !== undefined) known.set(id, found);
      else if (teamId !== null) strays.push({ id, teamId });
    }
    const former = await formerOrganizations(tx, [...new Set(strays.map(({ teamId }) => teamId))]);
    for (const { id, teamId } of strays) {
      const orgId = former.get(teamId);
      if (orgId !== undefined) known.set(id, orgId);
    }
    return known;
  }

  #wakeIn(milliseconds: number): void {
    if (this.#stopped) return;
    this.#waking ??= setTimeout(() => {
      this.#waking = undefined;
      this.#loop.wake();
    }, milliseconds);
    this.#waking.unref();
  }
}

/** A person's own entries name no organization; a team that is not known for so long is gone. */
function isOfNone({ orgId, teamId, waitedSeconds }: UnsealedRow): boolean {
  return orgId === null && (teamId === null || waitedSeconds > UNKNOWN_TEAM_SECONDS);
}
