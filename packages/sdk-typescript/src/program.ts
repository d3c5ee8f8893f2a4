/** What is kept of a version: the one text that everything it says is made of, and how a chat's messages are found in it. */
import type { OutlineEntry } from '@px0/template';
import type { Content } from './content.ts';
import { isObject, type JsonObject, parseObject } from './json.ts';

export interface Program {
  readonly template: string;
  /** Of a chat only. */
  readonly outline?: readonly OutlineEntry[];
  /** The configuration as JSON text, if the version has one. */
  readonly config?: string;
  /** What the variables must be, if px0 has told it. */
  readonly schema?: JsonObject;
}

/** The program of somebody's JSON; undefined when it is none, or one of a later form. */
export function programIn(value: unknown): Program | undefined {
  if (!isObject(value)) return undefined;
  const { template, outline, config, schema } = value;
  if (typeof template !== 'string' || !(outline === undefined || isOutline(outline))) return undefined;
  if (!(config === undefined || (typeof config === 'string' && parseObject(config)))) return undefined;
  return {
    template,
    ...(outline && { outline }),
    ...(config !== undefined && { config }),
    ...(isObject(schema) && { schema }),
  };
}

/** Whether its template is all of it. */
export function isPlain({ outline, config, schema }: Program): boolean {
  return outline === undefined && config === undefined && schema === undefined;
}

/** Whether it is the text alone of what has more: a version of this package, or of px0, that knows no chats has had it. */
export function isLacking(program: Program, { messages, config }: Content): boolean {
  return (
    (messages !== null && program.outline === undefined) || (config !== null && program.config === undefined)
  );
}

/** Whether the same texts are compiled for both. */
export function isSameText(one: Program, other: Program): boolean {
  return (
    one.template === other.template &&
    outlineText(one) === outlineText(other) &&
    schemaText(one) === schemaText(other)
  );
}

/** Of memory, roughly: two bytes for a character. */
export function sizeOfProgram(program: Program): number {
  const texts = [program.template, outlineText(program), program.config ?? '', schemaText(program)];
  return texts.reduce((sum, { length }) => sum + length, 0) * 2;
}

function outlineText({ outline }: Program): string {
  return outline === undefined ? '' : JSON.stringify(outline);
}

function schemaText({ schema }: Program): string {
  return schema === undefined ? '' : JSON.stringify(schema);
}

function isOutline(value: unknown): value is readonly OutlineEntry[] {
  return Array.isArray(value) && value.every(isEntry);
}

function isEntry(entry: unknown): boolean {
  if (!isObject(entry)) return false;
  const { placeholder, required, role, unit, parts } = entry;
  if (placeholder !== undefined) {
    return typeof placeholder === 'string' && (required === undefined || typeof required === 'boolean');
  }
  if (typeof role !== 'string') return false;
  return typeof unit === 'string' || (Array.isArray(parts) && parts.every(isPart));
}

function isPart(part: unknown): boolean {
  if (!isObject(part)) return false;
  return typeof part['unit'] === 'string' || isMediaOutline(part);
}

function isMediaOutline({ media, media_type }: JsonObject): boolean {
  return typeof media === 'string' && (media_type === undefined || typeof media_type === 'string');
}
