/** Go's `text/template`: exact, bounded and fast. The package's public face. */
export { type CompiledTemplate, type CompileOptions, compile, type RenderOptions } from './compile.ts';
export { type Limit, TemplateExecutionError, TemplateSyntaxError } from './errors.ts';
export { FUNCTION_NAMES } from './function-table.ts';
export { type HighlightKind, type HighlightToken, highlight } from './highlight.ts';
export type { MissingKey } from './run.ts';
export type { TemplateVariable } from './variables.ts';
