import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { contentWords } from './content-words.ts';
import { searchWords } from './search-words.ts';

const text = (template: string) => ({ template, messages: null, config: null });

describe('the words of a version', () => {
  it('are those of a text', async () => {
    expect(await contentWords(text('Dear {{.name}}, Größe'))).toEqual(['dear', 'name', 'größe']);
  });

  it('are those of all messages, and of the strings of the configuration', async () => {
    const messages = [
      { role: 'system', template: 'Be kind.' },
      { placeholder: 'history' },
      {
        role: 'user',
        parts: [
          { type: 'text', template: 'Look at' },
          { type: 'media', url: 'https://example.com/{{.photo}}' },
          { type: 'text', template: 'this' },
        ],
      },
    ];
    const config = JSON.stringify({
      model: 'gpt-x',
      max_tokens: 5,
      stop: ['END'],
      tools: [{ name: 'look_up' }],
    });
    expect(await contentWords({ template: 'linked', messages, config })).toEqual([
      'be',
      'kind',
      'look',
      'at',
      'this',
      'gpt',
      'x',
      'end',
      'up',
    ]);
  });

  it('are those of the first 65,536 characters', async () => {
    const words = await contentWords(text(`${'𝔘 '.repeat(32_767)}last one`));
    expect(words).toEqual(['u', 'la']);
  });

  it('are the same in whatever pieces they are looked at', async () => {
    const words = fc.array(
      fc.string({ unit: fc.constantFrom('a', 'É', 'e\u0301', '\u0301', '\u0338', '漢', '²', '𝔘', 'Σ') }),
    );
    const gap = fc.constantFrom(' ', '\n', '=', '。', '\ufffd', '🎉', '');
    await fc.assert(
      fc.asyncProperty(words, gap, async (some, between) => {
        const long = Array.from(
          { length: 4 },
          (_, index) => `${'x '.repeat(index * 500)}${some.join(between)}`,
        ).join(between);
        // A word that is longer than a piece is cut.
        fc.pre(!/[\p{L}\p{N}\p{M}]{500}/u.test(long));
        expect(new Set(await contentWords(text(long)))).toEqual(new Set(searchWords(long)));
      }),
    );
  });

  it('have room in the database, and take no time, whatever the text', async () => {
    const character = fc.constantFrom(
      '\ufdfa',
      '\u3300',
      '\u3316',
      '0',
      'x',
      ' ',
      '𝔘',
      '\ud83c',
      'ö',
      '\u0301',
      '漢',
    );
    await fc.assert(
      fc.asyncProperty(fc.array(character, { minLength: 1, maxLength: 40 }), async (characters) => {
        let long = '';
        for (let index = 0; long.length < 70_000; index++)
          long += characters.join('') + String.fromCodePoint(0x4e00 + index);
        const words = await contentWords(text(long));
        const bytes = Buffer.byteLength(words.join(''));
        expect(words.length).toBeGreaterThan(0);
        expect(bytes).toBeLessThan(600_000);
        expect(Math.max(...words.map((word) => Buffer.byteLength(word)))).toBeLessThan(2_046);
      }),
      { numRuns: 20 },
    );
  });
});
