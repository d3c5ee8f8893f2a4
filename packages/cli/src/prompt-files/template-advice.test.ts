import { expect, it } from 'vitest';
import { adviceOn, doubtsAbout } from './template-advice.ts';

it('the errors of a template are told with their lines and what was meant', () => {
  expect(adviceOn({ template: 'Hi {{name}}\n{{if .x}}' })).toBe(
    'line 1: “name” is not a function. Did you mean {{.name}}?; line 2: {{if .x}} has no {{end}}',
  );
  expect(adviceOn({ template: 'Hi {{.name}}' })).toBe('');
  expect(adviceOn({})).toBe('');
  expect(adviceOn({ template: '{{a}}\n'.repeat(7) })).toMatch(/; line 5: [^;]*; and 2 more$/);
});

it('messages are counted as px0 counts them', () => {
  const messages = [
    { role: 'user', template: 'Hi' },
    { placeholder: 'history' },
    {
      role: 'user',
      parts: [
        { type: 'text', template: 'See' },
        { type: 'media', url: '{{photo}}' },
      ],
    },
  ];
  expect(adviceOn({ messages })).toBe(
    'message 2.1, line 1: “photo” is not a function. Did you mean {{.photo}}?',
  );
});

it('tags of Jinja are doubted', () => {
  expect(doubtsAbout({ template: 'Hi {{.name}}\n{% if x %}a{% endif %}' })).toEqual([
    'line 2: px0 keeps {% if x %} as plain text. Did you mean {{if .x}}?',
    'line 2: px0 keeps {% endif %} as plain text. Did you mean {{end}}?',
  ]);
  expect(doubtsAbout({ template: '{# a #}'.repeat(9) }).at(-1)).toBe('and 4 more like it');
  expect(doubtsAbout({ template: 'Hi {{.name}}' })).toEqual([]);
});
