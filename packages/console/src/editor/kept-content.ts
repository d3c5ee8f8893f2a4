/** Keeps unsaved content in this browser until it is saved: after an error in it, a conflict, a lost connection or a closed tab. */
import { asJson, isObject, type JsonObject, type JsonValue, readJson } from '../json/mod.ts';
import { type Content, contentOf, isChat, type VersionContent } from '../preview/mod.ts';

export interface KeptContent {
  readonly content: Content;
  /** The saved content that it builds on. */
  readonly base: Content;
}

const keyOf = (promptId: string, version: number) => `px0.draft.${promptId}.${version}`;

/** `present` stands in for what an older console has not kept, which knew texts only, or no schemas. */
export function keptContent(promptId: string, version: number, present: Content): KeptContent | undefined {
  try {
    const kept = asJson(readJson(localStorage.getItem(keyOf(promptId, version)) ?? 'null'));
    if (!isObject(kept)) return undefined;
    const { text } = kept;
    if (typeof text === 'string' && typeof kept['base'] === 'string') {
      const of = (template: string): Content => ({ ...present, body: { template } });
      return { content: of(text), base: of(kept['base']) };
    }
    const content = read(kept['content'], present);
    const base = read(kept['base'], present);
    return content && base && { content, base };
  } catch {
    return undefined;
  }
}

export function keepContent(promptId: string, version: number, { content, base }: KeptContent): void {
  try {
    const kept = JSON.stringify({ content: writtenContent(content), base: writtenContent(base) });
    localStorage.setItem(keyOf(promptId, version), kept);
  } catch {
    // The browser's storage is full, but the editor still has the content.
  }
}

export function dropContent(promptId: string, version: number): void {
  localStorage.removeItem(keyOf(promptId, version));
}

/** As the API writes it. */
export function writtenContent({ body, config, schema, note }: Content): object {
  const settings = { config, authored_schema: schema, note };
  return isChat(body)
    ? { template: '', messages: body.messages, ...settings }
    : { template: body.template, ...settings };
}

function read(value: JsonValue | undefined, present: Content): Content | undefined {
  if (!isObject(value) || typeof value['template'] !== 'string') return undefined;
  const content = contentOf(value as JsonObject & VersionContent);
  return Object.hasOwn(value, 'authored_schema') ? content : { ...content, schema: present.schema };
}
