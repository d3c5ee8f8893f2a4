import { describe, expect, it } from 'vitest';
import { reasonAgainst } from '../src/costly/mod.ts';
import { type GivenAssertion, patternFault, patternsIn, readAssertions } from '../src/mod.ts';

const long = (characters: number) => '😀'.repeat(characters);

describe('assertions', () => {
  it('are read as they were given, without what is null', () => {
    const given = [
      { type: 'contains', value: long(65_536), severity: 'warning', note: long(255), message: 2 },
      { type: 'max_tokens', value: 800, encoding: 'o200k_base' },
      { type: 'json_valid' },
      { type: 'json_valid', value: 'array' },
      { type: 'fails', value: null, severity: null, note: null, message: null, encoding: null },
    ];
    const [first, second, third, fourth] = given;
    expect(readAssertions(given)).toEqual([first, second, third, fourth, { type: 'fails' }]);
    expect(readAssertions([])).toEqual([]);
    expect(readAssertions(Array.from({ length: 50 }, () => ({ type: 'no_placeholders' })))).toHaveLength(50);
  });

  const refused: readonly (readonly [GivenAssertion, string])[] = [
    [{ type: 'is_nice' }, 'type: is not known'],
    [{}, 'type: is not known'],
    [{ type: 'toString' }, 'type: is not known'],
    [{ type: 'contains' }, 'value: must be a text'],
    [{ type: 'contains', value: 5 }, 'value: must be a text'],
    [{ type: 'contains', value: long(65_537) }, 'value: must have at most 65536 characters'],
    [{ type: 'matches', value: 'a'.repeat(1_001) }, 'value: must have at most 1000 characters'],
    [{ type: 'max_chars', value: '5' }, 'value: must be a number'],
    [{ type: 'max_chars' }, 'value: must be a number'],
    [{ type: 'max_chars', value: 1.5 }, 'value: must be a whole number from 0 to 8388608'],
    [{ type: 'min_chars', value: 8_388_609 }, 'value: must be a whole number from 0 to 8388608'],
    [{ type: 'max_tokens', value: 0 }, 'value: must be a whole number from 1 to 1000000'],
    [{ type: 'message_count', value: -1 }, 'value: must be a whole number from 0 to 1000000'],
    [{ type: 'json_valid', value: 'number' }, 'value: must be object or array'],
    [{ type: 'json_valid', value: 1 }, 'value: must be a text'],
    [{ type: 'snapshot', value: 'a' }, 'value: is not known'],
    [{ type: 'fails', value: 1 }, 'value: must be a text'],
    [{ type: 'max_tokens', value: 1, encoding: 'cl100k_base' }, 'encoding: is not known'],
    [{ type: 'max_chars', value: 1, encoding: 'o200k_base' }, 'encoding: is not known'],
    [{ type: 'snapshot', severity: 'fatal' }, 'severity: is not known'],
    [{ type: 'snapshot', severity: '' }, 'severity: is not known'],
    [{ type: 'snapshot', note: long(256) }, 'note: must have at most 255 characters'],
    [{ type: 'snapshot', message: 0 }, 'message: is not known'],
    [{ type: 'contains', value: '', message: -1 }, 'message: must be a whole number from 0 to 1000000'],
  ];

  it.each(refused)('%j are refused', (assertion, reason) => {
    expect(() => readAssertions([{ type: 'fails' }, assertion])).toThrow(`assertions.1.${reason}`);
  });

  it('are refused together when they contradict each other, or are too many', () => {
    const equals = { type: 'equals', value: 'a' };
    const snapshot = { type: 'snapshot' };
    expect(() => readAssertions([equals, snapshot])).toThrow('assertions: only one of equals and snapshot');
    expect(readAssertions([{ ...equals, message: 0 }, snapshot])).toHaveLength(2);
    expect(() => readAssertions(Array.from({ length: 51 }, () => snapshot))).toThrow(
      'assertions: must have at most 50 entries',
    );
  });

  it('say where a pattern does not compile, and why', () => {
    const patterns = patternsIn([
      { type: 'fails', value: '(' },
      { type: 'not_matches', value: '(?=a)' },
    ]);
    expect(patterns.map((placed) => patternFault(placed, reasonAgainst(placed.pattern) ?? ''))).toEqual([
      'assertions.1.value: is no RE2 pattern: invalid or unsupported Perl syntax: `(?=`',
    ]);
  });
});
