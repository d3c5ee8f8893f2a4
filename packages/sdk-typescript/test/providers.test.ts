import { toAISDK, toAnthropic, toGemini, toOpenAI, UsageError } from '@px0/sdk';
import { describe, expect, it } from 'vitest';
import { transcriptOf } from '../src/chat-message.ts';
import type { Rendered } from '../src/handover/conversation.ts';
import { providerVectors as vectors } from './provider-vectors.ts';

const handOvers = { openai: toOpenAI, anthropic: toAnthropic, gemini: toGemini } as const;

function outcomeOf(handOver: (result: Rendered) => unknown, result: Rendered): unknown {
  try {
    return handOver(result);
  } catch (error) {
    if (error instanceof UsageError) return { error: error.message };
    throw error;
  }
}

describe.each(Object.entries(handOvers))('%s', (provider, handOver) => {
  it('gets what providers.json says, and the result stays as it was', () => {
    const wrong = vectors.flatMap((vector) => {
      const before = JSON.stringify(vector.result);
      const actual = outcomeOf(handOver, vector.result);
      const expected = vector[provider as keyof typeof handOvers];
      const isRight = isEqual(actual, expected) && JSON.stringify(vector.result) === before;
      return isRight ? [] : [{ id: vector.id, expected, actual }];
    });
    expect(wrong).toEqual([]);
    expect(vectors.length).toBeGreaterThanOrEqual(100);
    expect(new Set(vectors.map(({ id }) => id)).size).toBe(vectors.length);
  });

  it.each([
    ['a promise', Promise.resolve(vectors[0]?.result)],
    ['nothing', undefined],
    ['a text', 'Hello'],
    ['an answer of the API', { rendered: 'Hello', version: 1, slug: 'greeting', tags: [] }],
  ])('refuses %s, which is no result of render', (_what, given) => {
    expect(() => handOver(given as never)).toThrow(
      new UsageError('the result is not one of render; was it awaited?'),
    );
  });

  it('makes no text of a chat', () => {
    const result = {
      slug: 'a',
      get text(): string {
        throw new Error('it was read');
      },
      messages: [{ role: 'user', content: 'Hi' }],
      config: { max_tokens: 1 },
    };
    expect(() => handOver(result)).not.toThrow();
  });

  it('refuses a setting of a form that px0 does not keep', () => {
    const result = { slug: 'a', text: 'Hi', messages: null, config: { max_tokens: '5' } };
    expect(() => handOver(result)).toThrow(
      new UsageError('config.max_tokens is not of the form that px0 keeps'),
    );
  });
});

function isEqual(actual: unknown, expected: unknown): boolean {
  try {
    expect(actual).toStrictEqual(expected);
    return true;
  } catch {
    return false;
  }
}

it('the text for logs of each chat is what providers.json has', () => {
  const wrong = vectors.flatMap(({ id, result: { text, messages } }) => {
    const actual = messages === null ? text : transcriptOf(messages);
    return actual === text ? [] : [{ id, text, actual }];
  });
  expect(wrong).toEqual([]);
});

describe('the AI SDK', () => {
  const result = (messages: Rendered['messages'], config: Rendered['config'] = null): Rendered => ({
    slug: 'greeting',
    text: 'Hello',
    messages,
    config,
  });

  it('gets the first system messages as instructions', () => {
    const handedOver = toAISDK(
      result([
        { role: 'system', content: 'Be kind.' },
        { role: 'system', content: 'Be short.' },
        { role: 'user', content: 'Hi' },
      ]),
    );
    expect(handedOver).toStrictEqual({
      instructions: 'Be kind.\n\nBe short.',
      messages: [{ role: 'user', content: 'Hi' }],
      dropped: [],
    });
  });

  it('gets a text as one message of a user, and no instructions', () => {
    expect(toAISDK(result(null))).toStrictEqual({
      messages: [{ role: 'user', content: 'Hello' }],
      dropped: [],
    });
  });

  it('gets no settings, and hears which ones there are', () => {
    const config = { seed: 1, model: 'm', stop: [], unknown: 1, tools: [{ name: 'a' }] };
    expect(toAISDK(result(null, config)).dropped).toEqual(['model', 'seed', 'tools']);
  });

  it('gets media as files of any type', () => {
    const { messages } = toAISDK(
      result([
        {
          role: 'user',
          content: [
            { type: 'text', text: 'See' },
            { type: 'media', url: 'https://example.com/v', media_type: 'video/mp4' },
            { type: 'media', url: 'data:audio/ogg;base64,T2dn' },
          ],
        },
      ]),
    );
    expect(messages[0]?.content).toStrictEqual([
      { type: 'text', text: 'See' },
      { type: 'file', mediaType: 'video/mp4', data: { type: 'url', url: new URL('https://example.com/v') } },
      { type: 'file', mediaType: 'audio/ogg', data: { type: 'data', data: 'T2dn' } },
    ]);
  });

  it('gets messages of a placeholder as they came, but empty arguments as none', () => {
    const call = { type: 'tool-call', toolCallId: 'c1', toolName: 'now' };
    const history = [
      { role: 'assistant', content: [{ ...call, input: '' }], providerOptions: { a: { b: 1 } } },
      { role: 'tool', content: [{ type: 'tool-result', toolCallId: 'c1', toolName: 'now', output: 1 }] },
    ];
    const { messages } = toAISDK(result(history));
    expect(messages).toStrictEqual([{ ...history[0], content: [{ ...call, input: {} }] }, history[1]]);
  });

  it.each([
    [
      'a later system message',
      { role: 'system', content: 'x' },
      'ai takes system messages at the beginning only',
    ],
    [
      'media of an unknown type',
      { role: 'user', content: [{ type: 'media', url: 'https://example.com/a' }] },
      'ai does not take media without a media type by url',
    ],
    [
      'media that are nowhere',
      { role: 'user', content: [{ type: 'media', url: '/a', media_type: 'image/png' }] },
      'ai does not take media whose url is none',
    ],
  ])('does not get %s', (_what, message, error) => {
    const messages = [{ role: 'user', content: 'Hi' }, message];
    expect(() => toAISDK(result(messages))).toThrow(new UsageError(error));
  });
});
