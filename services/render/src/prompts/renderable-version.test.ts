import { compileProgram, linkChat, type Program } from '@px0/template';
import { expect, it, vi } from 'vitest';
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

it('keeps its judge while its schema stays the same', () => {
  const schema = { type: 'object', required: ['name'] } as const;
  const first = new RenderableVersion(prompt, 1, event({ template: 'Hello', schema }));
  const judgeOf = (version: RenderableVersion) => {
    const program = version.compiled();
    if (typeof program === 'string') throw new Error(program);
    return version.judge(program);
  };
  const judge = judgeOf(first);
  if (judge === 'heavy') throw new Error(judge);
  expect(judge({})?.detail).toBe('missing name');
  const tagged = { ...prompt, tags: { prod: 1 } };
  const second = new RenderableVersion(tagged, 1, event({ template: 'Hello', schema }), first);
  expect([second.hasJudge, judgeOf(second) === judge]).toEqual([true, true]);
  const other = { ...schema, required: ['age'] };
  const third = new RenderableVersion(tagged, 1, event({ template: 'Hello', schema: other }), second);
  expect([third.hasJudge, judgeOf(third) === judge]).toEqual([false, false]);
  const off = new RenderableVersion(tagged, 1, event({ template: 'Hello' }), third);
  expect([off.schema, off.lacksSchema, off.hasJudge]).toEqual([undefined, true, false]);
});

it('asks for a schema that could not be had again, and meanwhile judges by what the program needs', () => {
  const now = vi.spyOn(performance, 'now').mockReturnValue(1_000);
  try {
    const version = new RenderableVersion(prompt, 1, { template: '{{.name}}' });
    expect(version.lacksSchema).toBe(true);
    version.learnSchema(undefined);
    expect(version.lacksSchema).toBe(false);
    const program = version.compiled();
    const judge = typeof program === 'string' ? program : version.judge(program);
    expect(typeof judge === 'string' ? judge : judge({})?.detail).toBe('missing name');
    now.mockReturnValue(11_000);
    expect(version.lacksSchema).toBe(true);
    version.learnSchema(null);
    now.mockReturnValue(1_000_000);
    expect(version.lacksSchema).toBe(false);
  } finally {
    now.mockRestore();
  }
});

it('leaves it to a thread to find out what a long program needs', () => {
  const version = new RenderableVersion(prompt, 1, { template: '{{.a}}'.repeat(2_000), schema: null });
  const program = compileProgram({ template: '{{.a}}' });
  expect(version.judge(program)).toBe('heavy');
});

it('knows its kind, and what its content takes', () => {
  const text = new RenderableVersion(prompt, 1, { template: '12345', config: '{"n":1}' });
  expect([text.kind, text.partCount, text.contentBytes]).toEqual(['text', 0, 12]);
  const conversation = new RenderableVersion(prompt, 1, chat);
  expect([conversation.kind, conversation.partCount]).toEqual(['chat', 2]);
  expect(conversation.contentBytes).toBeGreaterThan(chat.template.length + 100);
});
