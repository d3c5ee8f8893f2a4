/** `fallbacks.json`: chats as fallbacks, which the SDKs of all languages take, refuse and render alike. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { type Fallback, Px0, type RenderOptions, TemplateError, UsageError } from '../src/mod.ts';

interface Vector {
  readonly id: string;
  readonly fallback: Fallback;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly missing_key?: 'error' | 'zero';
  /** The error when the fallback is given. */
  readonly usage?: string;
  /** The error of its render. */
  readonly fails?: string;
  /** What the result has otherwise; the transcript is the text of a render that asks for it. */
  readonly messages?: unknown;
  readonly config?: unknown;
  readonly text?: string;
  readonly transcript?: string;
}

const vectors: readonly Vector[] = JSON.parse(
  readFileSync(join(import.meta.dirname, '../../template/test/vectors/fallbacks.json'), 'utf8'),
);

function clientOf(fallbacks: Readonly<Record<string, Fallback>>): Px0 {
  const fetch = () => Promise.reject(new Error('px0 is away'));
  return new Px0({ host: 'http://127.0.0.1:1', accessToken: 'ak_test', retries: 0, fetch, fallbacks });
}

describe('a fallback of messages', () => {
  it.each(vectors)('$id', async ({ fallback, variables, missing_key, ...expected }) => {
    const { usage, fails, messages, config, text, transcript } = expected;
    const options: RenderOptions = missing_key === undefined ? {} : { missingKey: missing_key };
    const perCall = clientOf({}).render('a', variables, { ...options, fallback });
    if (usage !== undefined) {
      const error = new UsageError(usage);
      expect(() => clientOf({ a: fallback })).toThrow(error);
      return expect(perCall).rejects.toThrow(error);
    }
    if (fails !== undefined) return expect(perCall).rejects.toThrow(new TemplateError(fails));
    const { text: made, ...result } = await perCall;
    expect({ ...result, text: made }).toMatchObject({ source: 'fallback', config, text });
    expect(result.messages).toEqual(messages);
    const whole = await clientOf({ a: fallback }).render('a', variables, { ...options, transcript: true });
    expect(whole.text).toBe(transcript);
  });

  it('has cases of all kinds', () => {
    expect(vectors.length).toBeGreaterThan(100);
    expect(new Set(vectors.map(({ id }) => id.split('/')[0]))).toEqual(new Set(['result', 'fails', 'usage']));
  });
});
