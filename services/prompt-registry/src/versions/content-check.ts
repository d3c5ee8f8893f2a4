/** Whether content may be saved. A text that takes long to compile is compiled in a worker thread, before a lock is taken. */
import type { Principal } from '@px0/access';
import type { PromptId } from '@px0/contracts';
import { isLightTemplate } from '@px0/heavy-renders';
import { type ChatEntry, MAX_SOURCE_BYTES } from '@px0/template';
import { type HeavyWork, SHORT_WAIT_MS, sayingInstead } from '../heavy/mod.ts';
import type { FindPrompt } from '../prompts/mod.ts';
import {
  type CheckedContent,
  type ContentInput,
  checkContent,
  type NotedContent,
  requireText,
} from './checked-content.ts';
import { type AuthoredText, type Judgement, judge } from './judgement.ts';

/**
 * Gives the checked content, or throws why there is none, at the point where the contract has it judged. Of an update, `present` is
 * what the draft holds.
 */
export type ContentVerdict = (present?: NotedContent) => CheckedContent;

export interface ContentCheckDependencies {
  readonly prompts: Pick<FindPrompt, 'run'>;
  readonly heavy: HeavyWork;
}

export class ContentCheck {
  readonly #deps: ContentCheckDependencies;

  constructor(deps: ContentCheckDependencies) {
    this.#deps = deps;
  }

  /**
   * Prepares the verdict about content that is to be saved: it throws what `readInput` and `checkContent` throw.
   *
   * @throws ApiError for a text that takes long: promptNotFound, forbidden, tooManyHeavyRenders
   */
  async of(
    principal: Principal,
    action: 'createVersion' | 'updateVersion' | 'checkTemplate',
    promptId: PromptId,
    readInput: () => ContentInput,
    signal: AbortSignal,
  ): Promise<ContentVerdict> {
    const read = attempt(readInput);
    if ('error' in read) {
      return () => {
        throw read.error;
      };
    }
    const input = read.value;
    // What the draft is decides about more refusals, when it is known: they come before the text is judged.
    const text = attempt(() => requireText(input, action === 'updateVersion' ? 'text' : 'none'));
    if ('error' in text || text.value === undefined || isLightText(text.value))
      return (present) => checkContent(input, present);
    // A caller without the right is refused before anything is compiled; the right is judged again under the lock.
    const { prompts, heavy } = this.#deps;
    const { teamId } = await prompts.run(principal, action, promptId);
    const judgement = await this.judge(heavy.organizationOf(teamId), text.value, signal);
    return (present) => checkContent(input, present, judgement);
  }

  /** @throws ApiError tooManyHeavyRenders */
  async judge(organization: string, text: AuthoredText, signal: AbortSignal): Promise<Judgement> {
    if (isLightText(text)) return judge(text);
    const { pool } = this.#deps.heavy;
    const options = { signal, bytes: charactersOf(text), waitMs: SHORT_WAIT_MS };
    return pool.run(organization, 'judgeText', text, options).catch(sayingInstead('serviceUnavailable'));
  }
}

/** Linking adds some eighty characters of actions for each of them. */
const MAX_LIGHT_UNITS = 75;

/** Whether a text is compiled within a few milliseconds. */
function isLightText(text: AuthoredText): boolean {
  if ('template' in text) return isLightTemplate(text.template);
  const texts = text.messages.flatMap(textsOf);
  if (texts.length > MAX_LIGHT_UNITS || charactersOf(text) > MAX_SOURCE_BYTES) return false;
  // An action that is never closed counts to the end of all of them.
  return isLightTemplate(texts.join('\n'));
}

/** A placeholder is a unit, too. */
function textsOf(message: ChatEntry): string[] {
  if ('placeholder' in message) return [message.placeholder];
  if ('template' in message) return [message.template];
  return message.parts.map((part) => (part.type === 'text' ? part.template : part.url));
}

function charactersOf(text: AuthoredText): number {
  if ('template' in text) return text.template.length;
  return text.messages.flatMap(textsOf).reduce((sum, part) => sum + part.length, 0);
}

function attempt<T>(work: () => T): { readonly value: T } | { readonly error: unknown } {
  try {
    return { value: work() };
  } catch (error) {
    return { error };
  }
}
