/** What a version holds: one text or a conversation, and what goes with its output. */
import type { ChatEntry, TemplateVariable } from '@px0/template';
import type { ProgramColumns, SchemaColumns } from '../changes/thread.ts';

/** `template` is, of a chat, the program that is linked from its messages. */
export interface VersionContent extends ProgramColumns, SchemaColumns {
  readonly variables: readonly TemplateVariable[];
  /** As written; null for a text. */
  readonly messages: readonly ChatEntry[] | null;
}
