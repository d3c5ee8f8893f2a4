import { describe, expect, it } from 'vitest';
import { bodyText, type ChatEntry } from '../preview/mod.ts';
import { bodyFrom } from './content-text.ts';
import {
  conversationOf,
  freePlaceholder,
  moved,
  nextRole,
  partsOf,
  rowsOf,
  textOf,
  withParts,
} from './conversation.ts';

it('moves an element, and nothing beyond the ends', () => {
  const list = ['a', 'b', 'c'];
  expect(moved(list, 2, 1)).toEqual(['a', 'c', 'b']);
  expect(moved(list, 0, 2)).toEqual(['b', 'c', 'a']);
  expect(moved(list, 0, -1)).toBe(list);
  expect(moved(list, 2, 3)).toBe(list);
});

it('a text becomes one message of a user and a text again, a longer conversation does not', () => {
  expect(conversationOf('Hi\r\n')).toEqual({ messages: [{ role: 'user', template: 'Hi\r\n' }] });
  expect(textOf([{ role: 'user', template: 'Hi\r\n' }])).toEqual({ template: 'Hi\r\n' });
  expect(textOf([])).toBeUndefined();
  expect(textOf([{ placeholder: 'history' }])).toBeUndefined();
  expect(textOf([{ role: 'user', parts: [{ type: 'media', url: 'a' }] }])).toBeUndefined();
  expect(textOf(new Array<ChatEntry>(2).fill({ role: 'user', template: 'a' }))).toBeUndefined();
});

it('users and assistants take turns, and each placeholder has a name of its own', () => {
  expect(nextRole([])).toBe('user');
  expect(nextRole(rowsOf([{ role: 'user', template: '' }]))).toBe('assistant');
  expect(nextRole(rowsOf([{ placeholder: 'history' }]))).toBe('user');
  expect(freePlaceholder([])).toBe('history');
  expect(freePlaceholder(rowsOf([{ placeholder: 'history' }, { placeholder: 'history2' }]))).toBe('history3');
});

it('a message of one text has no parts', () => {
  const message = { role: 'user', template: 'See' } as const;
  const media = { type: 'media', url: '{{.photo}}' } as const;
  const both = withParts(message, [...partsOf(message), media]);
  expect(both).toEqual({ role: 'user', parts: [{ type: 'text', template: 'See' }, media] });
  expect(withParts(both, partsOf(both).slice(0, 1))).toEqual(message);
  expect(withParts(both, [media])).toEqual({ role: 'user', parts: [media] });
  expect(withParts(both, [])).toEqual({ role: 'user', template: '' });
});

describe('a merged text', () => {
  const body = { messages: [{ role: 'user', template: 'user:' }, { placeholder: 'history' }] } as const;

  it('is read as the conversation that it shows', () => {
    expect(bodyFrom(bodyText(body), body)).toEqual({ ok: true, body });
    expect(bodyFrom('any: text', { template: 'mine' })).toEqual({
      ok: true,
      body: { template: 'any: text' },
    });
  });

  it('that begins with no message is refused with its line', () => {
    expect(bodyFrom('Hello\nuser:\nHi', body)).toMatchObject({
      ok: false,
      reason: expect.stringContaining('line 1'),
    });
  });
});
