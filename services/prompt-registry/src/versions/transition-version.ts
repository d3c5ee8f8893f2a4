/** Promotes, demotes and archives versions. The prompt's row lock and a partial unique index keep at most one version live. */
import type { Principal } from '@px0/access';
import type { PromptId, VersionStatus } from '@px0/contracts';
import { ApiError } from '@px0/service-kit';
import type { PromptChange, PromptChanges } from '../prompts/mod.ts';
import { requireMatch } from './etag.ts';
import { after, type Transition } from './states.ts';
import type { VersionStore } from './store.ts';
import { parseVersionRef } from './version-ref.ts';
import type { VersionRow } from './version-row.ts';

export interface TransitionVersionDependencies {
  readonly changes: PromptChanges;
  readonly store: VersionStore;
}

/** What must hold besides the state machine; judged on the locked rows, last. Throws its refusal. */
export type Condition = (version: VersionRow) => void;

const actions = {
  promote: 'version.promoted',
  demote: 'version.demoted',
  archive: 'version.archived',
} as const satisfies { readonly [T in Transition]: string };

export class TransitionVersion {
  readonly #deps: TransitionVersionDependencies;

  constructor(deps: TransitionVersionDependencies) {
    this.#deps = deps;
  }

  /** @throws ApiError promptNotFound, forbidden, versionNotFound, the refusal of the state, preconditionFailed, what `condition` throws */
  run(
    principal: Principal,
    promptId: PromptId,
    ref: string,
    transition: Transition,
    ifMatch: string | undefined,
    condition: Condition = () => undefined,
  ): Promise<VersionRow> {
    const { changes, store } = this.#deps;
    return changes.edit(principal, promptId, async (change) => {
      const version = await store.find(change.tx, promptId, parseVersionRef(ref));
      if (version === undefined) throw new ApiError('versionNotFound');
      const status = after(transition, version.status);
      requireMatch(ifMatch, version);
      condition(version);
      const changed = await this.#apply(change, version, status, transition);
      await change.publish();
      return changed;
    });
  }

  async #apply(
    { tx, prompt, record }: PromptChange,
    version: VersionRow,
    status: VersionStatus,
    transition: Transition,
  ): Promise<VersionRow> {
    const { store } = this.#deps;
    const replaced = status === 'live' ? await store.demoteLive(tx, prompt.id) : undefined;
    const published = transition === 'promote' ? 'now' : 'kept';
    const changed = await store.setStatus(tx, version, { status, published });
    await record(actions[transition], {
      version: version.number,
      detail: { from: version.status, to: status, ...(replaced === undefined ? {} : { replaced }) },
    });
    return changed;
  }
}
