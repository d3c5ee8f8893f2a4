import { describe, expect, it } from 'vitest';
import { createLogger } from './logger.ts';

function logged(write: (logger: ReturnType<typeof createLogger>) => void): Record<string, unknown> {
  let line = '{}';
  const logger = createLogger({ service: 'identity', destination: { write: (text) => (line = text) } });
  write(logger);
  const parsed: Record<string, unknown> = JSON.parse(line);
  return parsed;
}

describe('a log line', () => {
  it('is one JSON object with time, level and service', () => {
    expect(logged((logger) => logger.info({ route: '/v1/me' }, 'request'))).toMatchObject({
      level: 'info',
      service: 'identity',
      route: '/v1/me',
      msg: 'request',
      time: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
    });
  });

  it('hides credentials, also in an object that was logged by mistake', () => {
    const body = { email: 'a@b.c', password: 'hunter2', token: 'sess_x' };
    const line = JSON.stringify(
      logged((logger) => logger.info({ body, req: { headers: { authorization: 'Bearer x1' } } })),
    );
    expect(line).not.toMatch(/hunter2|sess_x|Bearer/);
    expect(line).toContain('[redacted]');
  });

  it('tells the code of an error and of its cause, and still hides a code that was mailed', () => {
    const cause = Object.assign(new Error('connect ECONNREFUSED'), { code: 'ECONNREFUSED' });
    const err = Object.assign(new Error('Redis is away', { cause }), { code: '57P01' });
    expect(logged((logger) => logger.warn({ err, body: { code: '123456' }, code: '123456' }))).toMatchObject({
      err: { code: '57P01', cause: { code: 'ECONNREFUSED' } },
      body: { code: '[redacted]' },
      code: '[redacted]',
    });
  });

  it('hides the arguments of the Redis command that failed, which may be the password', () => {
    const command = { name: 'auth', args: ['hunter2'] };
    const err = Object.assign(new Error('WRONGPASS'), { command });
    expect(logged((logger) => logger.warn({ err }))).toMatchObject({
      err: { command: { name: 'auth', args: '[redacted]' } },
    });
  });

  it('tells an error with its cause', () => {
    const error = new Error('outer', { cause: new Error('inner') });
    expect(JSON.stringify(logged((logger) => logger.error({ err: error })))).toContain('inner');
  });
});
