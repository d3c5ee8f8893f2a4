/** Creates, edits, duplicates and deletes versions. A template is written only while its version is a draft. */
import { randomUUID } from 'node:crypto';
import type { Principal } from '@px0/access';
import type { PromptId } from '@px0/contracts';
import type { Outbox } from '@px0/event-bus';
import { ApiError } from '@px0/service-kit';
import type { PromptChange, PromptChanges } from '../prompts/mod.ts';
import { requireMatch } from './etag.ts';
import type { VersionStore } from './store.ts';
import { type CheckedTemplate, checkTemplate } from './template-check.ts';
import { parseVersionRef } from './version-ref.ts';
import type { VersionRow } from './version-row.ts';

export interface WriteVersionsDependencies {
  readonly changes: PromptChanges;
  readonly store: VersionStore;
  readonly outbox: Outbox;
}

type ReadTemplate = () => { readonly template?: string };

export class WriteVersions {
  readonly #deps: WriteVersionsDependencies;

  constructor(deps: WriteVersionsDependencies) {
    this.#deps = deps;
  }

  /** @throws ApiError promptNotFound, forbidden, what `readInput` and `checkTemplate` throw, tooManyVersionsOrTags */
  create(principal: Principal, promptId: PromptId, readInput: ReadTemplate): Promise<VersionRow> {
    return this.#deps.changes.edit(principal, promptId, async (change) => {
      const version = await this.#insertDraft(change, checkTemplate(readInput().template));
      await change.record('version.created', { version: version.number });
      await change.publish();
      return version;
    });
  }

  /**
   * The template was compiled when its source was saved, so it is not judged again.
   *
   * @throws ApiError promptNotFound, forbidden, versionNotFound, tooManyVersionsOrTags
   */
  duplicate(principal: Principal, promptId: PromptId, ref: string): Promise<VersionRow> {
    return this.#deps.changes.edit(principal, promptId, async (change) => {
      const source = await this.#find(change, ref);
      const version = await this.#insertDraft(change, source);
      await change.record('version.duplicated', { version: version.number, detail: { from: source.number } });
      await change.publish();
      return version;
    });
  }

  /**
   * The state is judged before the body.
   *
   * @throws ApiError promptNotFound, forbidden, versionNotFound, onlyDraftsCanBeModified, what `readInput` and `checkTemplate` throw,
   * preconditionFailed
   */
  update(
    principal: Principal,
    promptId: PromptId,
    ref: string,
    readInput: ReadTemplate,
    ifMatch: string | undefined,
  ): Promise<VersionRow> {
    const { changes, store, outbox } = this.#deps;
    return changes.edit(principal, promptId, async (change) => {
      const draft = await this.#find(change, ref);
      if (draft.status !== 'draft') throw new ApiError('onlyDraftsCanBeModified');
      const { template, variables } = checkTemplate(readInput().template);
      requireMatch(ifMatch, draft);
      const { number } = draft;
      const bodyRevision = await outbox.putBody(change.tx, promptId, number, template);
      const updated = await store.setTemplate(change.tx, {
        promptId,
        number,
        template,
        variables,
        bodyRevision,
      });
      await change.record('version.updated', { version: number });
      await change.publish();
      return updated;
    });
  }

  /** @throws ApiError promptNotFound, forbidden, versionNotFound, onlyDraftsCanBeDeleted, preconditionFailed */
  delete(principal: Principal, promptId: PromptId, ref: string, ifMatch: string | undefined): Promise<void> {
    const { changes, store, outbox } = this.#deps;
    return changes.edit(principal, promptId, async (change) => {
      const draft = await this.#find(change, ref);
      if (draft.status !== 'draft') throw new ApiError('onlyDraftsCanBeDeleted');
      requireMatch(ifMatch, draft);
      await store.delete(change.tx, draft);
      await outbox.removeBody(change.tx, promptId, draft.number);
      await change.record('version.deleted', { version: draft.number });
      await change.publish();
    });
  }

  /** The body's event first: its revision stands in the prompt's event, so a reader knows a stale body from the right one. */
  async #insertDraft(
    { tx, prompt }: PromptChange,
    { template, variables }: CheckedTemplate,
  ): Promise<VersionRow> {
    const { store, outbox } = this.#deps;
    const number = await store.takeNumber(tx, prompt.id);
    const bodyRevision = await outbox.putBody(tx, prompt.id, number, template);
    return store.insert(tx, {
      id: randomUUID(),
      promptId: prompt.id,
      number,
      template,
      variables,
      bodyRevision,
    });
  }

  async #find({ tx, prompt }: PromptChange, ref: string): Promise<VersionRow> {
    const version = await this.#deps.store.find(tx, prompt.id, parseVersionRef(ref));
    if (version === undefined) throw new ApiError('versionNotFound');
    return version;
  }
}
