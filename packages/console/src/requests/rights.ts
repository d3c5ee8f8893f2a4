/** What a person may do with a change request, and why not, in the words that the page shows. */
import type { Action } from '@px0/access';
import type { ChangeRequest, Policy } from '../review/mod.ts';

const actions: { readonly [kind: string]: Action } = {
  promote: 'promoteVersion',
  demote: 'demoteVersion',
  archive_version: 'archiveVersion',
  set_tag: 'setVersionTag',
  remove_tag: 'removeVersionTag',
  archive_prompt: 'archivePrompt',
  restore_prompt: 'restorePrompt',
  move_prompt: 'movePrompt',
  payload: 'updatePromptPayload',
};

/** The right that a change itself asks for. A change of a newer px0 is px0's to judge. */
export function actionOf(kind: string): Action {
  return actions[kind] ?? 'applyChangeRequest';
}

/** Why a request cannot be applied yet; undefined if it can, as far as policies go. */
export function unreadiness({
  ready,
  requirements,
}: Pick<ChangeRequest, 'ready' | 'requirements'>): string | undefined {
  if (ready) return undefined;
  const missing = requirements.filter(({ satisfied }) => !satisfied);
  const words = missing.map(({ policy_name: name, unmet }) => `${name}: ${unmet.join(', ')}`);
  return words.length === 0 ? 'A reviewer asks for changes' : `Not ready. ${words.join('; ')}`;
}

export interface Reviewer {
  readonly id: string;
  readonly role: 'admin' | 'editor' | 'viewer' | null;
  readonly isAuthor: boolean;
}

/** Why an approval by this person would not count for any of the policies; undefined if it would for one, or if nobody can tell beforehand. */
export function approvalDoubt(
  policies: readonly Policy[],
  { id, role, isAuthor }: Reviewer,
): string | undefined {
  const asking = policies.filter(({ require }) => require.approvals > 0);
  if (asking.length === 0) return undefined;
  const doubts = asking.map(({ name, require }) => {
    if (isAuthor && require.not_author) return 'it is your own proposal';
    if (require.user_ids?.includes(id) === true || require.roles.some((one) => one === role))
      return undefined;
    return `“${name}” asks for a team ${require.roles.join(' or ')}`;
  });
  return doubts.some((doubt) => doubt === undefined) ? undefined : [...new Set(doubts)].join(', and ');
}
