/**
 * Whether a version may hold what it is to hold. An old registry would lose it on a promotion, and an old render would answer a chat as a text.
 * See docs/decisions/167-chat-versions.md.
 */
import { type Authoring, requireAuthoringOn } from '../changes/mod.ts';
import type { VersionContent } from './content.ts';

/** @throws ApiError serviceUnavailable */
export function requireAuthoring(
  authoring: Authoring,
  { messages, config, authoredSchema }: Pick<VersionContent, 'messages' | 'config' | 'authoredSchema'>,
): void {
  if (messages !== null || config !== null || authoredSchema !== null) requireAuthoringOn(authoring);
}
