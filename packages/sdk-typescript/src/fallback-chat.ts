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
  const names = new Set<string>();
  const entries = messages.map((message, index) => {
    const place = `${what}: messages.${index}`;
    const entry = entryOf(place, message);
    if ('placeholder' in entry) {
      if (names.has(entry.placeholder)) throw new UsageError(`${place}.placeholder occurs twice`);
      names.add(entry.placeholder);
    }
    return entry;
  });
  if (!isGiven(config)) return { entries, config: undefined };
  if (!isObject(config)) throw new UsageError(`${what}: config must be an object`);
  return { entries, config: bodyText(config) };
}

/** Null, which programs without types may pass, counts as not given. */
function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null;
}

const ROLES: ReadonlySet<unknown> = new Set<Role>(['system', 'user', 'assistant']);

function isRole(role: unknown): role is Role {
  return ROLES.has(role);
}

function entryOf(place: string, message: unknown): ChatEntry {
  if (!isObject(message)) throw new UsageError(`${place} must be an object`);
  const { role, content, template, parts, placeholder, required } = message;
  if ([content, template, parts, placeholder].filter(isGiven).length !== 1) {
    throw new UsageError(`${place} needs one of content, template, parts and placeholder`);
  }
  if (isGiven(placeholder)) return placeholderOf(place, placeholder, required);
  if (!isRole(role)) throw new UsageError(`${place}.role must be system, user or assistant`);
  if (isGiven(content)) return { role, template: literal(textOf(`${place}.content`, content)) };
  if (isGiven(template)) return { role, template: textOf(`${place}.template`, template) };
  if (role === 'system') throw new UsageError(`${place}: a system message has no parts`);
  if (!Array.isArray(parts) || parts.length === 0) throw new UsageError(`${place}.parts must not be empty`);
  return { role, parts: parts.map((part, index) => partOf(`${place}.parts.${index}`, part)) };
}

const MEDIA_TYPE = /^[a-z]+\/[a-z0-9.+-]{1,80}$/;

function partOf(place: string, part: unknown): MessagePart {
  const { type, template, url, media_type } = isObject(part) ? part : {};
  if (type === 'text') return { type, template: textOf(`${place}.template`, template) };
  if (type !== 'media') throw new UsageError(`${place}.type must be text or media`);
  const media: MessagePart = { type, url: textOf(`${place}.url`, url) };
  if (!isGiven(media_type)) return media;
  if (typeof media_type === 'string' && MEDIA_TYPE.test(media_type)) return { ...media, media_type };
  throw new UsageError(`${place}.media_type must be a media type`);
}

/** Other names could not be looked up, or would be read as a part of the program. */
const NAME = /^[A-Za-z_][A-Za-z0-9_]{0,63}$/;

function placeholderOf(place: string, name: unknown, required: unknown): ChatEntry {
  if (typeof name !== 'string' || !NAME.test(name)) {
    throw new UsageError(`${place}.placeholder must be a name of letters, digits and underscores`);
  }
  if (isGiven(required) && typeof required !== 'boolean') {
    throw new UsageError(`${place}.required must be true or false`);
  }
  return { placeholder: name, required: required === true };
}

function textOf(place: string, text: unknown): string {
  if (typeof text !== 'string') throw new UsageError(`${place} must be a string`);
  if (text === '') throw new UsageError(`${place} must not be empty`);
  return text;
}

/** A template that gives the text as it is. */
function literal(text: string): string {
  return text.replaceAll('{{', '{{"{{"}}');
}
