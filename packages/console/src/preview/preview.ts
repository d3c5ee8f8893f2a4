/** The preview: renders a version in the page, with the same result as a render by the API. */
import {
  type ChatMessage,
  type CompiledProgram,
  compile,
  compileProgram,
  linkChat,
  type TemplateVariable,
} from '@px0/template';
import { isObject, type JsonObject, type JsonValue, withFloats } from '../json/mod.ts';
import { type Body, isChat } from './content.ts';
import { formFaultIn } from './conversation-form.ts';
import { faultOf, type TemplateFault } from './template-fault.ts';
import { type Field, fieldsOf, missingPaths, withPlaceholders } from './variable-fields.ts';

export type Compilation =
  | {
      readonly ok: true;
      readonly template: CompiledProgram;
      readonly fields: readonly Field[];
      readonly variables: readonly TemplateVariable[];
      /** Why px0 would not keep what can be rendered. */
      readonly formFault: TemplateFault | undefined;
    }
  | { readonly ok: false; readonly fault: TemplateFault };

/** The saver and the preview ask for the same content. */
const compilations = new WeakMap<Body, Compilation>();

/** Compiles a text or a conversation as the registry does on save. */
export function compileBody(body: Body): Compilation {
  const known = compilations.get(body);
  if (known !== undefined) return known;
  const compilation = newCompilation(body);
  compilations.set(body, compilation);
  return compilation;
}

function newCompilation(body: Body): Compilation {
  try {
    const template = compileProgram(isChat(body) ? linkChat(body.messages) : body);
    const { variables } = template;
    const formFault = isChat(body) ? formFaultIn(body.messages) : undefined;
    return { ok: true, template, variables, fields: fieldsOf(variables), formFault };
  } catch (error) {
    return { ok: false, fault: faultOf(error, body) };
  }
}

export interface Preview {
  /** Of a conversation: its transcript. Undefined if there is nothing to show. */
  readonly output: string | undefined;
  /** Of a conversation only. */
  readonly messages: readonly PreviewMessage[] | undefined;
  /** Why this render would fail in the API; the output, if any, then has placeholders. */
  readonly fault: TemplateFault | undefined;
  /** Required variables missing from the data. */
  readonly missing: readonly string[];
}

export interface PreviewMessage {
  readonly message: ChatMessage;
  /** The placeholder that the message comes from. Undefined for a message of the author. */
  readonly from: string | undefined;
}

/** Renders a compiled text or conversation. If required variables are missing, the output has placeholders such as `‹name›`. */
export function previewOfBody(body: Body, compilation: Compilation, data: JsonValue): Preview {
  if (!compilation.ok)
    return { output: undefined, messages: undefined, fault: compilation.fault, missing: [] };
  const { template, fields } = compilation;
  const floats = withFloats(data);
  const variables = isObject(floats) ? floats : {};
  const missing = missingPaths(fields, variables);
  try {
    return { ...rendered(template, body, variables), fault: undefined, missing: [] };
  } catch (error) {
    const fault = faultOf(error, body);
    const replacement =
      missing.length === 0 ? NOTHING : renderedWithPlaceholders(template, body, fields, variables);
    return { ...replacement, fault, missing };
  }
}

const NOTHING = { output: undefined, messages: undefined };

type Rendered = Pick<Preview, 'output' | 'messages'>;

function rendered(template: CompiledProgram, body: Body, variables: JsonObject): Rendered {
  if (!isChat(body)) return { output: template.render(variables), messages: undefined };
  const messages = template.messages(variables) ?? [];
  return { output: template.render(variables), messages: withOrigins(messages, body.messages, variables) };
}

/** The engine hands on a placeholder's messages as the same objects. */
function withOrigins(
  messages: readonly ChatMessage[],
  entries: Extract<Body, { readonly messages: unknown }>['messages'],
  variables: JsonObject,
): readonly PreviewMessage[] {
  const origins = new Map<unknown, string>();
  for (const entry of entries) {
    const list = 'placeholder' in entry ? variables[entry.placeholder] : undefined;
    if ('placeholder' in entry && Array.isArray(list))
      for (const message of list) origins.set(message, entry.placeholder);
  }
  return messages.map((message) => ({ message, from: origins.get(message) }));
}

function renderedWithPlaceholders(
  template: CompiledProgram,
  body: Body,
  fields: readonly Field[],
  data: JsonObject,
): Rendered {
  const filled = withPlaceholders(fields, withHistories(body, data));
  try {
    return rendered(template, body, isObject(filled) ? filled : {});
  } catch {
    return NOTHING;
  }
}

/** A message in place of each list of messages that is required and missing. */
function withHistories(body: Body, data: JsonObject): JsonObject {
  if (!isChat(body)) return data;
  const missing = body.messages.flatMap((entry) =>
    'placeholder' in entry && entry.required === true && !Object.hasOwn(data, entry.placeholder)
      ? [entry.placeholder]
      : [],
  );
  return {
    ...data,
    ...Object.fromEntries(missing.map((name) => [name, [{ role: 'user', content: `‹${name}›` }]])),
  };
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
