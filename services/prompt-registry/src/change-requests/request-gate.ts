/** Opens a change of the prompt that a request is about, for a caller who may do something to the request. */
import { type AccessProjection, type Action, type Principal, requireAllowedOn } from '@px0/access';
import type { Reader } from '@px0/owner';
import { ApiError } from '@px0/service-kit';
import type { PromptChange, PromptChanges } from '../prompts/mod.ts';
import { findRequest, type RequestRow, readRequest } from './store.ts';

export interface RequestGateDependencies {
  readonly reader: Reader;
  readonly access: AccessProjection;
  readonly changes: PromptChanges;
}

export class RequestGate {
  readonly #deps: RequestGateDependencies;

  constructor(deps: RequestGateDependencies) {
    this.#deps = deps;
  }

  /**
   * The request, for who may do `action` in the team that it was made in.
   *
   * @throws ApiError changeRequestNotFound, and the refusal that the role matrix names
   */
  async find(principal: Principal, action: Action, id: string): Promise<RequestRow> {
    const row = await findRequest(this.#deps.reader, id);
    if (row === undefined) throw new ApiError('changeRequestNotFound');
    this.#require(principal, action, row);
    return row;
  }

  /** Does work on the request while its prompt is locked. @throws as `find`, and what `work` throws */
  async open<T>(
    principal: Principal,
    action: Action,
    id: string,
    work: (request: RequestRow, open: PromptChange) => Promise<T>,
  ): Promise<T> {
    const { promptId } = await this.find(principal, action, id);
    return this.#deps.changes.makeThrough(
      (prompt) => {
        if (prompt === undefined) throw new ApiError('changeRequestNotFound');
        return prompt;
      },
      principal,
      promptId,
      async (open) => {
        const row = await readRequest(open.change, id);
        this.#require(principal, action, row);
        // A process that knows no requests may have moved the prompt: the rights in the team that it left are none any more.
        const hasMoved = row.state === 'open' && row.teamId !== open.prompt.teamId;
        return work(hasMoved ? { ...row, state: 'obsolete' } : row, open);
      },
    );
  }

  #require(principal: Principal, action: Action, { teamId }: RequestRow): void {
    requireAllowedOn(this.#deps.access, principal, action, { teamId });
  }
}

/** @throws ApiError changeRequestClosed */
export function requireOpen({ state }: RequestRow): void {
  if (state !== 'open') throw new ApiError('changeRequestClosed');
}

/** The team and the request, for the audit. */
export function noteOf({
  id,
  number,
  teamId,
  promptId,
}: Pick<RequestRow, 'id' | 'number' | 'teamId' | 'promptId'>) {
  return { promptId, teamId, changeRequestId: id, detail: { number } };
}
