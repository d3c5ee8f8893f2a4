/** The way from an empty organization to the first render, as steps that are done or not. */

/** What is known of an organization's first prompts. */
export interface StartFacts {
  readonly prompts: readonly StartPrompt[];
  /** Undefined for those who see no keys: another one makes it. */
  readonly hasKey: boolean | undefined;
}

export interface StartPrompt {
  readonly id: string;
  readonly name: string;
  readonly versions: number;
  /** One of them to open. */
  readonly version: number | undefined;
  readonly isLive: boolean;
  readonly payloads: number;
  readonly renders: number;
}

export type StepId = 'write' | 'payload' | 'live' | 'key' | 'render';

export interface StartStep {
  readonly id: StepId;
  readonly isDone: boolean;
}

/** With more prompts than this, an organization is no beginner. */
export const MOST_PROMPTS = 5;

export function startSteps({ prompts, hasKey }: StartFacts): readonly StartStep[] {
  const some = (is: (prompt: StartPrompt) => boolean): boolean => prompts.some(is);
  return [
    { id: 'write', isDone: some(({ versions }) => versions > 0) },
    { id: 'payload', isDone: some(({ payloads }) => payloads > 0) },
    { id: 'live', isDone: some(({ isLive }) => isLive) },
    ...(hasKey === undefined ? [] : [{ id: 'key' as const, isDone: hasKey }]),
    { id: 'render', isDone: some(({ renders }) => renders > 0) },
  ];
}

/** The prompt to go on with: the one that is furthest, and of equals the first. */
export function leadingPrompt(prompts: readonly StartPrompt[]): StartPrompt | undefined {
  const progress = ({ versions, isLive, payloads }: StartPrompt): number =>
    Number(versions > 0) + Number(isLive) + Number(payloads > 0);
  return prompts.toSorted((a, b) => progress(b) - progress(a))[0];
}
