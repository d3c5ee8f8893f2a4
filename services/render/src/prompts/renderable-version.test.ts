import { linkChat, type Program } from '@px0/template';
import { expect, it } from 'vitest';
import { RenderableVersion, type VersionContent } from './renderable-version.ts';

const prompt = { id: 'p1', teamId: 't1', slug: 'greeting', tags: {} };

/** A program as a new event brings it: nothing of it is the same object as in another event. */
const event = (content: VersionContent): VersionContent => JSON.parse(JSON.stringify(content));

const chat: Program = linkChat([
  { role: 'user', parts: [{ type: 'media', url: '{{.url}}', media_type: 'image/png' }] },
  { placeholder: 'history' },
]);

it.each([
  ['a text', { template: 'Hello {{.name}}' }],
  ['a chat', chat],
])('keeps what is compiled of %s while its program stays the same', (_what, program) => {
  const first = new RenderableVersion(prompt, 1, event(program));
  const [compiled, usage] = [first.compiled(), first.usage];
  const second = new RenderableVersion({ ...prompt, tags: { prod: 1 } }, 1, event(program), first);
  expect(second.compiled()).toBe(compiled);
  expect(second.tags()).toEqual(['prod']);
  expect(second.usage).toBe(usage);
  // What is compiled holds the lists of the first: a second copy would be held for nothing.
  expect(second.outline).toBe(first.outline);
  expect(second.sources).toBe(first.sources);
  const configured = new RenderableVersion(prompt, 1, event({ ...program, config: '{"n":1.0}' }), second);
  expect(configured.compiled()).toBe(compiled);
  expect(configured.tail).toBe(',"version":1,"slug":"greeting","tags":[],"config":{"n":1.0}}');
});

it.each<[string, Program]>([
  ['the template', { ...chat, template: `${chat.template} ` }],
  ['a media type', { ...chat, outline: JSON.parse(JSON.stringify(chat.outline).replace('png', 'gif')) }],
  [
    'what is required',
    linkChat([
      { role: 'user', parts: [{ type: 'media', url: '{{.url}}', media_type: 'image/png' }] },
      { placeholder: 'history', required: true },
    ]),
  ],
  ['the sources', { ...chat, sources: [] }],
  ['the whole outline', { template: chat.template }],
])('compiles a chat anew that differs in %s', (_what, program) => {
  const first = new RenderableVersion(prompt, 1, event(chat));
  const compiled = first.compiled();
  const second = new RenderableVersion(prompt, 1, event(program), first);
  expect(second.compiled()).not.toBe(compiled);
  expect(second.outline).toEqual(event(program).outline);
});

it('knows its kind, and what its content takes', () => {
  const text = new RenderableVersion(prompt, 1, { template: '12345', config: '{"n":1}' });
  expect([text.kind, text.partCount, text.contentBytes]).toEqual(['text', 0, 12]);
  const conversation = new RenderableVersion(prompt, 1, chat);
  expect([conversation.kind, conversation.partCount]).toEqual(['chat', 2]);
  expect(conversation.contentBytes).toBeGreaterThan(chat.template.length + 100);
});
