/** What a version holds: one text or a conversation, and what goes with its output. */
import type { TemplateVariable } from '@px0/template';
import type { ProgramColumns } from '../changes/thread.ts';

export type Role = 'system' | 'user' | 'assistant';

export type MessagePart =
  | { readonly type: 'text'; readonly template: string }
  | { readonly type: 'media'; readonly url: string; readonly media_type?: string };

/** An entry of a conversation whose form has been judged. */
export type Message =
  | { readonly role: Role; readonly template: string }
  | { readonly role: Role; readonly parts: readonly MessagePart[] }
  | { readonly placeholder: string; readonly required?: boolean };

/** `template` is, of a chat, the program that is linked from its messages. */
export interface VersionContent extends ProgramColumns {
  readonly variables: readonly TemplateVariable[];
  /** As written; null for a text. */
  readonly messages: readonly Message[] | null;
}
