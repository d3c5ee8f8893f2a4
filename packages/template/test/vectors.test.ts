import { isDeepStrictEqual } from 'node:util';
import { describe, expect, it } from 'vitest';
import { type ChatOutcome, programOutcome } from '../fuzz/chat-outcomes.ts';
import { type ChatInput, textResult } from '../fuzz/chat-vectors.ts';
import { outcomeOf } from '../fuzz/limit-cases.ts';
import { type Backend, closures, compileWith, generated } from '../src/compile.ts';
import { TemplateExecutionError, TemplateSyntaxError } from '../src/errors.ts';
import { linkChat } from '../src/program/link-chat.ts';
import { readChats, readLimits, readPrograms, readVectors, type Vector } from './vectors.ts';

type Result = Omit<Vector, 'id' | 'template' | 'data' | 'missing_key'>;

function resultOf(backend: Backend, vector: Vector): Result {
  const { template: text, data, missing_key: missingKey = 'error', output_b64 } = vector;
  try {
    const template = compileWith(backend, text, { missingKey });
    const output = template.render(data);
    if (output_b64 === undefined) return { output };
    return { output, output_b64: Buffer.from(template.renderBytes(data)).toString('base64') };
  } catch (error) {
    if (error instanceof TemplateSyntaxError) return { parse_error: error.message };
    if (error instanceof TemplateExecutionError) return { exec_error: error.message };
    throw error;
  }
}

describe.each([
  ['generated code', generated],
  ['closures', closures],
])('%s', (_name, backend) => {
  it.each([
    ['authored', 1955],
    ['random', 1003],
    ['options', 4260],
  ] as const)('gives what Go gives for every case of templates-%s', (file, count) => {
    const vectors = readVectors(file);
    const wrong = vectors.flatMap((vector) => {
      const { id, template, data, missing_key, ...expected } = vector;
      const actual = resultOf(backend, vector);
      return JSON.stringify(actual) === JSON.stringify(expected)
        ? []
        : [{ id, template, missing_key, expected, actual }];
    });
    expect(wrong).toEqual([]);
    expect(vectors).toHaveLength(count);
  });

  it('reaches each limit exactly where limits.json says', () => {
    const cases = readLimits();
    const wrong = cases.flatMap((one) => {
      const { id, template, data, limits, ...expected } = one;
      const actual = outcomeOf(backend, one);
      return JSON.stringify(actual) === JSON.stringify(expected)
        ? []
        : [{ id, template, limits, expected, actual }];
    });
    expect(wrong).toEqual([]);
    expect(new Set(cases.map(({ id }) => id)).size).toBe(cases.length);
    expect(cases.length).toBeGreaterThan(1000);
  });

  it('gives what Go gives for every unit and transcript of programs.json', () => {
    const vectors = readPrograms();
    const wrong = vectors.flatMap(({ units, transcript, ...input }) => {
      const outcome = outcomeOfChat(backend, input);
      const actual = {
        units: outcome.units?.map(({ name, ...unit }) => ({ name, ...textResult(unit) })),
        transcript: textResult(outcome.transcript),
      };
      const expected = { units, transcript };
      return isDeepStrictEqual(actual, expected) ? [] : [{ ...input, expected, actual }];
    });
    expect(wrong).toEqual([]);
    expect(vectors).toHaveLength(702);
  });

  it('gives the messages of chats.json', () => {
    const vectors = readChats();
    const wrong = vectors.flatMap(({ messages, error, ...input }) => {
      const outcome = outcomeOfChat(backend, input);
      const actual = { messages: outcome.messages, error: outcome.error };
      const expected = { messages, error };
      return isDeepStrictEqual(actual, expected) ? [] : [{ ...input, expected, actual }];
    });
    expect(wrong).toEqual([]);
    expect(vectors).toHaveLength(462);
  });
});

function outcomeOfChat(backend: Backend, { id, program, ...chatCase }: ChatInput): ChatOutcome {
  const outcome = programOutcome(backend, program, chatCase);
  if (outcome === 'limit') throw new Error(`${id} reaches a limit`);
  return outcome;
}

it.each([
  ['programs', readPrograms],
  ['chats', readChats],
])('links the entries of %s.json into their programs', (_name, read) => {
  const vectors = read();
  const wrong = vectors.filter(({ entries, program }) => !isDeepStrictEqual(linkChat(entries), program));
  expect(wrong.map(({ id }) => id)).toEqual([]);
  expect(new Set(vectors.map(({ id }) => id)).size).toBe(vectors.length);
});
