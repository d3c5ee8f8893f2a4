import { describe, expect, it } from 'vitest';
import { checkProposal, requestTexts } from './proposal.ts';

describe('what change requests of an import are about', () => {
  it('is the common title, and behind it the change', () => {
    expect(requestTexts({ title: ' Kinder ', description: 'Why' }, 'promote 8 live')).toEqual({
      ...{ title: 'Kinder: promote 8 live', description: 'Why' },
    });
    expect(requestTexts({}, 'promote 8 live')).toEqual({ title: 'promote 8 live' });
    expect(requestTexts({ title: '  ' }, 'x')).toEqual({ title: 'x' });
  });

  it('is never longer than a title may be, in characters', () => {
    const { title } = requestTexts({ title: '😀'.repeat(255) }, 'promote 8 live');
    expect([...title]).toHaveLength(255);
    expect(title.endsWith('😀…')).toBe(true);
  });

  it('is refused where a request would be', () => {
    expect(checkProposal({ title: '😀'.repeat(255) })).toEqual({ title: '😀'.repeat(255) });
    expect(() => checkProposal({ title: 'x'.repeat(256) })).toThrow('title must be at most 255 characters');
    expect(() => checkProposal({ description: 'x'.repeat(16_385) })).toThrow('description must be at most');
  });
});
