/** Changes that were made against policies are kept as requests that were applied at once, until another administrator has seen them. */
import { randomUUID } from 'node:crypto';
import { currentRequestScope } from '@px0/event-bus/internal';
import { ApiError } from '@px0/service-kit';
import type { BrokenGlass, Guarded, OpenChange } from '../policies/mod.ts';
import { bindingOnWire, presentFor } from './binding.ts';
import { type ProposedChange, parseChange, versionIn } from './proposed-change.ts';
import { insertRequest } from './store.ts';

export class KeepBrokenGlass implements BrokenGlass {
  /** A change that no request can be about, such as an edit of a tagged draft, is in the audit alone. */
  async keep(open: OpenChange, { proposal }: Guarded, reason: string): Promise<string | undefined> {
    if (proposal === undefined) return undefined;
    const { change: transaction, prompt } = open;
    const { actor } = transaction;
    const change = keepable(proposal);
    const { binding } = await presentFor(transaction, prompt.id, change);
    const id = randomUUID();
    const number = await insertRequest(
      transaction,
      {
        id,
        promptId: prompt.id,
        teamId: prompt.teamId,
        title: 'Made against a policy',
        description: '',
        change,
        apply: 'manual',
        via: currentRequestScope()?.client,
        authorPerson: actor.kind === 'user' ? actor.id : undefined,
      },
      { reason, binding: bindingOnWire(binding), outcome: { requirements: [], faults: {} } },
    );
    await open.record('change_request.applied', {
      version: versionIn(change),
      changeRequestId: id,
      detail: { number, kind: change.kind, break_glass: 'true' },
    });
    return id;
  }
}

/** The change has been made, whatever could have been proposed: of a payload that is too large for a request, only which one it is is kept. */
function keepable(proposal: NonNullable<Guarded['proposal']>): ProposedChange {
  try {
    return parseChange(proposal);
  } catch (error) {
    if (!(error instanceof ApiError)) throw error;
    return parseChange({ ...proposal, set: {} });
  }
}
