import { describe, expect, it } from 'vitest';
import { meaningOf } from './answer.ts';

const token = (epoch: number, sequence: number) => btoa(`1:${epoch}:${sequence}`).replaceAll('=', '');
const px0 = { 'px0-revision': token(5, 1) };
const media = 'text/event-stream' as const;

function meaning(status: number, headers: Record<string, string>, body: unknown) {
  const head = { status, header: (name: string) => headers[name] ?? null };
  return meaningOf(head, {
    media,
    isConditional: true,
    floor: token(6, 1),
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
}

describe('an answer', () => {
  it.each([
    ['delivery', 200, { 'content-type': 'Text/Event-Stream; charset=utf-8' }, ''],
    ['unreachable', 200, { 'content-type': 'text/html' }, ''],
    ['unchanged', 304, {}, ''],
    ['refused', 401, px0, { error: 'unauthorized' }],
    ['refused', 403, px0, { error: 'user is not verified' }],
    ['unreachable', 401, { ...px0, 'px0-stale': 'true' }, { error: 'unauthorized' }],
    ['unreachable', 401, {}, { error: 'unauthorized' }],
    ['unreachable', 401, px0, '<html>'],
    ['unreachable', 401, px0, { message: 'who?' }],
    ['no delivery', 404, {}, { error: 'not found' }],
    ['unreachable', 404, px0, { error: 'not found' }],
    ['unreachable', 404, {}, 'not found'],
    ['too large', 422, px0, { error: 'audience is too large; name teams or slugs' }],
    ['unreachable', 422, px0, { error: 'something else' }],
    ['unreachable', 429, px0, { error: 'too many streams' }],
    ['unreachable', 503, px0, { error: 'service unavailable' }],
    ['other epoch', 503, px0, { error: 'revision not yet available' }],
    ['unreachable', 503, { 'px0-revision': token(6, 0) }, { error: 'revision not yet available' }],
    ['unreachable', 503, {}, { error: 'revision not yet available' }],
    ['unreachable', 302, {}, ''],
  ] as const)('means %s: %d with %j and %j', (kind, status, headers, body) => {
    expect(meaning(status, headers, body).kind).toBe(kind);
  });

  it('that is a refusal has what px0 says may help', () => {
    const hint = 'credentials=expired-key';
    const refusal = { status: 401, error: 'unauthorized' };
    expect(meaning(401, { ...px0, 'px0-hint': hint }, { error: 'unauthorized' })).toEqual({
      kind: 'refused',
      refusal: { ...refusal, hint },
    });
    expect(meaning(401, px0, { error: 'unauthorized' })).toEqual({ kind: 'refused', refusal });
  });

  it.each([
    ['5', 5_000],
    ['600', 60_000],
    ['Wed, 21 Oct 2026 07:28:00 GMT', 0],
    ['-1', 0],
    ['', 0],
  ])('is not asked for again within its Retry-After of %j', (value, retryAfterMs) => {
    expect(meaning(503, { 'retry-after': value }, '')).toMatchObject({ kind: 'unreachable', retryAfterMs });
  });
});
