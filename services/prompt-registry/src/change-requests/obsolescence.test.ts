import { expect, it } from 'vitest';
import { type ChangeFacts, obsolescence } from './obsolescence.ts';
import type { ProposedChange } from './proposed-change.ts';

const facts: ChangeFacts = {
  hasMoved: false,
  promptStatus: 'active',
  versionStatus: 'stable',
  tagVersion: 3,
  hasPayload: true,
};
const live: ProposedChange = { kind: 'promote', version: 8, to: 'live' };
const stable: ProposedChange = { kind: 'promote', version: 8, to: 'stable' };

it.each<[ProposedChange, Partial<ChangeFacts>, string | undefined]>([
  [live, {}, undefined],
  [live, { versionStatus: 'draft' }, undefined],
  [live, { versionStatus: 'live' }, 'version 8 is live'],
  [live, { versionStatus: 'archived' }, 'version 8 was archived'],
  [live, { versionStatus: null }, 'version 8 was deleted'],
  [live, { hasMoved: true }, 'the prompt was moved'],
  [live, { promptStatus: 'archived' }, undefined],
  [stable, { versionStatus: 'draft' }, undefined],
  [stable, {}, 'version 8 is stable'],
  [stable, { versionStatus: 'live' }, 'version 8 is live'],
  [{ kind: 'demote', version: 8 }, { versionStatus: 'live' }, undefined],
  [{ kind: 'demote', version: 8 }, {}, 'version 8 is stable'],
  [{ kind: 'archive_version', version: 8 }, {}, undefined],
  [{ kind: 'archive_version', version: 8 }, { versionStatus: 'archived' }, 'version 8 was archived'],
  [{ kind: 'set_tag', version: 8, tag: 'prod' }, {}, undefined],
  [{ kind: 'set_tag', version: 8, tag: 'prod' }, { tagVersion: 8 }, 'tag prod is on version 8'],
  [{ kind: 'remove_tag', tag: 'prod' }, {}, undefined],
  [{ kind: 'remove_tag', tag: 'prod' }, { tagVersion: null }, 'tag prod was removed'],
  [{ kind: 'archive_prompt' }, {}, undefined],
  [{ kind: 'archive_prompt' }, { promptStatus: 'archived' }, 'the prompt is archived'],
  [{ kind: 'restore_prompt' }, { promptStatus: 'archived' }, undefined],
  [{ kind: 'restore_prompt' }, {}, 'the prompt is active'],
  [{ kind: 'move_prompt', team_id: 't' as never }, {}, undefined],
  [{ kind: 'move_prompt', team_id: 't' as never }, { hasMoved: true }, 'the prompt was moved'],
  [{ kind: 'payload', payload_id: 'p', set: null }, {}, undefined],
  [{ kind: 'payload', payload_id: 'p', set: null }, { hasPayload: false }, 'the payload was deleted'],
  [{ kind: 'payload', payload_id: null, set: {} }, { hasPayload: false }, undefined],
])('%j with %j: %s', (change, more, reason) => {
  expect(obsolescence(change, { ...facts, ...more })).toBe(reason);
});
