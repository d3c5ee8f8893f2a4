import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FrameError, readFrame } from './read-frame.ts';

const revision = btoa('1:1790000000000:42');
const digest = '0123456789abcdef';
const prompt = {
  id: 'p1',
  slug: 'greeting',
  status: 'active',
  created_at: '2026-01-01T00:00:00Z',
  live: 2,
  tags: { prod: 2 },
  versions: [{ version: 2, status: 'live', template: 'Hello', language: 1 }],
  etag: digest,
};

const good = [
  { type: 'hello', protocol: 1, resumed: false, stale: false, heartbeat_ms: 15_000, retry_ms: [0, 2000] },
  { type: 'hello', protocol: 2, something: 'else' },
  { type: 'begin', team_id: 'a', base: null },
  { type: 'begin', team_id: 'a', base: revision },
  { type: 'put', team_id: 'a', revision, prompt },
  { type: 'delete', team_id: 'a', revision, prompt_id: 'p1' },
  { type: 'drop', team_id: 'a' },
  { type: 'mark', revision, teams: [{ team_id: 'a', prev: revision, revision, digest, count: 1 }] },
  { type: 'sync', revision, digest, count: 1, key_expires_at: null, teams: [{ team_id: 'a', revision }] },
  { type: 'heartbeat', revision, digest, count: 1, stale: true },
  { type: 'goaway', reason: 'drain', retry_ms: [0, 5000], grace_ms: 10_000 },
  { type: 'end', status: 401, error: 'unauthorized' },
];

describe('a frame', () => {
  it.each(good)('of type $type is read', (frame) => {
    expect(readFrame(JSON.stringify(frame))).toEqual(frame);
  });

  it('keeps every key that it does not know, and none of them is applied', () => {
    const later = {
      type: 'put',
      team_id: 'a',
      revision,
      weight: 3,
      prompt: { ...prompt, rollout: [1], versions: [{ ...prompt.versions[0], model: { name: 'm' } }] },
    };
    expect(readFrame(JSON.stringify(later))).toEqual(later);
  });

  it('of a later px0 is none, whatever it holds', () => {
    expect(readFrame('{"type":"experiment","team_id":4}')).toBeUndefined();
    expect(readFrame('{"type":"constructor"}')).toBeUndefined();
  });

  it.each(['', 'x', '[]', 'null', '{}', '{"type":1}', '{"type":"drop"', '"drop"'])('is not %j', (text) => {
    expect(() => readFrame(text)).toThrow(FrameError);
  });

  it.each(
    good
      .filter(({ protocol }) => protocol !== 2)
      .flatMap((frame) => Object.keys(frame).map((key) => [frame.type, key, frame] as const))
      .filter(([, key]) => key !== 'type'),
  )('of type %s with another %s is an error', (_type, key, frame) => {
    expect(() => readFrame(JSON.stringify({ ...frame, [key]: { wrong: true } }))).toThrow(FrameError);
    if (key !== 'key_expires_at' && key !== 'base')
      expect(() => readFrame(JSON.stringify({ ...frame, [key]: undefined }))).toThrow(FrameError);
  });

  it.each([
    { ...prompt, etag: 'XYZ' },
    { ...prompt, etag: digest.toUpperCase() },
    { ...prompt, live: '2' },
    { ...prompt, tags: { prod: null } },
    { ...prompt, versions: [{ version: 2.5, template: '' }] },
    { ...prompt, versions: [{ version: 2, template: 5 }] },
  ])('with a prompt of another form is an error (%#)', (wrong) => {
    expect(() => readFrame(JSON.stringify({ type: 'put', team_id: 'a', revision, prompt: wrong }))).toThrow(
      'a frame of type put has an unknown form',
    );
  });

  it('never fails in another way', () => {
    const text = fc.oneof(
      fc.json(),
      fc
        .record({ type: fc.constantFrom(...good.map(({ type }) => type)), team_id: fc.anything() })
        .map((value) => {
          return JSON.stringify(value, (_key, member) =>
            typeof member === 'bigint' ? String(member) : member,
          );
        }),
    );
    fc.assert(
      fc.property(text, (line) => {
        try {
          readFrame(line);
        } catch (error) {
          expect(error).toBeInstanceOf(FrameError);
        }
      }),
    );
  });
});
