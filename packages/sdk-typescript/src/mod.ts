/** The package's public face. */
export type { ChatMessage } from './chat-message.ts';
export type {
  ContractPolicy,
  ContractProblems,
  NameProblem,
  ValueProblem,
} from './contract-problems.ts';
export {
  ConflictError,
  ForbiddenError,
  InvalidRequestError,
  NotFoundError,
  Px0Error,
  RefusedError,
  TemplateError,
  UnauthorizedError,
  UnreachableError,
  UsageError,
} from './errors.ts';
export type { Fallback, FallbackChat, FallbackMessage, FallbackPart } from './fallback.ts';
export { type AIMessage, type AIPrompt, toAISDK } from './handover/ai-sdk.ts';
export { type AnthropicMessage, type AnthropicRequest, toAnthropic } from './handover/anthropic.ts';
export type { Rendered } from './handover/conversation.ts';
export { type GeminiRequest, toGemini } from './handover/gemini.ts';
export { type OpenAIMessage, type OpenAIRequest, toOpenAI } from './handover/openai.ts';
export type { ClientState, ClientStatus, HeldPrompt, PromptChange, PromptState } from './held.ts';
export type { CacheOptions, Mode, Px0Options, UsageReports } from './options.ts';
export { Px0 } from './px0.ts';
export type { MissingKey, RenderOptions, RenderResult, Variables } from './render.ts';
export type { RenderAttributes } from './telemetry/attributes.ts';
export { Px0SpanProcessor } from './telemetry/span-processor.ts';
export type { TestPrompt, TestPx0 } from './test-px0.ts';
