import { describe, expect, it } from 'vitest';
import { hasSqlState, isDeadlock, isUniqueViolation } from './sql-state.ts';

const wrapped = (code: string) => new Error('saving failed', { cause: { code } });

describe('SQL states', () => {
  it.each([{ code: '23505' }, wrapped('23505')])('find a unique violation in %j', (error) => {
    expect(isUniqueViolation(error)).toBe(true);
    expect(isDeadlock(error)).toBe(false);
  });

  it.each([{ code: '40P01' }, wrapped('40P01')])('find a deadlock in %j', (error) => {
    expect(isDeadlock(error)).toBe(true);
    expect(isUniqueViolation(error)).toBe(false);
  });

  it.each([undefined, null, 'text', 5, new Error('no'), { code: '22P02' }])('find neither in %j', (error) => {
    expect(isUniqueViolation(error)).toBe(false);
    expect(isDeadlock(error)).toBe(false);
  });

  it('are told apart by their codes', () => {
    const states = new Set(['22003', '22P02']);
    expect(hasSqlState({ code: '22P02' }, states)).toBe(true);
    expect(hasSqlState({ code: '23505' }, states)).toBe(false);
  });

  it('end at a cycle of causes', () => {
    const error: { cause?: unknown } = {};
    error.cause = error;
    expect(isDeadlock(error)).toBe(false);
  });
});
