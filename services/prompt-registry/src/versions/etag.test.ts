import { ApiError } from '@px0/service-kit';
import { describe, expect, it } from 'vitest';
import { requireMatch, versionETag } from './etag.ts';
import type { VersionRow } from './version-row.ts';

const version: VersionRow = {
  id: '00000000-0000-4000-8000-000000000001',
  promptId: '00000000-0000-4000-8000-000000000002',
  number: 1,
  template: 'text',
  variables: [],
  status: 'draft',
  createdAt: '2026-01-01T00:00:00Z',
  publishedAt: null,
  tags: [],
  bodyRevision: 1,
  note: '',
  createdBy: null,
  messages: null,
  outline: null,
  sources: null,
  config: null,
  authoredSchema: null,
  inferredSchema: null,
  storedHash: null,
  contributors: [],
  goneKeys: [],
};

describe('a version’s entity tag', () => {
  it.each<Partial<VersionRow>>([
    { bodyRevision: 2 },
    { status: 'stable' },
    { publishedAt: '2026-01-01T00:00:00Z' },
    { tags: ['prod'] },
    { note: 'why' },
    { id: '00000000-0000-4000-8000-000000000003' },
  ])('changes with %j', (change) => {
    expect(versionETag({ ...version, ...change })).not.toBe(versionETag(version));
  });

  it('is strong, and the same for the same state', () => {
    expect(versionETag(version)).toMatch(/^"[\w-]{22}"$/);
    expect(versionETag({ ...version })).toBe(versionETag(version));
  });

  it('matches itself, itself in a list, weakened by a proxy, and the star; no header asks for nothing', () => {
    const tag = versionETag(version);
    for (const header of [undefined, tag, `"x", ${tag}`, `W/${tag}`, '*'])
      expect(() => requireMatch(header, version)).not.toThrow();
    for (const header of ['', '"x"', tag.slice(1, -1)])
      expect(() => requireMatch(header, version)).toThrow(ApiError);
  });
});
