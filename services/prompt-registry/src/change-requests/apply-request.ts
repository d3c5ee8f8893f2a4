/**
 * Applies requests: makes the change by the command that makes it without one, if the request is ready.
 * See docs/decisions/204-applying-requests.md.
 */
import {
  type AccessProjection,
  callerKind,
  factsFor,
  moveRefusal,
  type Principal,
  requireAllowedOn,
} from '@px0/access';
import { isUniqueViolation } from '@px0/owner';
import { ApiError } from '@px0/service-kit';
import type { Judgement, PolicyGate } from '../policies/mod.ts';
import type { PromptChange } from '../prompts/mod.ts';
import type { InputSchemas, VersionRow } from '../versions/mod.ts';
import { ApplyingRequest } from './applying-request.ts';
import { guardedBy } from './guarded-by.ts';
import type { JudgedRequest } from './judged-request.ts';
import { noteApplied } from './metrics.ts';
import { actionOf, type PerformChange } from './perform-change.ts';
import { versionIn } from './proposed-change.ts';
import { type RequestGate, requireOpen } from './request-gate.ts';
import type { RequestViews } from './request-view.ts';
import { endRequest, type RequestRow, type Requirements } from './store.ts';

export interface ApplyRequestDependencies {
  readonly access: AccessProjection;
  readonly gate: PolicyGate;
  readonly requests: RequestGate;
  readonly views: RequestViews;
  readonly schemas: InputSchemas;
  readonly perform: PerformChange;
}

export class ApplyRequest {
  readonly #deps: ApplyRequestDependencies;

  constructor(deps: ApplyRequestDependencies) {
    this.#deps = deps;
  }

  /**
   * The version as it is then, if the change is about one.
   *
   * @throws ApiError changeRequestNotFound, forbidden, changeRequestClosed, the refusal of the change itself, changeRequestNotReady,
   * tooManyHeavyRenders, serviceUnavailable
   */
  async run(principal: Principal, id: string, signal: AbortSignal): Promise<VersionRow | undefined> {
    const { gate, requests, schemas } = this.#deps;
    const { promptId, change } = await requests.find(principal, 'applyChangeRequest', id);
    const apply = (judgement: Judgement | undefined) =>
      requests.open(principal, 'applyChangeRequest', id, (row, open) =>
        this.#apply(principal, row, open, judgement),
      );
    const ref = String(versionIn(change) ?? '');
    try {
      return await gate.judging(signal, (judgement) =>
        schemas.knowing(promptId, ref, signal, () => apply(judgement)),
      );
    } catch (error) {
      if (isUniqueViolation(error)) throw new ApiError('promptAlreadyExists', { cause: error });
      throw error;
    }
  }

  /** As `run`; leaves the request as it is where that is refused. */
  async ifPossible(principal: Principal, id: string, signal: AbortSignal): Promise<void> {
    try {
      await this.run(principal, id, signal);
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
    }
  }

  async #apply(
    principal: Principal,
    row: RequestRow,
    open: PromptChange,
    judgement: Judgement | undefined,
  ): Promise<VersionRow | undefined> {
    const { gate, views, perform } = this.#deps;
    this.#requireRight(principal, row);
    requireOpen(row);
    // All of it is read anew under the lock: who reviewed may have left, and what they saw may be gone.
    const judged = await views.judge(open.change, row);
    const request = new ApplyingRequest(judged);
    // Before the change: once another version is live, the judgement is about something else.
    const requirements = await gate.requirements(
      open.change,
      open.prompt,
      guardedBy(row.change, judged.present, judgement),
      (policy) => judged.approvals(policy),
    );
    const version = await perform.run(principal, recordingFor(row, open), row.change, {
      basis: { kind: 'request', request },
      judgement,
    });
    await this.#end(row, open, judged, requirements);
    return version;
  }

  /** In the transaction of the change. */
  async #end(
    row: RequestRow,
    { change, record }: PromptChange,
    judged: JudgedRequest,
    requirements: Requirements,
  ): Promise<void> {
    const outcome = { requirements, faults: judged.faults };
    const ending = { state: 'applied', binding: judged.present.binding, outcome } as const;
    const leadSeconds = await endRequest(change, row.id, ending);
    change.afterCommit(() => noteApplied(row.change.kind, leadSeconds));
    await record('change_request.applied', {
      version: versionIn(row.change),
      changeRequestId: row.id,
      detail: { number: row.number, kind: row.change.kind },
    });
  }

  /** @throws ApiError forbidden, targetTeamNotFound */
  #requireRight(principal: Principal, { change, teamId }: RequestRow): void {
    const { access } = this.#deps;
    if (change.kind !== 'move_prompt') {
      requireAllowedOn(access, principal, actionOf(change), { teamId });
      return;
    }
    const target = { teamId: change.team_id };
    const there = access.team(change.team_id) === undefined ? undefined : factsFor(access, principal, target);
    const refusal = moveRefusal(callerKind(principal), factsFor(access, principal, { teamId }), there);
    if (refusal !== undefined) throw new ApiError(refusal);
  }
}

/** What the change records names the request. */
function recordingFor({ id }: RequestRow, open: PromptChange): PromptChange {
  return { ...open, record: (action, facts) => open.record(action, { ...facts, changeRequestId: id }) };
}
