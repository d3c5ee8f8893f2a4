/** The check of a content that is not saved: what an editor, or a pull request, is about to propose. */
import type { Principal } from '@px0/access';
import type { PromptId } from '@px0/contracts';
import type { FindPrompt } from '../prompts/mod.ts';
import type { ContentCheck, ContentInput } from '../versions/mod.ts';
import type { CheckVersion, ContentCheckResult } from './check-version.ts';

export interface CheckTemplateDependencies {
  readonly prompts: Pick<FindPrompt, 'run'>;
  readonly contents: ContentCheck;
  readonly check: CheckVersion;
}

export interface UnsavedInput extends ContentInput {
  readonly base?: string;
}

export class CheckTemplate {
  readonly #deps: CheckTemplateDependencies;

  constructor(deps: CheckTemplateDependencies) {
    this.#deps = deps;
  }

  /** Writes nothing. @throws ApiError promptNotFound, what `readInput` and `checkContent` throw, versionNotFound of the base, tooManyHeavyRenders */
  async run(
    principal: Principal,
    promptId: PromptId,
    readInput: () => UnsavedInput,
    signal: AbortSignal,
  ): Promise<ContentCheckResult> {
    const { prompts, contents, check } = this.#deps;
    const prompt = await prompts.run(principal, 'checkTemplate', promptId);
    const verdict = await contents.of(principal, 'checkTemplate', promptId, readInput, signal);
    const content = verdict();
    return check.ofContent(prompt, content, signal, readInput().base);
  }
}
