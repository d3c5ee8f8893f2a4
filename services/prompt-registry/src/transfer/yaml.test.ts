import { parseExactJson } from '@px0/contracts';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { fromYaml, toYaml } from './yaml.ts';

const detailOf = (text: string): string => {
  try {
    return `taken as ${JSON.stringify(fromYaml(text))}`;
  } catch (error) {
    return String(error);
  }
};

describe('a document as YAML', () => {
  const piece = fc.constantFrom(
    ...[
      '',
      ' ',
      '\t',
      '\n',
      '\r',
      '\r\n',
      '\u0085',
      '\u2028',
      '\ufeff',
      '\u0001',
      'a',
      ': ',
      '#',
      '---',
      '- ',
    ],
    ...['"', "'", '\\', '%', '|', '&a', '*a', '!t', '<<', 'null', '~', '1', '0x1', '1.0', 'yes', '{{.x}}'],
  );
  const text = fc.array(piece, { maxLength: 6 }).map((pieces) => pieces.join(''));

  it('comes back as it was, whatever its texts and names are', () => {
    fc.assert(
      fc.property(text, text, (name, value) => {
        const document = { list: [{ template: value, ...Object.fromEntries([[name, value]]) }] };
        expect(fromYaml(toYaml(document))).toEqual(document);
      }),
      {
        numRuns: 1_000,
        examples: [
          [' \n', ' \n'],
          ['\n  \n', '   \n\n'],
        ],
      },
    );
  });

  it.each([
    '12345678901234567890',
    '0.1234567890123456789',
    '-1.5e300',
    '123456789012345678901e3',
    '1.5',
    '0',
  ])('keeps the digits of %s', (number) => {
    const value = parseExactJson(`[${number}]`);
    expect(JSON.stringify(fromYaml(toYaml(value)))).toBe(JSON.stringify(value));
    expect(JSON.stringify(fromYaml(`[${number}]`))).toBe(JSON.stringify(value));
  });

  it('has each value once, also when it stands in two places', () => {
    const shared = { a: 1 };
    expect(fromYaml(toYaml([shared, shared]))).toEqual([shared, shared]);
  });
});

describe('YAML that a person wrote', () => {
  it('has the names that stand there, though YAML has numbers and null', () => {
    const names = ['1.0', '007', '1e1', '0x1', 'null', '~', 'true', '2026-01-01', '12345678901234567890'];
    expect(fromYaml(names.map((name) => `${name}: 1\n`).join(''))).toEqual(
      Object.fromEntries(names.map((name) => [name, 1])),
    );
    expect(detailOf('1: a\n"1": b\n')).toContain('is no YAML');
  });

  it.each(['!!binary aGk=', '!!set {a}', '!!js/function x', '!own 1', '!!timestamp 2026-01-01'])(
    'is refused where a tag makes what JSON lacks: %s',
    (value) => {
      expect(detailOf(`a: 1\nn: ${value}\n`)).toContain('invalid document: line 2 has a tag');
    },
  );

  it.each([
    ['a: &a [1]\nb: *a', 'the text is no YAML without aliases'],
    ['? [a]\n: 1', 'the text has a key that is a list or an object'],
    ['a: 1\n---\nb: 1', 'is no YAML'],
  ])('is refused with its reason: %j', (yaml, detail) => {
    expect(detailOf(yaml)).toContain(detail);
  });
});
