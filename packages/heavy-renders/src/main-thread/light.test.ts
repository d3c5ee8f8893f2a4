import { describe, expect, it } from 'vitest';
import { isLightJson, isLightTemplate } from './light.ts';

describe('JSON is light', () => {
  const json = (value: unknown) => Buffer.from(JSON.stringify(value));

  it('when it has few values, however long their texts are, up to a bound', () => {
    expect(isLightJson(json(['x'.repeat(250_000)]))).toBe(true);
    expect(isLightJson(json(['x'.repeat(270_000)]))).toBe(false);
  });

  it('when it is short, whatever it holds', () => {
    expect(isLightJson(Buffer.alloc(0))).toBe(true);
    expect(isLightJson(Buffer.from(','.repeat(12_000)))).toBe(true);
  });

  it('when its texts hold what begins a value elsewhere', () => {
    expect(isLightJson(json({ table: 'a,b,c\n'.repeat(20_000), code: '[{\\"'.repeat(10_000) }))).toBe(true);
    expect(isLightJson(json({ text: ','.repeat(7_000), values: new Array(6_001).fill('"') }))).toBe(false);
  });

  it('unless it has many values', () => {
    expect(isLightJson(json(new Array(6_000).fill('text')))).toBe(true);
    expect(isLightJson(json(new Array(6_001).fill('text')))).toBe(false);
    expect(isLightJson(json(Object.fromEntries(Array.from({ length: 7_000 }, (_, i) => [i, i]))))).toBe(
      false,
    );
  });
});

describe('JSON of values within values', () => {
  it.each(['[', '{"a":'])('is not light, though it has no commas: %s', (open) => {
    expect(isLightJson(Buffer.from(open.repeat(6_000).padEnd(20_000)))).toBe(true);
    expect(isLightJson(Buffer.from(open.repeat(6_001).padEnd(20_000)))).toBe(false);
  });
});

describe('a template is light', () => {
  it('when it is mostly text', () => {
    expect(isLightTemplate(`${'text '.repeat(100_000)}{{.name}}`)).toBe(true);
    expect(isLightTemplate('')).toBe(true);
  });

  it('unless it has many actions, or one long one', () => {
    expect(isLightTemplate('{{.a}}'.repeat(1_000))).toBe(true);
    expect(isLightTemplate('{{.a}}'.repeat(1_001))).toBe(false);
    expect(isLightTemplate(`{{and ${'1 '.repeat(4_000)}}}`)).toBe(false);
    expect(isLightTemplate(`${'text '.repeat(10_000)}{{/* ${'x'.repeat(6_000)} */}}`)).toBe(false);
  });

  it('or never ends an action, which is read to the end', () => {
    expect(isLightTemplate(`{{and ${'.a '.repeat(4_000)}`)).toBe(false);
  });

  it.each(['"}}"', '"\\"}}"', "'}}'", '`}}`'])('and a text in an action does not end it: %s', (text) => {
    expect(isLightTemplate(`{{and ${text} ${'.a '.repeat(4_000)}}}`)).toBe(false);
    expect(isLightTemplate(`{{print ${text}}}${'text '.repeat(10_000)}{{.a}}`)).toBe(true);
  });

  it.each([`{{/* don't */}}`, `{{- /* "}} */ -}}`])(
    'and a mark in a comment begins no text: %s',
    (comment) => {
      expect(isLightTemplate(`${comment}${'text '.repeat(10_000)}{{.a}}`)).toBe(true);
    },
  );
});
