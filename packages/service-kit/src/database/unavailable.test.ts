import { describe, expect, it } from 'vitest';
import { isUnavailable } from './unavailable.ts';

const coded = (code: string, extra: object = {}) => Object.assign(new Error('x'), { code, ...extra });

describe('isUnavailable', () => {
  it.each([
    ['a refused connection', coded('ECONNREFUSED')],
    [
      'a refused connection on every address',
      Object.assign(new AggregateError([coded('ECONNREFUSED')]), { message: '' }),
    ],
    ['a name that does not resolve', coded('ENOTFOUND')],
    ['a Unix socket without server', coded('ENOENT', { syscall: 'connect' })],
    ['a server that shuts down', coded('57P01')],
    ['a server that starts', coded('57P03')],
    ['too many connections', coded('53300')],
    ['a full disk', coded('53100')],
    ['a statement timeout', coded('57014')],
    ['the pool’s own timeout', new Error('timeout exceeded when trying to connect')],
    ['a connection that broke', new Error('Connection terminated unexpectedly')],
    ['one wrapped by somebody', new Error('saving failed', { cause: coded('ECONNRESET') })],
  ])('holds for %s', (_case, error) => {
    expect(isUnavailable(error)).toBe(true);
  });

  it.each([
    ['a unique violation', coded('23505')],
    ['a serialization failure', coded('40001')],
    ['a deadlock', coded('40P01')],
    ['a syntax error', coded('42601')],
    ['a missing file', coded('ENOENT', { syscall: 'open' })],
    ['a wrong password', coded('28P01')],
    ['a bug', new TypeError('undefined is not a function')],
    ['a text', 'ECONNREFUSED'],
    ['nothing', undefined],
  ])('does not hold for %s', (_case, error) => {
    expect(isUnavailable(error)).toBe(false);
  });

  it('ends on an error that is its own cause', () => {
    const error = new Error('x');
    error.cause = error;
    expect(isUnavailable(error)).toBe(false);
  });
});
