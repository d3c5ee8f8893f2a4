import { afterEach, beforeEach, expect, it, vi } from 'vitest';
import { asJson, isObject, readJson } from '../json/mod.ts';
import { dropContent, keepContent, keptContent } from './kept-content.ts';

/** The part of a browser's storage that is used. */
class Storage {
  readonly values = new Map<string, string>();
  getItem = (key: string): string | null => this.values.get(key) ?? null;
  setItem = (key: string, value: string): void => void this.values.set(key, value);
  removeItem = (key: string): void => void this.values.delete(key);
}

const storage = new Storage();
beforeEach(() => void vi.stubGlobal('localStorage', storage));
afterEach(() => {
  vi.unstubAllGlobals();
  storage.values.clear();
});

const config = asJson(readJson('{"seed":9007199254740993}'));
const present = {
  body: { template: 'saved' },
  config: isObject(config) ? config : {},
  schema: { required: ['name'] },
  note: 'why',
};

it('a conversation is kept with every digit of its configuration', () => {
  const content = { ...present, body: { messages: [{ role: 'user', template: 'Hi' } as const] } };
  keepContent('p', 1, { content, base: present });
  expect(keptContent('p', 1, present)).toEqual({ content, base: present });
  expect(storage.getItem('px0.draft.p.1')).toContain('9007199254740993');
  dropContent('p', 1);
  expect(keptContent('p', 1, present)).toBeUndefined();
});

it('a text that an older console kept is still there', () => {
  storage.setItem('px0.draft.p.1', JSON.stringify({ text: 'mine', base: 'saved' }));
  expect(keptContent('p', 1, present)).toEqual({
    content: { ...present, body: { template: 'mine' } },
    base: present,
  });
});

it('content that a console without schemas kept has the schema that is saved', () => {
  const kept = { template: 'mine', config: {}, note: '' };
  storage.setItem('px0.draft.p.1', JSON.stringify({ content: kept, base: kept }));
  expect(keptContent('p', 1, present)?.content).toEqual({
    body: { template: 'mine' },
    config: {},
    schema: present.schema,
    note: '',
  });
});

it.each(['', 'null', '{"content":1,"base":{}}', '[]'])('what is no content is ignored: %j', (text) => {
  storage.setItem('px0.draft.p.1', text);
  expect(keptContent('p', 1, present)).toBeUndefined();
});
