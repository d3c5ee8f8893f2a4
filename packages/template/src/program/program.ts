/** What a conversation is made of, as its author wrote it and as one program. */

export type Role = 'system' | 'user' | 'assistant';

export type MessagePart =
  | { readonly type: 'text'; readonly template: string }
  /** The URL is a template. */
  | { readonly type: 'media'; readonly url: string; readonly media_type?: string };

/** One entry of a conversation, as an author writes it. */
export type ChatEntry =
  | { readonly role: Role; readonly template: string }
  | { readonly role: Role; readonly parts: readonly MessagePart[] }
  /** Stands for a list of messages that a variable holds. */
  | { readonly placeholder: string; readonly required?: boolean };

/** A part of a message, as the names of the units that make it. */
export type OutlinePart =
  | { readonly unit: string }
  /** The unit gives the URL. */
  | { readonly media: string; readonly media_type?: string | undefined };

/** One entry of a conversation, as the names of the units that make it. */
export type OutlineEntry =
  | { readonly role: Role; readonly unit: string }
  | { readonly role: Role; readonly parts: readonly OutlinePart[] }
  | { readonly placeholder: string; readonly required?: true | undefined };

/**
 * A stretch of a program that an author wrote: the name of the author's text, where the stretch begins in the program, how long it is, and
 * where it begins in the author's text. All are UTF-16 units. Except for a brace at its very end, a text is the sum of its stretches.
 */
export type SourceStretch = readonly [name: string, at: number, length: number, from: number];

/** One Go template. Of a conversation its output is the transcript, and its definitions give the messages. */
export interface Program {
  readonly template: string;
  /** Of conversations only. */
  readonly outline?: readonly OutlineEntry[] | undefined;
  readonly sources?: readonly SourceStretch[] | undefined;
}
