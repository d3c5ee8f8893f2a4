import { describe, expect, it } from 'vitest';
import type { JsonValue } from '../json/mod.ts';
import {
  type Body,
  type ChatEntry,
  compileBody,
  contentOf,
  isSameContent,
  lateSystemMessages,
  type Preview,
  previewOfBody,
  requestFor,
  wireMessages,
} from './mod.ts';

const tutor: readonly ChatEntry[] = [
  { role: 'system', template: 'You teach {{.subject}}.' },
  { placeholder: 'history' },
  { role: 'user', template: '{{.question}}' },
];

function previewed(messages: readonly ChatEntry[], data: JsonValue): Preview {
  const body: Body = { messages };
  return previewOfBody(body, compileBody(body), data);
}

describe('the preview of a conversation', () => {
  const turns = [
    { role: 'user', content: 'Hi {{.x}}' },
    { role: 'assistant', content: null, tool_calls: [{ id: 'a' }] },
  ];

  it('has the messages of the author and, as they came, those of placeholders', () => {
    const { messages, fault } = previewed(tutor, { subject: 'maths', question: 'Why?', history: turns });
    expect(fault).toBeUndefined();
    expect(messages).toEqual([
      { message: { role: 'system', content: 'You teach maths.' }, from: undefined },
      { message: turns[0], from: 'history' },
      { message: turns[1], from: 'history' },
      { message: { role: 'user', content: 'Why?' }, from: undefined },
    ]);
  });

  it('shows placeholders for what is missing, a required history included', () => {
    const entries = [{ placeholder: 'history', required: true }, ...tutor.slice(2)];
    const { messages, missing } = previewed(entries, {});
    expect(missing).toEqual(['history', 'question']);
    expect(messages?.map(({ message }) => message['content' as keyof typeof message])).toEqual([
      '‹history›',
      '‹question›',
    ]);
  });

  it('names the placeholder whose variable is no list of messages', () => {
    const { fault } = previewed(tutor, { subject: 'a', question: 'b', history: 'no list' });
    expect(fault).toMatchObject({ kind: 'execution', at: { entry: 1 } });
    expect(fault?.message).toBe('history must be a list of messages');
  });
});

describe('a fault of a conversation', () => {
  const faultIn = (messages: readonly ChatEntry[]) => {
    const compilation = compileBody({ messages });
    return compilation.ok ? compilation.formFault : compilation.fault;
  };
  const fine: ChatEntry = { role: 'user', template: 'Hi' };

  it('is at the message, by the line and column of its own text', () => {
    expect(faultIn([fine, { role: 'user', template: 'one\ntwo {{.x' }])).toMatchObject({
      kind: 'syntax',
      message: 'unclosed action',
      at: { entry: 1 },
      line: 2,
      offset: 12,
    });
    const parts = [
      { type: 'text', template: 'See' },
      { type: 'media', url: '{{end}}' },
    ] as const;
    expect(faultIn([fine, { role: 'user', parts }])?.at).toEqual({ entry: 1, part: 1 });
  });

  it.each<[string, readonly ChatEntry[], object | undefined]>([
    ['no message', [], undefined],
    ['an empty message', [fine, { role: 'user', template: '' }], { entry: 1 }],
    ['a placeholder without a name', [{ placeholder: '' }], { entry: 0 }],
    ['a placeholder whose name is none', [{ placeholder: 'a-b' }], { entry: 0 }],
    ['a placeholder twice', [{ placeholder: 'a' }, fine, { placeholder: 'a' }], { entry: 2 }],
    [
      'a medium without a URL',
      [{ role: 'user', parts: [{ type: 'media', url: '' }] }],
      { entry: 0, part: 0 },
    ],
    [
      'a type that is no media type',
      [{ role: 'user', parts: [{ type: 'media', url: 'a', media_type: 'png' }] }],
      { entry: 0, part: 0 },
    ],
    ['more than 100 entries', new Array<ChatEntry>(101).fill(fine), undefined],
  ])('that keeps it from being saved: %s', (_what, messages, at) => {
    const fault = faultIn(messages);
    expect(fault?.kind).toBe('form');
    expect(fault?.at).toEqual(at);
  });

  it('is none in a whole conversation', () => {
    expect(faultIn(tutor)).toBeUndefined();
  });
});

it('system messages after another role are found, those at the beginning are not', () => {
  const system: ChatEntry = { role: 'system', template: 's' };
  const user: ChatEntry = { role: 'user', template: 'u' };
  expect([...lateSystemMessages([system, system, user, system, { placeholder: 'h' }, system])]).toEqual([
    3, 5,
  ]);
  expect([...lateSystemMessages([{ placeholder: 'h' }, system])]).toEqual([1]);
  expect(lateSystemMessages([system]).size).toBe(0);
});

it('what the API sends is read and written again without a change', () => {
  const messages = wireMessages([
    ...tutor,
    { placeholder: 'more', required: true },
    {
      role: 'user',
      parts: [
        { type: 'text', template: 'a' },
        { type: 'media', url: 'b' },
        { type: 'media', url: 'c', media_type: 'image/png' },
      ],
    },
  ]);
  const version = { template: 'program', messages, config: { seed: 1 }, note: 'why' };
  const content = contentOf(version);
  expect(isSameContent(content, contentOf(version))).toBe(true);
  expect(isSameContent(content, contentOf({ ...version, note: '' }))).toBe(false);
  expect(isSameContent(content, contentOf({ ...version, config: { seed: 2 } }))).toBe(false);
  const authored_schema = { required: ['x'] };
  expect(isSameContent(content, contentOf({ ...version, authored_schema }))).toBe(false);
  expect(isSameContent(content, contentOf({ template: 'program', config: { seed: 1 }, note: 'why' }))).toBe(
    false,
  );
  expect('messages' in content.body && wireMessages(content.body.messages)).toEqual(messages);
});

describe('the request for a provider', () => {
  const preview = previewed(tutor, { subject: 'maths', question: 'Why?' });
  const config = { model: 'm', max_tokens: 10, temperature: 0.2 };

  it('is what the SDK makes of the render', () => {
    expect(requestFor('openai', preview, config, 'tutor')).toEqual({
      ok: true,
      request: {
        model: 'm',
        max_completion_tokens: 10,
        temperature: 0.2,
        messages: [
          { role: 'system', content: 'You teach maths.' },
          { role: 'user', content: 'Why?' },
        ],
      },
      dropped: [],
    });
    expect(requestFor('anthropic', preview, config, 'tutor')).toMatchObject({
      ok: true,
      request: { system: 'You teach maths.', max_tokens: 10 },
      dropped: ['temperature'],
    });
    expect(requestFor('gemini', preview, config, 'tutor')).toMatchObject({
      request: { contents: [{ role: 'user', parts: [{ text: 'Why?' }] }] },
    });
  });

  it('is refused with the reason of the SDK', () => {
    expect(requestFor('anthropic', preview, {}, 'tutor')).toEqual({
      ok: false,
      reason: 'anthropic needs max_tokens',
    });
  });

  it('of a text has one message of a user', () => {
    const body = { template: 'Hello' };
    const text = previewOfBody(body, compileBody(body), {});
    expect(requestFor('openai', text, {}, 'tutor')).toMatchObject({
      request: { messages: [{ role: 'user', content: 'Hello' }] },
    });
  });
});
