/** Puts a tag on a version. */
import type { Principal } from '@px0/access';
import type { PromptId } from '@px0/contracts';
import { requireTagSeen } from '../limits/mod.ts';
import { type Basis, direct, type Judgement, type PolicyGate } from '../policies/mod.ts';
import type { PromptChange, PromptChanges } from '../prompts/mod.ts';
import { refFor, requireVersion, type VersionRow } from '../versions/mod.ts';
import { putTag, taggedVersion } from './store.ts';
import { requireTag } from './tag-form.ts';

export interface SetTagDependencies {
  readonly changes: PromptChanges;
  readonly gate: PolicyGate;
}

export interface SetTagOptions {
  readonly basis?: Basis;
  /** Ends the renders that a policy asks for when nobody waits for them any more. */
  readonly signal?: AbortSignal;
}

export class SetTag {
  readonly #deps: SetTagDependencies;

  constructor(deps: SetTagDependencies) {
    this.#deps = deps;
  }

  /**
   * Another version of the prompt that had the tag loses it. Setting it where it is already succeeds and changes nothing.
   *
   * @throws ApiError promptNotFound, forbidden, what `readInput` throws, tagRequired, invalidTagFormat, forbidden (a tag that the key does not see),
   * versionNotFound, what the gate throws, tooManyVersionsOrTags, tooManyHeavyRenders
   */
  run(
    principal: Principal,
    promptId: PromptId,
    ref: string,
    readInput: () => { readonly tag?: string },
    { basis = direct, signal = new AbortController().signal }: SetTagOptions = {},
  ): Promise<VersionRow> {
    const { changes, gate } = this.#deps;
    return gate.judging(signal, (judgement) =>
      changes.make(principal, 'setVersionTag', promptId, (open) =>
        this.within(open, ref, requireTag(readInput().tag), basis, judgement),
      ),
    );
  }

  /** The same within a change that is open, whose caller was judged. @throws ApiError forbidden, versionNotFound, what the gate throws */
  async within(
    open: PromptChange,
    ref: string,
    tag: string,
    basis: Basis,
    judgement: Judgement | undefined,
  ): Promise<VersionRow> {
    const { change, prompt, principal, record } = open;
    requireTagSeen(principal, tag);
    const version = await requireVersion(change, prompt.id, refFor(principal, ref));
    const { number } = version;
    const before = await taggedVersion(change, prompt.id, tag);
    if (before === number) return version;
    const proposal = { kind: 'set_tag', tag, version: number };
    const guarded = { transitions: ['tag'] as const, tags: [tag], version, judgement, proposal };
    const permit = await this.#deps.gate.permit(open, guarded, basis);
    await putTag(change, prompt.id, { tag, version: number }, permit);
    await record('tag.set', { version: number, detail: { tag, from: before ?? null, to: number } });
    return requireVersion(change, prompt.id, { kind: 'number', number });
  }
}
