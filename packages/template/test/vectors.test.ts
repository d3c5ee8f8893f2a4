import { describe, expect, it } from 'vitest';
import { type Backend, closures, compileWith, generated } from '../src/compile.ts';
import { TemplateExecutionError, TemplateSyntaxError } from '../src/errors.ts';
import { readVectors, type Vector } from './vectors.ts';

type Result = Omit<Vector, 'id' | 'template' | 'data'>;

function resultOf(backend: Backend, { template: text, data, output_b64 }: Vector): Result {
  try {
    const template = compileWith(backend, text);
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
  it.each(['authored', 'random'] as const)('gives what Go gives for every case of templates-%s', (file) => {
    const vectors = readVectors(file);
    const wrong = vectors.flatMap((vector) => {
      const { id, template, data, ...expected } = vector;
      const actual = resultOf(backend, vector);
      return JSON.stringify(actual) === JSON.stringify(expected) ? [] : [{ id, template, expected, actual }];
    });
    expect(wrong).toEqual([]);
    expect(vectors.length).toBeGreaterThan(1000);
  });
});
