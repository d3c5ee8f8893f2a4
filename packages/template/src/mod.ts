/** Go's `text/template`: exact, bounded and fast. The package's public face. */

export type { MissingKey } from './backends/run.ts';
export { type CompiledTemplate, type CompileOptions, compile, type RenderOptions } from './compile.ts';
export { type Limit, TemplateExecutionError, TemplateSyntaxError } from './errors.ts';
export type { InferredSchema } from './inference/inferred-schema.ts';
export { pathStep } from './plan/variable-path.ts';
export type { TemplateVariable } from './plan/variables.ts';
export { type CompiledProgram, compileProgram } from './program/compile-program.ts';
export { linkChat, ProgramTooLargeError } from './program/link-chat.ts';
export { type ChatMessage, ChatVariablesError, type ContentPart } from './program/messages.ts';
export type {
  ChatEntry,
  MessagePart,
  OutlineEntry,
  OutlinePart,
  Program,
  Role,
  SourceStretch,
} from './program/program.ts';
export { FUNCTION_NAMES } from './syntax/function-table.ts';
export { type HighlightKind, type HighlightToken, highlight } from './syntax/highlight.ts';
export { MAX_SOURCE_BYTES } from './syntax/source.ts';
export { simpleLower } from './unicode/case.ts';
export { isBlank } from './unicode/white-space.ts';
export { compareStrings } from './values/go-string.ts';
export { JsonPieces } from './values/json-pieces.ts';
export type { Meter } from './values/meter.ts';
