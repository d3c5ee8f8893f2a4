/** A promotion that every payload of the prompt must survive. */
import type { Principal } from '@px0/access';
import type { PromptId } from '@px0/contracts';
import { ApiError } from '@px0/service-kit';
import { editGate, type TeamAccess } from '../gates/mod.ts';
import type { ReadPrompts } from '../prompts/mod.ts';
import type { TransitionVersion, VersionRow } from '../versions/mod.ts';
import { type CheckVersion, failures } from './check-version.ts';

export interface PromoteWithPayloadsDependencies {
  readonly check: CheckVersion;
  readonly transition: TransitionVersion;
  readonly prompts: ReadPrompts;
  readonly access: TeamAccess;
}

/** Thrown under the lock when the template is not the one that was checked. */
class CheckedAnother extends Error {
  override readonly name = 'CheckedAnother';
}

/** An editor who saves between check and promotion makes it check again; one who does so all the time is asked to wait. */
const ATTEMPTS = 3;

export class PromoteWithPayloads {
  readonly #deps: PromoteWithPayloadsDependencies;

  constructor(deps: PromoteWithPayloadsDependencies) {
    this.#deps = deps;
  }

  /**
   * The renders happen before the lock is taken; under it the template is only compared with the one that was rendered. Refusals of a
   * plain promotion come first.
   *
   * @throws ApiError as a plain promotion, and payloadsFail naming the payloads
   */
  async run(
    principal: Principal,
    promptId: PromptId,
    ref: string,
    transition: 'promote',
    ifMatch: string | undefined,
  ): Promise<VersionRow> {
    const { check, transition: transitions, prompts, access } = this.#deps;
    // Who may not promote learns that before anything is rendered; the gate is judged again under the lock.
    editGate(access, principal, await prompts.byId(principal, promptId));
    for (let attempt = 1; attempt <= ATTEMPTS; attempt += 1) {
      const result = await check.run(principal, promptId, ref);
      const failed = failures(result);
      try {
        return await transitions.run(principal, promptId, ref, transition, ifMatch, (version) => {
          const isChecked =
            version.id === result.version.id && version.bodyRevision === result.version.bodyRevision;
          if (!isChecked) throw new CheckedAnother();
          if (failed.length > 0) {
            throw new ApiError('payloadsFail', {
              detail: failed.map(({ name, payloadId }) => name ?? payloadId).join(', '),
            });
          }
        });
      } catch (error) {
        if (!(error instanceof CheckedAnother)) throw error;
      }
    }
    throw new ApiError('serviceUnavailable', { message: 'the version changed during each of its checks' });
  }
}
