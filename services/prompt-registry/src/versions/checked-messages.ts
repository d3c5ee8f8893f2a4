/** The form of a conversation, before anything in it is compiled. */
import type { Wire } from '@px0/contracts';
import type { ChatEntry, MessagePart, Role } from '@px0/template';
import { PlaceFault } from './place-fault.ts';

const MAX_ENTRIES = 100;
const MAX_PARTS = 20;
const VARIABLE_NAME = /^[A-Za-z_][A-Za-z0-9_]{0,63}$/;
const MEDIA_TYPE = /^[a-z]+\/[a-z0-9.+-]{1,80}$/;

type Entry = Wire<'ChatMessage'>;
type Part = Wire<'MessagePart'>;

/** What belongs to another kind of entry is dropped, as unknown fields are. @throws PlaceFault invalidMessages */
export function checkMessages(entries: readonly Entry[]): readonly ChatEntry[] {
  if (entries.length === 0 || entries.length > MAX_ENTRIES)
    throw invalid('messages', `must have from 1 to ${MAX_ENTRIES} entries`);
  const placeholders = new Set<string>();
  return entries.map((entry, index) => {
    const message = checkEntry(entry, `messages.${index}`);
    if (!('placeholder' in message)) return message;
    if (placeholders.has(message.placeholder)) throw invalid(`messages.${index}.placeholder`, 'occurs twice');
    placeholders.add(message.placeholder);
    return message;
  });
}

function checkEntry(entry: Entry, place: string): ChatEntry {
  const { role, template, parts, placeholder, required } = entry;
  if ([template, parts, placeholder].filter((kind) => kind !== undefined).length !== 1)
    throw invalid(place, 'needs one of template, parts and placeholder');
  if (placeholder !== undefined) {
    if (!VARIABLE_NAME.test(placeholder))
      throw invalid(`${place}.placeholder`, 'must be a name of letters, digits and underscores');
    return { placeholder, ...(required !== undefined && { required }) };
  }
  if (!isRole(role)) throw invalid(`${place}.role`, 'must be system, user or assistant');
  if (template !== undefined) return { role, template: notEmpty(template, `${place}.template`) };
  return { role, parts: checkParts(role, parts ?? [], `${place}.parts`) };
}

function checkParts(role: Role, parts: readonly Part[], place: string): MessagePart[] {
  if (role === 'system') throw invalid(place, 'a system message has no parts');
  if (parts.length === 0) throw invalid(place, 'must not be empty');
  if (parts.length > MAX_PARTS) throw invalid(place, `must have at most ${MAX_PARTS} parts`);
  return parts.map((part, index) => checkPart(part, `${place}.${index}`));
}

function checkPart({ type, template, url, media_type }: Part, place: string): MessagePart {
  if (type === 'text') return { type, template: notEmpty(template, `${place}.template`) };
  if (type !== 'media') throw invalid(`${place}.type`, 'must be text or media');
  if (media_type !== undefined && !MEDIA_TYPE.test(media_type))
    throw invalid(`${place}.media_type`, 'must be a media type');
  return { type, url: notEmpty(url, `${place}.url`), ...(media_type !== undefined && { media_type }) };
}

function notEmpty(text: string | undefined, place: string): string {
  if (text === undefined || text === '') throw invalid(place, 'must not be empty');
  return text;
}

function isRole(text: string | undefined): text is Role {
  return text === 'system' || text === 'user' || text === 'assistant';
}

function invalid(place: string, reason: string): PlaceFault {
  return new PlaceFault('invalidMessages', place, reason);
}
