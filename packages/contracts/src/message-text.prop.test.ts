import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { MessageTextError, messagesAsText, messagesFromText } from './message-text.ts';

/** Lines that look like the form, and what breaks lines. */
const line = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom('system:', 'user:', 'assistant:', 'text:', 'media: x', 'media:') },
  fc.constantFrom(
    'placeholder: history',
    'placeholder: h?',
    'placeholder: two words',
    'media (image/png): y',
  ),
  fc.constantFrom(
    '',
    ' ',
    '\\',
    '\\\\',
    'user: ',
    ' user:',
    'media:x',
    'text: ',
    'user:\r',
    '\u2028',
    '{{.a}}',
  ),
  fc.string({ unit: 'binary', maxLength: 6 }),
);
const escapedLine = fc
  .tuple(fc.nat({ max: 3 }), line)
  .map(([backslashes, text]) => '\\'.repeat(backslashes) + text);
const template = fc.array(escapedLine, { minLength: 1, maxLength: 5 }).map((lines) => lines.join('\n'));
const text = template.filter((content) => content !== '');

const part = fc.oneof(
  fc.record({ type: fc.constant('text'), template: text }),
  fc.record({ type: fc.constant('media'), url: text }),
  fc.record({ type: fc.constant('media'), url: text, media_type: fc.constantFrom('image/png', 'audio/wav') }),
);
const role = fc.constantFrom('system', 'user', 'assistant');
const message = fc.oneof(
  fc.record({ role, template }),
  fc.record({ role, parts: fc.array(part, { minLength: 1, maxLength: 4 }) }),
  fc.record({ placeholder: fc.stringMatching(/^[A-Za-z_][A-Za-z0-9_]{0,63}$/) }),
  fc.record({ placeholder: fc.constant('history'), required: fc.constant(true) }),
);

describe('a conversation as text', () => {
  it('comes back as it was', () => {
    fc.assert(
      fc.property(fc.array(message, { maxLength: 5 }), (messages) => {
        expect(messagesFromText(messagesAsText(messages))).toEqual(messages);
      }),
      { numRuns: process.env['PX0_FUZZ'] === 'long' ? 200_000 : 3_000 },
    );
  });

  it('of any text is a conversation, or a fault of one line', () => {
    fc.assert(
      fc.property(
        fc.array(escapedLine).map((lines) => lines.join('\n')),
        (any) => {
          try {
            const messages = messagesFromText(any);
            expect(messagesFromText(messagesAsText(messages))).toEqual(messages);
          } catch (error) {
            expect(error).toBeInstanceOf(MessageTextError);
          }
        },
      ),
      { numRuns: 1_000 },
    );
  });

  it('reads as people write it', () => {
    const written = [
      'system:',
      'You are a tutor.',
      '\\user:',
      '',
      'placeholder: history?',
      '',
      'user:',
      '{{.question}}',
      'media (image/png): {{.photo}}',
      'text:',
      'What is it?',
    ].join('\n');
    const messages = [
      { role: 'system', template: 'You are a tutor.\nuser:' },
      { placeholder: 'history' },
      {
        role: 'user',
        parts: [
          { type: 'text', template: '{{.question}}' },
          { type: 'media', media_type: 'image/png', url: '{{.photo}}' },
          { type: 'text', template: 'What is it?' },
        ],
      },
    ];
    expect(messagesFromText(written)).toEqual(messages);
    expect(messagesAsText(messages)).toBe(written);
    expect(messagesFromText('user:\na\nassistant:\nb')).toEqual([
      { role: 'user', template: 'a' },
      { role: 'assistant', template: 'b' },
    ]);
  });

  it.each([
    ['Hello', 1],
    ['\n\nplaceholder: history\nHello', 4],
  ])('refuses %j', (written, line) => {
    expect(() => messagesFromText(written)).toThrow(
      `line ${line}: stands before the first message, or behind a placeholder`,
    );
  });
});
