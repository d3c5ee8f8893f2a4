/** Whether a change could be made now, were there no policies: what is impossible need not be proposed. */
import { type AccessProjection, factsFor, type Principal, refusal } from '@px0/access';
import { ApiError } from '@px0/service-kit';
import { requirePayload } from '../payloads/mod.ts';
import type { PromptChange } from '../prompts/mod.ts';
import { after } from '../versions/mod.ts';
import type { Present } from './binding.ts';
import { invalid, type ProposedChange, readSet } from './proposed-change.ts';

/**
 * @throws ApiError versionNotFound, tagNotFound, targetTeamNotFound, payloadNotFound, the refusal of the version's state, and invalidChange for
 * what would change nothing
 */
export async function requirePossible(
  access: AccessProjection,
  principal: Principal,
  { change: reader, prompt }: PromptChange,
  change: ProposedChange,
  { version, binding }: Present,
): Promise<void> {
  if ('version' in change && version === undefined) throw new ApiError('versionNotFound');
  const status = version?.status ?? 'draft';
  switch (change.kind) {
    case 'promote':
      after('promote', status);
      if (status === change.to) throw invalid('.to', `version ${change.version} is ${status}`);
      return;
    case 'demote':
      after('demote', status);
      return;
    case 'archive_version':
      after('archive', status);
      return;
    case 'set_tag':
      if (status === 'archived') throw invalid('.version', `version ${change.version} is archived`);
      if (binding.tag_version === change.version) throw invalid('.tag', `is on version ${change.version}`);
      return;
    case 'remove_tag':
      if (binding.tag_version === null) throw new ApiError('tagNotFound');
      return;
    case 'archive_prompt':
      if (prompt.status === 'archived') throw invalid('.kind', 'the prompt is archived');
      return;
    case 'restore_prompt':
      if (prompt.status === 'active') throw invalid('.kind', 'the prompt is active');
      return;
    case 'move_prompt': {
      const facts = factsFor(access, principal, { teamId: change.team_id });
      const isHidden =
        access.team(change.team_id) === undefined || refusal(facts, 'receivePrompt') === 'targetTeamNotFound';
      if (isHidden) throw new ApiError('targetTeamNotFound');
      if (prompt.teamId === change.team_id) throw invalid('.team_id', 'is the team of the prompt');
      return;
    }
    case 'payload':
      if (change.payload_id !== null) await requirePayload(reader, prompt.id, change.payload_id);
      else if (readSet(change.set ?? {})?.variables === undefined)
        throw new ApiError('payloadVariablesRequired');
  }
}
