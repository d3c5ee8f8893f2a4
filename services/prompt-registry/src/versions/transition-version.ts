/** Promotes, demotes and archives versions. The prompt's row lock and a partial unique index keep at most one version live. */
import type { Principal } from '@px0/access';
import type { PromptId } from '@px0/contracts';
import type { PromptChanges } from '../prompts/mod.ts';
import { parseAllowance } from './allowance.ts';
import { requireNoBreak } from './contract-breaks.ts';
import { requireMatch } from './etag.ts';
import type { InputSchemas } from './input-schemas.ts';
import { requireNote } from './note.ts';
import { after, type Transition } from './states.ts';
import { liveVersion, requireVersion, setStatus } from './store.ts';
import { parseVersionRef } from './version-ref.ts';
import type { VersionRow } from './version-row.ts';

export interface TransitionVersionDependencies {
  readonly changes: PromptChanges;
  readonly schemas: InputSchemas;
}

export interface TransitionOptions {
  readonly ifMatch?: string | undefined;
  /** Why it is done: the text of the audit entry. Called after the caller's right was judged. */
  readonly readInput?: () => { readonly note?: string };
  /** What must hold besides the state machine; judged on the locked rows, last. Throws its refusal. */
  readonly condition?: (version: VersionRow) => void;
  /** Whether a contract break is refused whatever the contract of the prompt is. */
  readonly requiresContract?: boolean;
  /** What `allow` says; judged after the caller's right. */
  readonly allowed?: string | undefined;
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
   * @throws ApiError promptNotFound, forbidden, invalidAllow, what `readInput` throws, noteTooLong, versionNotFound, the refusal of the
   * state, preconditionFailed, what `condition` throws, contractBreak
   */
  run(
    principal: Principal,
    promptId: PromptId,
    ref: string,
    transition: Transition,
    options: TransitionOptions = {},
  ): Promise<VersionRow> {
    const make = () => this.#make(principal, promptId, ref, transition, options);
    return this.#deps.schemas.knowing(promptId, ref, undefined, make);
  }

  #make(
    principal: Principal,
    promptId: PromptId,
    ref: string,
    transition: Transition,
    { ifMatch, readInput, condition, requiresContract = false, allowed }: TransitionOptions,
  ): Promise<VersionRow> {
    const { action, noted, published } = operations[transition];
    return this.#deps.changes.make(principal, action, promptId, async ({ change, prompt, record }) => {
      const allowance = parseAllowance(allowed);
      const text = requireNote(readInput?.().note ?? '');
      const before = await requireVersion(change, promptId, parseVersionRef(ref));
      const status = after(transition, before.status);
      requireMatch(ifMatch, before);
      condition?.(before);
      const isJudged = status === 'live' && (requiresContract || prompt.contract !== 'off');
      if (isJudged && allowance === undefined) requireNoBreak(await liveVersion(change, promptId), before);
      const { version, replaced } = await setStatus(change, before, { status, published });
      await record(noted, {
        version: version.number,
        detail: {
          from: before.status,
          to: status,
          ...(replaced === undefined ? {} : { replaced }),
          ...(isJudged && allowance !== undefined ? { allowed: allowance } : {}),
        },
        text,
      });
      return version;
    });
  }
}
