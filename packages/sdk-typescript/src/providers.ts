/** The hand-over functions alone, `@px0/sdk/providers`: for results of any origin, in a page as well, without the client. */
export { UsageError } from './errors.ts';
export { toAnthropic } from './handover/anthropic.ts';
export type { Rendered } from './handover/conversation.ts';
export { toGemini } from './handover/gemini.ts';
export { toOpenAI } from './handover/openai.ts';
