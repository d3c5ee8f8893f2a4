/** When an open request has nothing to change any more. */
import type { VersionStatus } from '@px0/contracts';
import type { ProposedChange } from './proposed-change.ts';

/** What is there for a request, whoever put it there. */
export interface ChangeFacts {
  readonly hasMoved: boolean;
  readonly promptStatus: 'active' | 'archived';
  /** Of the version that the change is about; null: it is deleted, or the change is about none. */
  readonly versionStatus: VersionStatus | null;
  /** The version that carries the tag which the change is about. */
  readonly tagVersion: number | null;
  readonly hasPayload: boolean;
}

/** Why the request is obsolete, in the words that it then shows; undefined while it is not. */
export function obsolescence(change: ProposedChange, facts: ChangeFacts): string | undefined {
  if (facts.hasMoved) return 'the prompt was moved';
  if ('version' in change) {
    const { version } = change;
    if (facts.versionStatus === null) return `version ${version} was deleted`;
    if (facts.versionStatus === 'archived') return `version ${version} was archived`;
  }
  switch (change.kind) {
    case 'promote':
      return facts.versionStatus === 'live' || facts.versionStatus === change.to
        ? `version ${change.version} is ${facts.versionStatus}`
        : undefined;
    case 'demote':
      return facts.versionStatus === 'live'
        ? undefined
        : `version ${change.version} is ${facts.versionStatus}`;
    case 'archive_version':
      return undefined;
    case 'set_tag':
      return facts.tagVersion === change.version
        ? `tag ${change.tag} is on version ${change.version}`
        : undefined;
    case 'remove_tag':
      return facts.tagVersion === null ? `tag ${change.tag} was removed` : undefined;
    case 'archive_prompt':
      return facts.promptStatus === 'archived' ? 'the prompt is archived' : undefined;
    case 'restore_prompt':
      return facts.promptStatus === 'active' ? 'the prompt is active' : undefined;
    case 'move_prompt':
      return undefined;
    case 'payload':
      return change.payload_id !== null && !facts.hasPayload ? 'the payload was deleted' : undefined;
  }
}
