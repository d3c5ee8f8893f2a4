/** Change requests in words. */
import type { Change, ChangeRequest, Requirement, Review } from '@px0/sdk/api';

/** As `promote version 8 to live`. Newer servers may have more kinds. */
export function describeProposal(change: Change): string {
  const { kind, version, to, tag, teamId, payloadId, set } = change;
  switch (kind) {
    case 'promote':
      return `promote version ${version} to ${to}`;
    case 'demote':
      return `demote version ${version}`;
    case 'archive_version':
      return `archive version ${version}`;
    case 'set_tag':
      return `set the tag ${tag} to version ${version}`;
    case 'remove_tag':
      return `remove the tag ${tag}`;
    case 'archive_prompt':
      return 'archive the prompt';
    case 'restore_prompt':
      return 'restore the prompt';
    case 'move_prompt':
      return `move the prompt to the team ${teamId}`;
    case 'payload':
      if (set === null) return `delete the payload ${payloadId}`;
      return payloadId === null ? 'create a payload' : `change the payload ${payloadId}`;
    default:
      return kind;
  }
}

/** As `Production: 1 more approval, check evals is pending`; undefined where nothing is missing. */
export function missingIn({ policyName, satisfied, unmet }: Requirement): string | undefined {
  return satisfied ? undefined : `${policyName}: ${unmet.join(', ')}`;
}

/** As `open, waits for Production: 1 more approval`. */
export function stateOf({ state, ready, reason, requirements }: ChangeRequest): string {
  if (state !== 'open') return reason === null || reason === '' ? state : `${state}, ${reason}`;
  const missing = requirements.map(missingIn).filter((one) => one !== undefined);
  if (ready || missing.length === 0) return 'open, ready to be applied';
  return `open, waits for ${missing.join('; ')}`;
}

const whyNot: { readonly [fault: string]: string } = {
  author: 'its author made the request',
  contributor: 'its author wrote the version',
  role: 'by the role of its author',
  content_changed: 'the content changed since',
  live_changed: 'another version is live since',
  tag_changed: 'the tag has moved since',
  too_old: 'it is too old',
  left_team: 'its author left the team',
  replaced: 'there is a newer one',
  dismissed: 'an admin dismissed it',
};

/** As `approve by 9e4b…, does not count: the content changed since`. */
export function describeReview({ verdict, userId, counts, whyNot: fault, comment }: Review): string {
  const words = verdict === 'approve' ? 'approved' : 'changes requested';
  const reason = fault === null ? '' : `: ${whyNot[fault] ?? fault}`;
  const end = counts ? '' : `, does not count${reason}`;
  return `${words} by ${userId}${end}${comment === '' ? '' : `\n  ${comment.replaceAll('\n', '\n  ')}`}`;
}
