/** Change requests in words: what would change, where a request stands, and why a review does not count. */
import type { Wire } from '@px0/contracts';
import type { Tone } from '../ui/mod.ts';

export type ChangeRequest = Wire<'ChangeRequest'>;
export type Change = ChangeRequest['change'];
export type Review = ChangeRequest['reviews'][number];
export type Requirement = ChangeRequest['requirements'][number];

/** The change as a sentence without its end: “Make version 8 live”. */
export function changeText({ kind, version, to, tag, payload_id: payloadId, set }: Change): string {
  switch (kind) {
    case 'promote':
      return to === 'live' ? `Make version ${version} live` : `Mark version ${version} stable`;
    case 'demote':
      return `Demote version ${version} to stable`;
    case 'archive_version':
      return `Archive version ${version}`;
    case 'set_tag':
      return `Set the tag “${tag}” on version ${version}`;
    case 'remove_tag':
      return `Remove the tag “${tag}”`;
    case 'archive_prompt':
      return 'Archive the prompt';
    case 'restore_prompt':
      return 'Restore the prompt';
    case 'move_prompt':
      return 'Move the prompt to another team';
    case 'payload':
      if (payloadId === null || payloadId === undefined) return 'Add a payload';
      return set === null ? 'Delete a payload' : 'Change a payload';
    default:
      return 'Change the prompt';
  }
}

/** Where a request stands, as a word with its colour. */
export function standingOf({
  state,
  ready,
  reviews,
  break_glass: broken,
}: Pick<ChangeRequest, 'state' | 'ready' | 'reviews' | 'break_glass'>): {
  readonly word: string;
  readonly tone: Tone;
} {
  if (broken !== null) return { word: 'Policy overridden', tone: 'danger' };
  if (state === 'applied') return { word: 'Applied', tone: 'success' };
  if (state === 'closed') return { word: 'Closed', tone: 'neutral' };
  if (state === 'obsolete') return { word: 'Obsolete', tone: 'neutral' };
  if (reviews.some(({ counts, verdict }) => counts && verdict === 'request_changes')) {
    return { word: 'Changes requested', tone: 'warning' };
  }
  return ready ? { word: 'Ready to apply', tone: 'success' } : { word: 'Waiting for review', tone: 'info' };
}

const whyNot: { readonly [Reason in NonNullable<Review['why_not']>]: string } = {
  author: 'Doesn’t count: they proposed the change.',
  contributor: 'Doesn’t count: they worked on this version.',
  role: 'Doesn’t count: the policy doesn’t accept their role.',
  content_changed: 'No longer counts: the version changed afterwards.',
  live_changed: 'No longer counts: another version went live afterwards.',
  tag_changed: 'No longer counts: the tag moved afterwards.',
  too_old: 'No longer counts: it is older than the policy allows.',
  left_team: 'No longer counts: they left the team.',
  replaced: 'Replaced by their newer review.',
  dismissed: 'Dismissed by an administrator.',
};

/** Why a review does not count; undefined if it does. */
export function whyNotCounted(review: Pick<Review, 'counts' | 'why_not'>): string | undefined {
  return review.why_not === null ? undefined : whyNot[review.why_not];
}

/** What stands in the way of a change, in the words of the policies that ask for it. */
export function obstacleText(requirements: readonly Requirement[]): string | undefined {
  const names = requirements.filter(needsRequest).map(({ policy_name: name }) => `“${name}”`);
  if (names.length === 0) return undefined;
  return names.length === 1
    ? `The policy ${names[0]} requires a review first.`
    : `The policies ${names.slice(0, -1).join(', ')} and ${names.at(-1)} require a review first.`;
}

/** Whether only a change request can satisfy the policy. Checks alone do not need one. */
function needsRequest({ satisfied, approvals_needed: needed, approvals_given: given }: Requirement): boolean {
  return !satisfied && needed > given;
}

export function approvalsText({
  approvals_needed: needed,
  approvals_given: given,
}: Requirement): string | undefined {
  return needed === 0 ? undefined : `${given} of ${needed} ${needed === 1 ? 'approval' : 'approvals'}`;
}

/** The name of a check for people. */
export function checkName({ kind, name }: { readonly kind: string; readonly name: string | null }): string {
  if (kind === 'assertions') return 'Payload assertions';
  if (kind === 'contract') return 'Input contract';
  return name ?? kind;
}
