/** A chat given as a fallback: judged when it is given, as px0 judges what an author writes. */
import type { ChatEntry, MessagePart, Role } from '@px0/template';
import { UsageError } from './errors.ts';
import { isObject } from './json.ts';
import { bodyText } from './json-text.ts';

export interface FallbackEntries {
  readonly entries: readonly ChatEntry[];
  /** As JSON. */
  readonly config: string | undefined;
}

/** @throws UsageError that names the place of what is wrong */
export function readFallbackChat(what: string, given: unknown): FallbackEntries {
  if (!isObject(given) || !Array.isArray(given['messages'])) {
    throw new UsageError(`${what} must be a template, a function or a chat with messages`);
  }
  const { messages, config } = given;
  if (messages.length === 0) throw new UsageError(`${what} has no messages`);
  const entries = messages.map((message, index) => entryOf(`${what}: messages.${index}`, message));
  if (config === undefined || config === null) return { entries, config: undefined };
  if (!isObject(config)) throw new UsageError(`${what}: config must be an object`);
  return { entries, config: bodyText(config) };
}

const ROLES: ReadonlySet<unknown> = new Set<Role>(['system', 'user', 'assistant']);

function isRole(role: unknown): role is Role {
  return ROLES.has(role);
}

function entryOf(place: string, message: unknown): ChatEntry {
  if (!isObject(message)) throw new UsageError(`${place} must be an object`);
  const { role, content, template, parts, placeholder, required } = message;
  const kinds = [content, template, parts, placeholder].filter((kind) => kind !== undefined);
  if (kinds.length !== 1) {
    throw new UsageError(`${place} needs one of content, template, parts and placeholder`);
  }
  if (placeholder !== undefined) {
    return { placeholder: nameOf(`${place}.placeholder`, placeholder), required: required === true };
  }
  if (!isRole(role)) throw new UsageError(`${place}.role must be system, user or assistant`);
  if (content !== undefined) return { role, template: literal(textOf(`${place}.content`, content)) };
  if (template !== undefined) return { role, template: textOf(`${place}.template`, template) };
  if (role === 'system') throw new UsageError(`${place}: a system message has no parts`);
  if (!Array.isArray(parts) || parts.length === 0) throw new UsageError(`${place}.parts must not be empty`);
  return { role, parts: parts.map((part, index) => partOf(`${place}.parts.${index}`, part)) };
}

function partOf(place: string, part: unknown): MessagePart {
  const { type, template, url, media_type } = isObject(part) ? part : {};
  if (type === 'text') return { type, template: textOf(`${place}.template`, template) };
  if (type !== 'media') throw new UsageError(`${place}.type must be text or media`);
  return {
    type,
    url: textOf(`${place}.url`, url),
    media_type: media_type === undefined ? undefined : textOf(`${place}.media_type`, media_type),
  };
}

/** Other names could not be looked up, or would be read as a part of the program. */
const NAME = /^[A-Za-z_][A-Za-z0-9_]{0,63}$/;

function nameOf(place: string, name: unknown): string {
  if (typeof name === 'string' && NAME.test(name)) return name;
  throw new UsageError(`${place} must be a name of letters, digits and underscores`);
}

function textOf(place: string, text: unknown): string {
  if (typeof text === 'string') return text;
  throw new UsageError(`${place} must be a string`);
}

/** A template that gives the text as it is. */
function literal(text: string): string {
  return text.replaceAll('{{', '{{"{{"}}');
}
