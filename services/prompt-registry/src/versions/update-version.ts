/** Changes the content of a draft. A version that has left `draft` keeps its content. */
import type { Principal } from '@px0/access';
import type { PromptId } from '@px0/contracts';
import { ApiError } from '@px0/service-kit';
import { type Authoring, bodyOf } from '../changes/mod.ts';
import { requireCoveredDraft } from '../limits/mod.ts';
import { type Basis, direct, type PolicyGate } from '../policies/mod.ts';
import type { PromptChanges } from '../prompts/mod.ts';
import { requireAuthoring } from './authoring.ts';
import type { ContentInput } from './checked-content.ts';
import type { ContentCheck, ContentVerdict } from './content-check.ts';
import { requireMatch } from './etag.ts';
import type { InputSchemas } from './input-schemas.ts';
import { refFor } from './seen-version.ts';
import { requireVersion, setContent } from './store.ts';
import { kindDetail, type VersionRow } from './version-row.ts';

export interface UpdateVersionDependencies {
  readonly changes: PromptChanges;
  readonly contents: ContentCheck;
  readonly authoring: Authoring;
  readonly schemas: InputSchemas;
  readonly gate: PolicyGate;
}

export class UpdateVersion {
  readonly #deps: UpdateVersionDependencies;

  constructor(deps: UpdateVersionDependencies) {
    this.#deps = deps;
  }

  /**
   * The state is judged before the body.
   *
   * @throws ApiError promptNotFound, forbidden, versionNotFound, onlyDraftsCanBeModified, forbidden (a tag of it that the key does not see), what
   * `readInput`, `checkContent` and `requireAuthoring` throw, preconditionFailed, what the gate throws, tooManyHeavyRenders
   */
  async run(
    principal: Principal,
    promptId: PromptId,
    ref: string,
    readInput: () => ContentInput,
    ifMatch: string | undefined,
    signal: AbortSignal,
    basis: Basis = direct,
  ): Promise<VersionRow> {
    const { contents, schemas } = this.#deps;
    const verdict = await contents.of(principal, 'updateVersion', promptId, readInput, signal);
    return schemas.knowing(promptId, ref, signal, () =>
      this.#save(principal, promptId, ref, verdict, { ifMatch, basis }),
    );
  }

  #save(
    principal: Principal,
    promptId: PromptId,
    ref: string,
    verdict: ContentVerdict,
    { ifMatch, basis }: { readonly ifMatch: string | undefined; readonly basis: Basis },
  ): Promise<VersionRow> {
    const { authoring, changes, gate } = this.#deps;
    return changes.make(principal, 'updateVersion', promptId, async (open) => {
      const { change, record } = open;
      const draft = await requireVersion(change, promptId, refFor(principal, ref));
      if (draft.status !== 'draft') throw new ApiError('onlyDraftsCanBeModified');
      requireCoveredDraft(principal, draft.tags);
      const content = verdict(draft);
      if (content.program === 'given') requireAuthoring(authoring, content);
      requireMatch(ifMatch, draft);
      const { number, tags } = draft;
      // What readers of a draft's tag get is the draft itself.
      const isRead = tags.length > 0 && content.program !== 'kept';
      const guarded = { transitions: isRead ? (['tag'] as const) : [], tags, version: 'unsaved' as const };
      const permit = await gate.permit(open, guarded, basis);
      const bodyRevision =
        content.program === 'kept'
          ? draft.bodyRevision
          : await change.writeBody(promptId, number, bodyOf(content));
      const updated = await setContent(change, { promptId, number, content, bodyRevision }, permit);
      // Only a note that was given with this change says why: a text that is saved again comes with the same one.
      const text = updated.note === draft.note ? '' : updated.note;
      await record('version.updated', { version: number, ...kindDetail(updated), text });
      return updated;
    });
  }
}
