import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeEvent, encodeEvent, type StateEventInput } from './codec.ts';
import type { StateOf } from './states.ts';
import { stateSubject } from './subjects.ts';

const text = fc.string({ unit: 'grapheme' });
const id = fc.uuid();
const time = fc.constant('2026-01-02T03:04:05.12Z');
const int = fc.nat();

const user: fc.Arbitrary<StateOf<'user'>> = fc.record({
  email: text,
  is_verified: fc.boolean(),
  is_admin: fc.boolean(),
  created_at: time,
  placement: fc.oneof(
    fc.constant({ kind: 'default-organization' as const }),
    fc.record({ kind: fc.constant('team' as const), team_id: id }),
  ),
  sessions: fc.record({ floor: int, revoked: fc.array(fc.tuple(int, int)) }),
});

const apiKey: fc.Arbitrary<StateOf<'apiKey'>> = fc.record({
  key_hash: text,
  org_id: id,
  scope: fc.oneof(
    fc.constant({ kind: 'organization' as const }),
    fc.record({ kind: fc.constant('teams' as const), team_ids: fc.array(id) }),
  ),
  operation: fc.constantFrom('read_render' as const, 'all' as const, 'admin' as const),
  name: text,
  created_at: time,
  expires_at: fc.option(time),
});

const prompt: fc.Arbitrary<StateOf<'prompt'>> = fc.record({
  team_id: id,
  slug: text,
  name: text,
  status: fc.constantFrom('active' as const, 'archived' as const),
  created_at: time,
  updated_at: time,
  live: fc.option(fc.record({ number: int, template: text })),
  tags: fc.dictionary(text, int),
  versions: fc.array(
    fc.tuple(int, fc.constantFrom('draft' as const, 'stable' as const, 'archived' as const), int),
  ),
});

const stamp = { id, revision: fc.integer({ min: 1 }), time };
const event: fc.Arbitrary<StateEventInput> = fc.oneof(
  fc.record({ ...stamp, name: fc.constant('user' as const), state: fc.option(user, { nil: undefined }) }),
  fc.record({ ...stamp, name: fc.constant('apiKey' as const), state: fc.option(apiKey, { nil: undefined }) }),
  fc.record({ ...stamp, name: fc.constant('prompt' as const), state: fc.option(prompt, { nil: undefined }) }),
);

describe('an event', () => {
  it('is after decoding what it was before encoding', () => {
    fc.assert(
      fc.property(event, (written) => {
        const subject = stateSubject(written.name, written.id);
        const read = decodeEvent(subject, encodeEvent(written));
        expect(read).toEqual({ ...written, subject, deleted: written.state === undefined });
      }),
      { numRuns: 500 },
    );
  });
});
