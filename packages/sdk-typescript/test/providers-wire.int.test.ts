/**
 * The packages of the providers take what is handed over, for the compiler (`npm run typecheck`) and at run time, and send all of it: read from the
 * wire, since several of them lose what they do not know without an error.
 */
import Anthropic from '@anthropic-ai/sdk';
import { GoogleGenAI } from '@google/genai';
import { PlayedProviders } from '@px0/testing';
import { generateText, type LanguageModel } from 'ai';
import { MockLanguageModelV4 } from 'ai/test';
import OpenAI from 'openai';
import { describe, expect, it } from 'vitest';
import { type Rendered, toAISDK, toAnthropic, toGemini, toOpenAI } from '../src/mod.ts';
import { type ProviderVector, providerVectors } from './provider-vectors.ts';

/** The vectors that a provider gets a request of. */
function handedOver(provider: 'openai' | 'anthropic' | 'gemini'): ProviderVector[] {
  return providerVectors.filter((vector) => 'request' in vector[provider]);
}

/** The ids of the vectors of which something else was sent than `expected` says. */
async function differences(
  vectors: readonly ProviderVector[],
  provider: PlayedProviders,
  send: (result: Rendered) => Promise<unknown>,
  expected: (vector: ProviderVector) => unknown,
): Promise<unknown[]> {
  const wrong: unknown[] = [];
  for (const vector of vectors) {
    await send(vector.result);
    const sent = provider.take().map(({ body }) => body);
    const wanted = JSON.parse(JSON.stringify(expected(vector)));
    if (!isEqual(sent, [wanted])) wrong.push({ id: vector.id, wanted, sent });
  }
  return wrong;
}

function isEqual(actual: unknown, expected: unknown): boolean {
  try {
    expect(actual).toStrictEqual(expected);
    return true;
  } catch {
    return false;
  }
}

const requestOf = (vector: ProviderVector, provider: 'openai' | 'anthropic' | 'gemini') => {
  const outcome = vector[provider];
  return 'request' in outcome ? outcome.request : {};
};

describe('openai', () => {
  it('sends each request as it was handed over', async () => {
    await using provider = await PlayedProviders.start();
    const client = new OpenAI({ baseURL: `${provider.host}/v1`, apiKey: 'sk-test', maxRetries: 0 });
    const send = (result: Rendered) => client.chat.completions.create(toOpenAI(result).request);
    const vectors = handedOver('openai');
    const wrong = await differences(vectors, provider, send, (vector) => requestOf(vector, 'openai'));
    expect(wrong).toEqual([]);
    expect(vectors.length).toBeGreaterThan(80);
  });
});

describe('anthropic', () => {
  it('sends each request as it was handed over', async () => {
    await using provider = await PlayedProviders.start();
    const client = new Anthropic({ baseURL: provider.host, apiKey: 'sk-ant-test', maxRetries: 0 });
    const send = (result: Rendered) => client.messages.create(toAnthropic(result).request);
    const vectors = handedOver('anthropic');
    const wrong = await differences(vectors, provider, send, (vector) => requestOf(vector, 'anthropic'));
    expect(wrong).toEqual([]);
    expect(vectors.length).toBeGreaterThan(70);
  });
});

/** Where the package puts the settings that it takes in one object. */
function onGeminisWire({ contents, config }: Readonly<Record<string, unknown>>) {
  const { systemInstruction, tools, toolConfig, ...generationConfig } = Object(config);
  return {
    contents,
    ...(systemInstruction && { systemInstruction }),
    ...(tools && { tools }),
    ...(toolConfig && { toolConfig }),
    ...(config !== undefined && { generationConfig }),
  };
}

describe('gemini', () => {
  it('sends each request as it was handed over, with the content of every message', async () => {
    await using provider = await PlayedProviders.start();
    const client = new GoogleGenAI({ apiKey: 'test', httpOptions: { baseUrl: provider.host } });
    const send = (result: Rendered) => client.models.generateContent(toGemini(result).request);
    // It refuses a request without a model or without messages by itself.
    const vectors = handedOver('gemini').filter((vector) => {
      const { model, contents } = requestOf(vector, 'gemini');
      return model !== undefined && Array.isArray(contents) && contents.length > 0;
    });
    const wrong = await differences(vectors, provider, send, (vector) =>
      onGeminisWire(requestOf(vector, 'gemini')),
    );
    expect(wrong).toEqual([]);
    expect(vectors.length).toBeGreaterThan(60);
  });
});

describe('the AI SDK', () => {
  const usage = {
    inputTokens: { total: 1, noCache: 1, cacheRead: 0, cacheWrite: 0 },
    outputTokens: { total: 1, text: 1, reasoning: 0 },
  };

  function modelOf() {
    return new MockLanguageModelV4({
      supportedUrls: { '*/*': [/.*/] },
      doGenerate: {
        content: [{ type: 'text', text: 'Yes' }],
        finishReason: { unified: 'stop', raw: 'stop' },
        usage,
        warnings: [],
      },
    });
  }

  async function promptOf(result: Rendered): Promise<unknown> {
    const model = modelOf();
    const { instructions, messages } = toAISDK(result);
    await generateText({
      model: model satisfies LanguageModel,
      messages,
      ...(instructions !== undefined && { instructions }),
    });
    return model.doGenerateCalls[0]?.prompt;
  }

  it('gives the model the instructions, the history and the media', async () => {
    const prompt = await promptOf({
      slug: 'tutor',
      text: '',
      config: null,
      messages: [
        { role: 'system', content: 'Be kind.' },
        { role: 'system', content: 'Be short.' },
        { role: 'assistant', content: [{ type: 'tool-call', toolCallId: 'c1', toolName: 'now', input: '' }] },
        {
          role: 'tool',
          content: [
            { type: 'tool-result', toolCallId: 'c1', toolName: 'now', output: { type: 'text', value: '12' } },
          ],
        },
        {
          role: 'user',
          content: [
            { type: 'text', text: 'See' },
            { type: 'media', url: 'https://example.com/a.png', media_type: 'image/png' },
            { type: 'media', url: 'data:application/pdf;base64,JVBERg==' },
          ],
        },
      ],
    });
    expect(prompt).toMatchObject([
      { role: 'system', content: 'Be kind.\n\nBe short.' },
      { role: 'assistant', content: [{ type: 'tool-call', toolCallId: 'c1', toolName: 'now', input: {} }] },
      { role: 'tool', content: [{ type: 'tool-result', output: { type: 'text', value: '12' } }] },
      {
        role: 'user',
        content: [
          { type: 'text', text: 'See' },
          {
            type: 'file',
            mediaType: 'image/png',
            data: { type: 'url', url: new URL('https://example.com/a.png') },
          },
          { type: 'file', mediaType: 'application/pdf', data: { type: 'data', data: 'JVBERg==' } },
        ],
      },
    ]);
  });

  it('gives the model a text as a message of the user', async () => {
    await expect(promptOf({ slug: 'a', text: 'Hello', config: null, messages: null })).resolves.toMatchObject(
      [{ role: 'user', content: [{ type: 'text', text: 'Hello' }] }],
    );
  });
});
