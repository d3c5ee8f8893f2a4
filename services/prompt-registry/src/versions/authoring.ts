/**
 * Whether versions may hold what processes of the release before do not know. An old registry would lose it on a promotion, and an old render
 * would answer a chat as a text, so it is refused until all of them are gone.
 * See docs/decisions/167-chat-versions.md.
 */
import { ApiError } from '@px0/service-kit/errors';
import type { VersionContent } from './content.ts';

export type Authoring = 'on' | 'off';

/** @throws ApiError serviceUnavailable */
export function requireAuthoring(
  authoring: Authoring,
  { messages, config }: Pick<VersionContent, 'messages' | 'config'>,
): void {
  if (authoring === 'off' && (messages !== null || config !== null)) throw new ApiError('serviceUnavailable');
}
