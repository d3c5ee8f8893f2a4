import { describe, expect, it } from 'vitest';
import type { DeliveredPrompt, DeliveredVersion } from '../frames/frame.ts';
import { changesOf } from './changes.ts';

const draft: DeliveredVersion = { version: 3, status: 'draft', template: 'Draft', language: 1 };
const live: DeliveredVersion = { version: 2, status: 'live', template: 'Hello', language: 1 };
const prompt: DeliveredPrompt = {
  id: 'p1',
  slug: 'greeting',
  status: 'active',
  created_at: '2026-01-01T00:00:00Z',
  live: 2,
  tags: { beta: 3 },
  versions: [live, draft],
  etag: '0000000000000001',
};

function kinds(after: Partial<DeliveredPrompt>): readonly string[] {
  return changesOf('t1', prompt, { ...prompt, ...after }).map(({ kind }) => kind);
}

describe('changes', () => {
  it('say what a prompt was, and what it is', () => {
    expect(changesOf('t1', prompt, { ...prompt, live: null })).toEqual([
      {
        slug: 'greeting',
        promptId: 'p1',
        teamId: 't1',
        kind: 'live',
        before: { live: 2, tags: { beta: 3 }, status: 'active' },
        after: { live: null, tags: { beta: 3 }, status: 'active' },
      },
    ]);
    expect(changesOf('t1', undefined, prompt)).toMatchObject([
      { kind: 'added', before: null, after: { live: 2 } },
    ]);
    expect(changesOf('t1', prompt, undefined)).toMatchObject([
      { kind: 'removed', before: { live: 2 }, after: null },
    ]);
  });

  it('are one for each kind', () => {
    expect(kinds({ live: 3, tags: {}, status: 'archived' })).toEqual(['live', 'tags', 'status']);
    expect(kinds({ tags: { beta: 2 } })).toEqual(['tags']);
    expect(kinds({ tags: { alpha: 3 } })).toEqual(['tags']);
    expect(kinds({ versions: [live, { ...draft, template: 'Other' }] })).toEqual(['text']);
    expect(kinds({ versions: [live, { ...draft, config: '{}' }] })).toEqual(['text']);
  });

  it('are none for what says the same, or was on its way', () => {
    const coming = { ...prompt, versions: [live, { ...draft, template: null, missing: 'pending' }] };
    expect(changesOf('t1', coming, prompt)).toEqual([]);
    expect(changesOf('t1', prompt, { ...prompt, contract: 'warn' })).toEqual([]);
    expect(changesOf('t1', undefined, undefined)).toEqual([]);
  });

  it('take a prompt under another slug for another one', () => {
    expect(changesOf('t1', prompt, { ...prompt, slug: 'hi' }).map(({ slug, kind }) => [slug, kind])).toEqual([
      ['greeting', 'removed'],
      ['hi', 'added'],
    ]);
  });
});
