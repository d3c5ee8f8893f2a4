/** Whether a template may be saved. One that takes long to compile is compiled in a worker thread, before a lock is taken. */
import type { Action, Principal } from '@px0/access';
import type { PromptId } from '@px0/contracts';
import { isLightTemplate } from '@px0/heavy-renders';
import { type HeavyWork, SHORT_WAIT_MS, sayingInstead } from '../heavy/mod.ts';
import type { FindPrompt } from '../prompts/mod.ts';
import { type CheckedTemplate, checkedAs, checkTemplate, requireTemplate } from './checked-template.ts';
import { judge, type TemplateJudgement } from './template-judgement.ts';

/** Gives the checked template, or throws why there is none, at the point where the contract has it judged. */
export type TemplateVerdict = () => CheckedTemplate;

export interface TemplateCheckDependencies {
  readonly prompts: Pick<FindPrompt, 'run'>;
  readonly heavy: HeavyWork;
}

export class TemplateCheck {
  readonly #deps: TemplateCheckDependencies;

  constructor(deps: TemplateCheckDependencies) {
    this.#deps = deps;
  }

  /**
   * Prepares the verdict about a template that is to be saved: it throws what `readInput` and `checkTemplate` throw.
   *
   * @throws ApiError for a template that takes long: promptNotFound, forbidden, tooManyHeavyRenders
   */
  async of(
    principal: Principal,
    action: Action,
    promptId: PromptId,
    readInput: () => { readonly template?: string },
    signal: AbortSignal,
  ): Promise<TemplateVerdict> {
    const text = attempt(() => requireTemplate(readInput().template));
    if ('error' in text) {
      return () => {
        throw text.error;
      };
    }
    const { value: template } = text;
    if (isLightTemplate(template)) return () => checkTemplate(template);
    // A caller without the right is refused before anything is compiled; the right is judged again under the lock.
    const { prompts, heavy } = this.#deps;
    const { teamId } = await prompts.run(principal, action, promptId);
    const judgement = await this.judge(heavy.organizationOf(teamId), template, signal);
    return () => checkedAs(template, judgement);
  }

  /** @throws ApiError tooManyHeavyRenders */
  async judge(organization: string, template: string, signal: AbortSignal): Promise<TemplateJudgement> {
    if (isLightTemplate(template)) return judge(template);
    const { pool } = this.#deps.heavy;
    const options = { signal, bytes: template.length, waitMs: SHORT_WAIT_MS };
    return pool
      .run(organization, 'judgeTemplate', { template }, options)
      .catch(sayingInstead('serviceUnavailable'));
  }
}

function attempt<T>(work: () => T): { readonly value: T } | { readonly error: unknown } {
  try {
    return { value: work() };
  } catch (error) {
    return { error };
  }
}
