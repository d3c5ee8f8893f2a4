import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { contentWords } from './content-words.ts';

const text = (template: string) => ({ template, messages: null, config: null });

describe('the words of a version', () => {
  it('are those of a text', () => {
    expect(contentWords(text('Dear {{.name}}, Größe'))).toEqual(['dear', 'name', 'größe']);
  });

  it('are those of all messages, and of the strings of the configuration', () => {
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
    expect(contentWords({ template: 'linked', messages, config })).toEqual([
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

  it('are those of the first 65,536 characters', () => {
    const words = contentWords(text(`${'𝔘 '.repeat(32_767)}last one`));
    expect(words).toEqual(['u', 'la']);
  });

  it('have room in the database, and take no time, whatever the text', () => {
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
    fc.assert(
      fc.property(fc.array(character, { minLength: 1, maxLength: 40 }), (characters) => {
        let long = '';
        for (let index = 0; long.length < 70_000; index++)
          long += characters.join('') + String.fromCodePoint(0x4e00 + index);
        const words = contentWords(text(long));
        const bytes = Buffer.byteLength(words.join(''));
        expect(words.length).toBeGreaterThan(0);
        expect(bytes).toBeLessThan(600_000);
        expect(Math.max(...words.map((word) => Buffer.byteLength(word)))).toBeLessThan(2_046);
      }),
      { numRuns: 20 },
    );
  });
});
