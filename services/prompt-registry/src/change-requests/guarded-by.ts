/** A proposed change as the gate sees it when it is made. */

import type { Guarded } from '../policies/mod.ts';
import type { Present } from './binding.ts';
import { changeOnWire, type ProposedChange } from './proposed-change.ts';

export function guardedBy(
  change: ProposedChange,
  { version, live }: Present,
  judgement: Guarded['judgement'],
): readonly [Guarded, ...Guarded[]] {
  const proposal = changeOnWire(change);
  const about = version === undefined ? { proposal } : { proposal, version, judgement };
  switch (change.kind) {
    case 'promote':
      if (change.to === 'stable') return [{ ...about, transitions: ['stable'] }];
      return [{ ...about, transitions: version?.status === 'draft' ? ['stable', 'live'] : ['live'] }];
    case 'demote':
      return [{ proposal, transitions: ['demote'] }];
    case 'archive_version':
      return [{ proposal, transitions: version?.status === 'live' ? ['demote'] : ['archive'] }];
    case 'set_tag':
      return [{ ...about, transitions: ['tag'], tags: [change.tag] }];
    case 'remove_tag':
      return [{ proposal, transitions: ['tag'], tags: [change.tag] }];
    case 'archive_prompt':
      return [{ proposal, transitions: ['archive', 'live', 'tag'] }];
    case 'restore_prompt':
      return [{ proposal, transitions: ['archive'] }];
    case 'move_prompt': {
      const leaving: Guarded = { proposal, transitions: ['move', 'live', 'tag'] };
      if (live === undefined) return [leaving];
      const teamId = change.team_id;
      return [leaving, { proposal, transitions: ['live'], version: live, judgement, teamId }];
    }
    case 'payload':
      return [{ proposal, transitions: ['payloads'] }];
  }
}
