/** The preview: what a render by the API would answer for a template and its variables, worked out in the page. */
import { type CompiledTemplate, compile, type TemplateVariable } from '@px0/template';
import { isObject, type JsonValue, withFloats } from '../json/mod.ts';
import { faultOf, type TemplateFault } from './template-fault.ts';
import { type Field, fieldsOf, missingPaths, withStandIns } from './variable-fields.ts';

export type Compilation =
  | {
      readonly ok: true;
      readonly template: CompiledTemplate;
      readonly fields: readonly Field[];
      readonly variables: readonly TemplateVariable[];
    }
  | { readonly ok: false; readonly fault: TemplateFault };

/** Compiles a template as the registry does when it saves one. */
export function compileTemplate(text: string): Compilation {
  try {
    const template = compile(text);
    return { ok: true, template, variables: template.variables, fields: fieldsOf(template.variables) };
  } catch (error) {
    return { ok: false, fault: faultOf(error, text) };
  }
}

export interface Preview {
  /** Undefined when there is nothing to show. */
  readonly output: string | undefined;
  /** Why the API would refuse this render; the output, if any, was then made with stand-ins. */
  readonly fault: TemplateFault | undefined;
  /** Required variables that the data lacks. */
  readonly missing: readonly string[];
}

/** Renders a compiled template. With required variables missing the output has stand-ins such as `‹name›`. */
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
      output: missing.length === 0 ? undefined : renderedWithStandIns(template, fields, variables),
      fault,
      missing,
    };
  }
}

function renderedWithStandIns(
  template: CompiledTemplate,
  fields: readonly Field[],
  data: JsonValue,
): string | undefined {
  const filled = withStandIns(fields, data);
  try {
    return template.render(isObject(filled) ? filled : {});
  } catch {
    return undefined;
  }
}

/** What a render prints of a number. */
export function printedNumber(value: number): string {
  return compile('{{.n}}').render({ n: value });
}

/** Characters as people count them: code points, not UTF-16 units. */
export function characterCount(text: string): number {
  let count = 0;
  for (const _ of text) count++;
  return count;
}
