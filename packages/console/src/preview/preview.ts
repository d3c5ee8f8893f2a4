/** The preview: renders a template in the page, with the same result as a render by the API. */
import { type CompiledTemplate, compile, type TemplateVariable } from '@px0/template';
import { isObject, type JsonValue, withFloats } from '../json/mod.ts';
import { faultOf, type TemplateFault } from './template-fault.ts';
import { type Field, fieldsOf, missingPaths, withPlaceholders } from './variable-fields.ts';

export type Compilation =
  | {
      readonly ok: true;
      readonly template: CompiledTemplate;
      readonly fields: readonly Field[];
      readonly variables: readonly TemplateVariable[];
    }
  | { readonly ok: false; readonly fault: TemplateFault };

/** Compiles a template as the registry does on save. */
export function compileTemplate(text: string): Compilation {
  try {
    const template = compile(text);
    return { ok: true, template, variables: template.variables, fields: fieldsOf(template.variables) };
  } catch (error) {
    return { ok: false, fault: faultOf(error, text) };
  }
}

export interface Preview {
  /** Undefined if there is nothing to show. */
  readonly output: string | undefined;
  /** Why this render would fail in the API; the output, if any, then has placeholders. */
  readonly fault: TemplateFault | undefined;
  /** Required variables missing from the data. */
  readonly missing: readonly string[];
}

/** Renders a compiled template. If required variables are missing, the output has placeholders such as `‹name›`. */
export function previewOf(text: string, compilation: Compilation, data: JsonValue): Preview {
  if (!compilation.ok) return { output: undefined, fault: compilation.fault, missing: [] };
  const { template, fields } = compilation;
  const floats = withFloats(data);
  const variables = isObject(floats) ? floats : {};
  const missing = missingPaths(fields, variables);
  try {
    return { output: template.render(variables), fault: undefined, missing: [] };
  } catch (error) {
    const fault = faultOf(error, text);
    return {
      output: missing.length === 0 ? undefined : renderedWithPlaceholders(template, fields, variables),
      fault,
      missing,
    };
  }
}

function renderedWithPlaceholders(
  template: CompiledTemplate,
  fields: readonly Field[],
  data: JsonValue,
): string | undefined {
  const filled = withPlaceholders(fields, data);
  try {
    return template.render(isObject(filled) ? filled : {});
  } catch {
    return undefined;
  }
}

/** A number as a render prints it. */
export function printedNumber(value: number): string {
  return compile('{{.n}}').render({ n: value });
}

/** The number of code points, not of UTF-16 units. */
export function characterCount(text: string): number {
  let count = 0;
  for (const _ of text) count++;
  return count;
}
