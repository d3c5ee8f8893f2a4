import { describe, expect, it } from 'vitest';
import { type Assertion, assertionsOf, newRow, rowFault, rowsOf } from './assertion-rows.ts';

describe('assertions', () => {
  it('come out of the form as they went in, those of a newer px0 included', () => {
    const assertions: Assertion[] = [
      { type: 'contains', value: 'refund\r\npolicy', note: 'The law asks for it' },
      { type: 'max_tokens', value: 200, severity: 'warning' },
      { type: 'json_valid', value: 'object' },
      { type: 'no_placeholders' },
      { type: 'starts_with', value: 'Dear', message: 0 },
      { type: 'sentiment', value: { at_least: 0.5 }, severity: 'warning' },
    ];
    expect(assertionsOf(rowsOf(assertions))).toEqual(assertions);
  });

  it('of a type without a value have none, whatever was typed before', () => {
    expect(assertionsOf([{ ...newRow(), type: 'snapshot', value: 'left over' }])).toEqual([
      { type: 'snapshot' },
    ]);
  });

  it('that px0 would refuse are told', () => {
    expect(rowFault(newRow())).toBe('enter a value');
    expect(rowFault({ ...newRow(), type: 'max_chars', value: '1.5' })).toBe('enter a whole number');
    expect(rowFault({ ...newRow(), type: 'fails', value: '' })).toBeUndefined();
    expect(rowFault({ ...newRow(), value: 'x', message: 'first' })).toBe('enter the number of a message');
  });
});
