/** What can be done to a conversation, as pure steps. A row is an entry with an identity, so that it stays itself when it moves. */
import type { Body, ChatEntry, MessagePart, Role } from '../preview/mod.ts';

export interface Row {
  readonly id: number;
  readonly entry: ChatEntry;
}

let ids = 0;

export function rowOf(entry: ChatEntry): Row {
  ids++;
  return { id: ids, entry };
}

export function rowsOf(entries: readonly ChatEntry[]): readonly Row[] {
  return entries.map(rowOf);
}

export function entriesOf(rows: readonly Row[]): readonly ChatEntry[] {
  return rows.map(({ entry }) => entry);
}

/** The list with one element in another place. The same list if there is no such place. */
export function moved<T>(list: readonly T[], from: number, to: number): readonly T[] {
  const item = list[from];
  if (item === undefined || from === to || to < 0 || to >= list.length) return list;
  return list.toSpliced(from, 1).toSpliced(to, 0, item);
}

/** Who speaks next, as a guess: users and assistants take turns. */
export function nextRole(rows: readonly Row[]): Role {
  const last = rows.at(-1)?.entry;
  return last !== undefined && 'role' in last && last.role === 'user' ? 'assistant' : 'user';
}

/** `history`, or the first name after it that is free. */
export function freePlaceholder(rows: readonly Row[]): string {
  const taken = new Set(rows.map(({ entry }) => ('placeholder' in entry ? entry.placeholder : undefined)));
  for (let number = 1; ; number++) {
    const name = number === 1 ? 'history' : `history${number}`;
    if (!taken.has(name)) return name;
  }
}

/** A text is what a user says. */
export function conversationOf(template: string): Body {
  return { messages: [{ role: 'user', template }] };
}

/** The conversation as a text. Undefined if that would lose something. */
export function textOf(entries: readonly ChatEntry[]): Body | undefined {
  const [only, ...others] = entries;
  return only !== undefined && others.length === 0 && 'template' in only
    ? { template: only.template }
    : undefined;
}

type Message = Exclude<ChatEntry, { readonly placeholder: string }>;

export function partsOf(message: Message): readonly MessagePart[] {
  return 'parts' in message ? message.parts : [{ type: 'text', template: message.template }];
}

/** The message with these parts. A message of one text needs none. */
export function withParts({ role }: Message, parts: readonly MessagePart[]): Message {
  const [only, ...others] = parts;
  if (only === undefined) return { role, template: '' };
  return others.length === 0 && only.type === 'text' ? { role, template: only.template } : { role, parts };
}
