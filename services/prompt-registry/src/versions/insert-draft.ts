/** Adds a draft to a prompt: what creating and duplicating a version share. */
import { randomUUID } from 'node:crypto';
import { bodyOf } from '../changes/mod.ts';
import type { PromptChange } from '../prompts/mod.ts';
import type { NotedContent } from './checked-content.ts';
import { insertVersion, type Source, takeNumber } from './store.ts';
import type { VersionRow } from './version-row.ts';

/** The body's event first: its revision is in the prompt's event, so a reader can tell a stale body from the right one. */
export async function insertDraft(
  { change, prompt: { id: promptId } }: PromptChange,
  content: NotedContent,
  source?: Source,
): Promise<VersionRow> {
  const number = await takeNumber(change, promptId);
  const bodyRevision = await change.writeBody(promptId, number, bodyOf(content));
  return insertVersion(change, { id: randomUUID(), promptId, number, content, bodyRevision }, source);
}
