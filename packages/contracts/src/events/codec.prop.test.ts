import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeBody, decodeEvent, encodeBody, encodeEvent, type StateEventInput } from './codec.ts';
import { entities, type StateOf } from './states.ts';
import { bodySubject, stateSubject } from './subjects.ts';

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

const keyState = {
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
};
const apiKey: fc.Arbitrary<StateOf<'apiKey'>> = fc.oneof(
  fc.record(keyState),
  fc.record({ ...keyState, created_by: id }),
);

const narrowKey: fc.Arbitrary<StateOf<'narrowKey'>> = fc
  .tuple(
    apiKey,
    fc.record(
      { slugs: fc.array(text), refs: fc.record({ live: fc.boolean(), tags: fc.array(text) }) },
      { requiredKeys: [] },
    ),
  )
  .map(([key, limits]) => ({ ...key, created_by: 'someone', limits }));

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

const traceparent = fc.constant('00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01');
const stamp = { id, revision: fc.integer({ min: 1 }), time };
const event: fc.Arbitrary<StateEventInput> = fc.oneof(
  fc.record({ ...stamp, name: fc.constant('user' as const), state: fc.option(user, { nil: undefined }) }),
  fc.record({ ...stamp, name: fc.constant('apiKey' as const), state: fc.option(apiKey, { nil: undefined }) }),
  fc.record({
    ...stamp,
    name: fc.constant('narrowKey' as const),
    state: fc.option(narrowKey, { nil: undefined }),
  }),
  fc.record({ ...stamp, name: fc.constant('prompt' as const), state: fc.option(prompt, { nil: undefined }) }),
);

/** The text as `JSON.stringify` alone writes it: the envelope and its data in one object. */
function inOnePiece(
  {
    subject,
    revision,
    time,
    traceparent,
  }: Omit<StateEventInput, 'name' | 'id' | 'state'> & { subject: string },
  { source, type, data }: { source: string; type: string; data: unknown },
): string {
  return JSON.stringify({
    specversion: '1.0',
    id: `${subject}@${revision}`,
    source: `/px0/${source}`,
    type: `px0.${source}.${type}`,
    subject,
    time,
    datacontenttype: 'application/json',
    traceparent,
    revision,
    ...(data === undefined ? { deleted: true } : { data }),
  });
}

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

  it('composed around its content has the text that it has in one piece', () => {
    fc.assert(
      fc.property(event, fc.option(traceparent, { nil: undefined }), (written, trace) => {
        const { context, entity, schema } = entities[written.name];
        const traced = { ...written, traceparent: trace };
        const subject = stateSubject(written.name, written.id);
        const data = written.state === undefined ? undefined : schema.parse(written.state);
        const whole = inOnePiece({ ...traced, subject }, { source: context, type: entity, data });
        expect(encodeEvent(traced)).toBe(whole);
      }),
      { numRuns: 500 },
    );
  });
});

describe('a body', () => {
  const template = fc.oneof(text, fc.string({ unit: 'binary' }));
  const program = fc.oneof(
    fc.record({ template }),
    fc.record({ template, config: fc.json() }),
    fc.record({
      template,
      outline: fc.array(fc.record({ role: fc.constant('user' as const), unit: text })),
      sources: fc.array(fc.tuple(text, int, int, int)),
    }),
  );
  const body = fc.record({
    promptId: id,
    number: fc.integer({ min: 1 }),
    revision: fc.integer({ min: 1 }),
    time,
    traceparent: fc.option(traceparent, { nil: undefined }),
    program: fc.option(program, { nil: undefined }),
  });

  it('composed around its program has the text that it has in one piece, and comes back', () => {
    fc.assert(
      fc.property(body, (written) => {
        const { promptId, number, program: content } = written;
        const subject = bodySubject(promptId, number);
        const data = content && { prompt_id: promptId, number, ...content };
        const encoded = encodeBody(written);
        expect(encoded).toBe(inOnePiece({ ...written, subject }, { source: 'registry', type: 'body', data }));
        expect(decodeBody(subject, encoded)).toEqual({ ...written, subject });
      }),
      { numRuns: 500 },
    );
  });
});
