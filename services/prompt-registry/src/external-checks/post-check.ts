/** Takes what CI found about the content of a version. */
import type { Principal } from '@px0/access';
import type { PromptId } from '@px0/contracts';
import { ApiError } from '@px0/service-kit';
import type { PromptChanges } from '../prompts/mod.ts';
import { contentHash, digestOf, parseVersionRef, requireVersion } from '../versions/mod.ts';
import { type CheckInput, checkedInput } from './check-input.ts';
import { type CheckRow, putCheck } from './store.ts';

export interface PostCheckDependencies {
  readonly changes: PromptChanges;
}

export class PostCheck {
  readonly #deps: PostCheckDependencies;

  constructor(deps: PostCheckDependencies) {
    this.#deps = deps;
  }

  /**
   * The content is compared under the prompt's lock: a check is of what the poster saw, or refused.
   *
   * @throws ApiError promptNotFound, forbidden, what `readInput` throws, invalidCheck, versionNotFound, contentChanged, tooManyChecks
   */
  run(principal: Principal, promptId: PromptId, ref: string, readInput: () => CheckInput): Promise<CheckRow> {
    return this.#deps.changes.make(principal, 'postCheck', promptId, async ({ change, prompt, record }) => {
      const input = checkedInput(readInput());
      const version = await requireVersion(change, promptId, parseVersionRef(ref));
      if (input.contentHash !== contentHash(version)) throw new ApiError('contentChanged');
      if (principal.kind !== 'api-key') throw new ApiError('forbidden');
      const { number } = version;
      const posted = await putCheck(change, {
        ...input,
        promptId,
        version: number,
        teamId: prompt.teamId,
        apiKeyId: principal.keyId,
        digest: digestOf(input.contentHash).toString('hex'),
      });
      if (posted === undefined) throw new ApiError('tooManyChecks');
      await record('check.posted', { version: number, detail: { name: input.name, state: input.state } });
      return posted;
    });
  }
}
