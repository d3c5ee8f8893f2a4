/** Promotes, demotes and archives versions. The prompt's row lock and a partial unique index keep at most one version live. */
import type { Principal } from '@px0/access';
import type { PromptId } from '@px0/contracts';
import type { PromptChanges } from '../prompts/mod.ts';
import { requireMatch } from './etag.ts';
import { requireNote } from './note.ts';
import { after, type Transition } from './states.ts';
import { requireVersion, setStatus } from './store.ts';
import { parseVersionRef } from './version-ref.ts';
import type { VersionRow } from './version-row.ts';

export interface TransitionVersionDependencies {
  readonly changes: PromptChanges;
}

export interface TransitionOptions {
  readonly ifMatch?: string | undefined;
  /** Why it is done: the text of the audit entry. Called after the caller's right was judged. */
  readonly readInput?: () => { readonly note?: string };
  /** What must hold besides the state machine; judged on the locked rows, last. Throws its refusal. */
  readonly condition?: (version: VersionRow) => void;
}

const operations = {
  promote: { action: 'promoteVersion', noted: 'version.promoted', published: 'now' },
  demote: { action: 'demoteVersion', noted: 'version.demoted', published: 'kept' },
  archive: { action: 'archiveVersion', noted: 'version.archived', published: 'kept' },
} as const satisfies { readonly [T in Transition]: object };

export class TransitionVersion {
  readonly #deps: TransitionVersionDependencies;

  constructor(deps: TransitionVersionDependencies) {
    this.#deps = deps;
  }

  /**
   * @throws ApiError promptNotFound, forbidden, what `readInput` throws, noteTooLong, versionNotFound, the refusal of the state,
   * preconditionFailed, what `condition` throws
   */
  run(
    principal: Principal,
    promptId: PromptId,
    ref: string,
    transition: Transition,
    { ifMatch, readInput, condition }: TransitionOptions = {},
  ): Promise<VersionRow> {
    const { action, noted, published } = operations[transition];
    return this.#deps.changes.make(principal, action, promptId, async ({ change, record }) => {
      const text = requireNote(readInput?.().note ?? '');
      const before = await requireVersion(change, promptId, parseVersionRef(ref));
      const status = after(transition, before.status);
      requireMatch(ifMatch, before);
      condition?.(before);
      const { version, replaced } = await setStatus(change, before, { status, published });
      await record(noted, {
        version: version.number,
        detail: { from: before.status, to: status, ...(replaced === undefined ? {} : { replaced }) },
        text,
      });
      return version;
    });
  }
}
