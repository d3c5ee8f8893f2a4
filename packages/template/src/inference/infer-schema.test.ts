import { describe, expect, it } from 'vitest';
import { compile } from '../compile.ts';
import type { InferredSchema } from './inferred-schema.ts';

function schemaOf(text: string): InferredSchema {
  return compile(text).inputSchema;
}

function bytesOf(schema: InferredSchema): number {
  return Buffer.byteLength(JSON.stringify(schema));
}

const depthOf = ({ properties = {}, items }: InferredSchema): number =>
  1 + Math.max(0, ...[...Object.values(properties), ...(items ? [items] : [])].map(depthOf));

const countOf = ({ properties = {}, items }: InferredSchema): number => {
  const inner = [...Object.values(properties), ...(items ? [items] : [])];
  return Object.keys(properties).length + inner.reduce((sum, schema) => sum + countOf(schema), 0);
};

/** `t0` calls `t1`, and so on to the last, which is not there. */
function chain(length: number, call: (name: string) => string): string {
  const units = Array.from({ length }, (_, n) => `{{define "t${n}"}}${call(`t${n + 1}`)}{{end}}`);
  return `${units.join('')}{{template "t0" .}}`;
}

describe('an inferred schema', () => {
  it('has 512 properties at most: what is read first', () => {
    const schema = schemaOf(Array.from({ length: 3000 }, (_, n) => `{{.k${n}}}`).join(''));
    expect(Object.keys(schema.properties ?? {})).toEqual(Array.from({ length: 512 }, (_, n) => `k${n}`));
    expect(schema.required).toEqual(Object.keys(schema.properties ?? {}));
  });

  it('is 16 levels deep at most', () => {
    const keys = Array.from({ length: 40 }, (_, n) => `k${n}`);
    expect(depthOf(schemaOf(`{{.${keys.join('.')}}}`))).toBe(16);
    expect(depthOf(schemaOf(`${'{{range .l}}'.repeat(30)}{{.a}}${'{{end}}'.repeat(30)}`))).toBe(16);
  });

  it('has 65,536 bytes at most, however long the keys are', () => {
    const long = Array.from({ length: 500 }, (_, n) => `{{index . "${'é'.repeat(90)}${n}" "${n}" 0 1 "x"}}`);
    const schema = schemaOf(`{{.${'k'.repeat(70_000)}}}${long.join('')}{{upper .a}}`);
    expect(bytesOf(schema)).toBeLessThanOrEqual(65_536);
    expect(bytesOf(schema)).toBeGreaterThan(50_000);
    expect(schemaOf(`{{.${'k'.repeat(70_000)}}}{{upper .a}}`).required).toEqual(['a']);
  });

  it('keeps room for what is judged beside its annotations', () => {
    const texts = Array.from({ length: 300 }, (_, n) => `"${'v'.repeat(100)}${n}"`).join(' ');
    const schema = schemaOf(
      `{{if eq .a ${texts}}}{{end}}{{.b | default "${'x'.repeat(60_000)}"}}{{upper .c}}`,
    );
    expect(schema.properties?.['a']?.examples?.length).toBeGreaterThan(100);
    expect(schema.properties?.['b']).toEqual({});
    expect(schema.properties?.['c']).toEqual({ type: 'string' });
    expect(bytesOf(schema)).toBeLessThan(20_000);
  });

  it('names 256 examples at most', () => {
    const texts = Array.from({ length: 300 }, (_, n) => `"${n}"`).join(' ');
    expect(schemaOf(`{{eq .a ${texts}}}`).properties?.['a']?.examples).toHaveLength(256);
  });

  it('of templates that call one another twice each is made in a moment', () => {
    const same = chain(40, (next) => `{{template "${next}" .}}{{template "${next}" .}}`);
    expect(schemaOf(`${same}{{.a}}`).required).toEqual(['a']);
    const different = chain(40, (next) => `{{template "${next}" .a}}{{template "${next}" .b}}`);
    const schema = schemaOf(`${different}{{.c}}`);
    expect(countOf(schema)).toBeLessThanOrEqual(512);
    expect(depthOf(schema)).toBe(16);
  });

  it('of ten thousand templates that call one another goes on behind the call', () => {
    const text = chain(10_000, (next) => `{{template "${next}" .}}`);
    expect(schemaOf(`{{.a}}${text}{{.b}}`).required).toEqual(['a', 'b']);
  });

  it('of nested blocks and parentheses in templates that call one another does not exhaust the stack', () => {
    const open = `${'{{if .x}}'.repeat(400)}{{${'(print '.repeat(90)}1${')'.repeat(90)}}}`;
    const text = chain(60, (next) => `${open}{{template "${next}" .}}${'{{end}}'.repeat(400)}`);
    expect(schemaOf(`${text}{{.b}}`).required).toEqual(['x', 'b']);
  });

  it('of a large text demands what is read first', () => {
    const schema = schemaOf(`{{.a}}${'{{.b}}'.repeat(80_000)}{{.c}}`);
    expect(schema.required).toEqual(['a', 'b']);
  });

  it('is the same object each time', () => {
    const template = compile('{{.a}}');
    expect(template.inputSchema).toBe(template.inputSchema);
  });
});
