/** Ends requests without the change, and says of changes against a policy that somebody has seen them. */
import { type AccessProjection, isAllowedOn, type Principal } from '@px0/access';
import { type BodyOf, changeRequestLimits, type routes } from '@px0/contracts';
import { characters } from '@px0/contracts/slug';
import { ApiError } from '@px0/service-kit';
import { actorOf } from '../changes/mod.ts';
import { presentFor } from './binding.ts';
import { requirePerson } from './person.ts';
import { noteOf, type RequestGate, requireOpen } from './request-gate.ts';
import { closedNote } from './settle.ts';
import { acknowledge, endRequest, type RequestRow } from './store.ts';

export interface CloseRequestDependencies {
  readonly access: AccessProjection;
  readonly requests: RequestGate;
}

export class CloseRequest {
  readonly #deps: CloseRequestDependencies;

  constructor(deps: CloseRequestDependencies) {
    this.#deps = deps;
  }

  /** @throws ApiError changeRequestNotFound, forbidden, what `readInput` throws, reasonTooLong, changeRequestClosed */
  run(
    principal: Principal,
    id: string,
    readInput: () => BodyOf<typeof routes.closeChangeRequest>,
  ): Promise<void> {
    const { access, requests } = this.#deps;
    return requests.open(principal, 'closeChangeRequest', id, async (row, { change }) => {
      const target = { teamId: row.teamId };
      const mayClose =
        isAuthor(principal, row) || isAllowedOn(access, principal, 'closeForeignChangeRequest', target);
      if (!mayClose) throw new ApiError('forbidden');
      const { reason = '' } = readInput();
      if (characters(reason) > changeRequestLimits.reason) throw new ApiError('reasonTooLong');
      requireOpen(row);
      const { binding } = await presentFor(change, row.promptId, row.change);
      await endRequest(change, id, { state: 'closed', reason: reason === '' ? undefined : reason, binding });
      await change.audit(closedNote(row, 'closed', reason));
    });
  }

  /**
   * Repeating it changes nothing.
   *
   * @throws ApiError changeRequestNotFound, forbidden for who made the change, nothingToAcknowledge
   */
  acknowledge(principal: Principal, id: string): Promise<void> {
    const { requests } = this.#deps;
    const { userId } = requirePerson(principal);
    return requests.open(principal, 'acknowledgeBreakGlass', id, async (row, { change }) => {
      if (row.breakGlass === null) throw new ApiError('nothingToAcknowledge');
      if (row.authorPerson === userId) throw new ApiError('forbidden');
      if (row.breakGlass.acknowledged_by !== null) return;
      await acknowledge(change, id, userId);
      await change.audit({ ...noteOf(row), action: 'change_request.acknowledged' });
    });
  }
}

function isAuthor(principal: Principal, { authorKind, authorId }: RequestRow): boolean {
  const actor = actorOf(principal);
  return actor.kind === authorKind && actor.id === authorId;
}
