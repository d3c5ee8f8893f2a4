/** Payloads: sample variables of a prompt. They are no part of the prompt's event, since nothing but this service reads them. */
import { randomUUID } from 'node:crypto';
import type { Principal } from '@px0/access';
import type { PromptId } from '@px0/contracts';
import { characters } from '@px0/contracts/slug';
import { ApiError } from '@px0/service-kit';
import { type Db, sqlState } from '../database/db.ts';
import { type Page, type PageMark, pageOf, parseLimit, parseMark } from '../paging/mod.ts';
import type { PromptChanges, ReadPrompts } from '../prompts/mod.ts';
import type { PayloadRow, PayloadStore } from './store.ts';

const NAME_CHARACTERS = 255;

/** The order of the list, as its cursors name it. */
export const PAYLOAD_ORDER = '-created_at';

export type PayloadPage = Page<PayloadRow, PageMark>;

export interface PageParameters {
  readonly limit?: string | undefined;
  readonly cursor?: string | undefined;
}

export interface PayloadInput {
  readonly name?: string;
  readonly variables?: unknown;
}

export interface PayloadCommandsDependencies {
  readonly db: Db;
  readonly changes: PromptChanges;
  readonly prompts: ReadPrompts;
  readonly store: PayloadStore;
}

export class PayloadCommands {
  readonly #deps: PayloadCommandsDependencies;

  constructor(deps: PayloadCommandsDependencies) {
    this.#deps = deps;
  }

  /** @throws ApiError promptNotFound, forbidden, what `readInput` throws, payloadVariablesRequired, nameTooLong */
  create(principal: Principal, promptId: PromptId, readInput: () => PayloadInput): Promise<PayloadRow> {
    const { changes, store } = this.#deps;
    return refusingBeyondJsonb(
      changes.edit(principal, promptId, async ({ tx, record }) => {
        const { name, variables } = readInput();
        // Null is a value here: only an absent field is missing.
        if (variables === undefined) throw new ApiError('payloadVariablesRequired');
        requireName(name);
        const payload = await store.insert(tx, { id: randomUUID(), promptId, name: name ?? null, variables });
        await record('payload.created', { detail: { payload: payload.id, name: payload.name } });
        return payload;
      }),
    );
  }

  /** @throws ApiError promptNotFound, invalidLimit, invalidCursor */
  async list(principal: Principal, promptId: PromptId, parameters: PageParameters): Promise<PayloadPage> {
    const { db, prompts, store } = this.#deps;
    await prompts.byId(principal, promptId);
    const limit = parseLimit(parameters.limit);
    const rows = await store.list(db, promptId, limit, parseMark(parameters.cursor, PAYLOAD_ORDER, 'time'));
    return pageOf(rows, limit, ({ createdAt, id }) => ({ value: createdAt, id }));
  }

  /** @throws ApiError promptNotFound, payloadNotFound */
  async get(principal: Principal, promptId: PromptId, payloadId: string): Promise<PayloadRow> {
    const { db, prompts, store } = this.#deps;
    await prompts.byId(principal, promptId);
    return found(await store.find(db, promptId, payloadId));
  }

  /**
   * An update that names nothing succeeds and leaves the payload as it is, its time included.
   *
   * @throws ApiError promptNotFound, forbidden, what `readInput` throws, nameTooLong, payloadNotFound
   */
  update(
    principal: Principal,
    promptId: PromptId,
    payloadId: string,
    readInput: () => PayloadInput,
  ): Promise<PayloadRow> {
    const { changes, store } = this.#deps;
    return refusingBeyondJsonb(
      changes.edit(principal, promptId, async ({ tx, record }) => {
        const { name, variables } = readInput();
        requireName(name);
        if (name === undefined && variables === undefined)
          return found(await store.find(tx, promptId, payloadId));
        const change = { name, variables: variables === undefined ? undefined : { value: variables } };
        const payload = found(await store.update(tx, promptId, payloadId, change));
        await record('payload.updated', { detail: { payload: payloadId, name: payload.name } });
        return payload;
      }),
    );
  }

  /** @throws ApiError promptNotFound, forbidden, payloadNotFound */
  delete(principal: Principal, promptId: PromptId, payloadId: string): Promise<void> {
    const { changes, store } = this.#deps;
    return changes.edit(principal, promptId, async ({ tx, record }) => {
      if (!(await store.delete(tx, promptId, payloadId))) throw new ApiError('payloadNotFound');
      await record('payload.deleted', { detail: { payload: payloadId } });
    });
  }
}

function found(payload: PayloadRow | undefined): PayloadRow {
  if (payload === undefined) throw new ApiError('payloadNotFound');
  return payload;
}

function requireName(name: string | undefined): void {
  if (name !== undefined && characters(name) > NAME_CHARACTERS) throw new ApiError('nameTooLong');
}

/** What JSON allows and jsonb does not: numbers beyond its range, and more nesting or size than it can hold. */
const BEYOND_JSONB = new Set(['22003', '22P02', '22P05', '54000', '54001']);

async function refusingBeyondJsonb<T>(work: Promise<T>): Promise<T> {
  try {
    return await work;
  } catch (error) {
    if (BEYOND_JSONB.has(sqlState(error) ?? '')) throw new ApiError('invalidRequestBody', { cause: error });
    throw error;
  }
}
