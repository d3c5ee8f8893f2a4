import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import {
  baseConfigSchema,
  describeConfig,
  flagVariable,
  integerVariable,
  listVariable,
  loadConfig,
  shareVariable,
  urlListVariable,
} from './config.ts';
import { ConfigError } from './errors.ts';

const schema = z.object({
  PORT: integerVariable(0, 65_535).prefault('8000').describe('Port to listen on.'),
  DEBUG: flagVariable().prefault('false').describe('Says more.'),
  ORIGINS: listVariable().prefault('a, b').describe('Who may.'),
  UPSTREAMS: urlListVariable('http').describe('Where the others are.'),
  LEVEL: z.enum(['low', 'high']).default('low').describe('How much.'),
  REDIS_URL: z.string().optional().describe('Where Redis is.'),
  RATIO: shareVariable().prefault('0.5').describe('What share.'),
});
const given = { UPSTREAMS: 'http://a:1, http://b:2' };

function faultOf(env: Record<string, string>): string {
  try {
    loadConfig(schema, { ...given, ...env });
  } catch (error) {
    if (error instanceof ConfigError) return error.message;
    throw error;
  }
  return '';
}

describe('loadConfig', () => {
  it('parses texts and fills in defaults', () => {
    expect(loadConfig(schema, given)).toEqual({
      PORT: 8000,
      DEBUG: false,
      ORIGINS: ['a', 'b'],
      UPSTREAMS: ['http://a:1', 'http://b:2'],
      LEVEL: 'low',
      RATIO: 0.5,
    });
  });

  it('takes an empty variable for one that is not set', () => {
    expect(loadConfig(schema, { ...given, PORT: '', REDIS_URL: '' })).toMatchObject({ PORT: 8000 });
  });

  it.each([
    [{ PORT: 'http' }, 'PORT must be a whole number.'],
    [{ PORT: '0x10' }, 'PORT must be a whole number.'],
    [{ PORT: '70000' }, 'PORT must be at most 65535.'],
    [{ DEBUG: 'maybe' }, 'DEBUG must be true or false.'],
    [{ LEVEL: 'medium' }, 'LEVEL must be one of low, high.'],
    [{ RATIO: '1.5' }, 'RATIO must be a number from 0 to 1.'],
    [{ RATIO: '-1' }, 'RATIO must be a number from 0 to 1.'],
    [{ RATIO: '1%' }, 'RATIO must be a number from 0 to 1.'],
    [{ UPSTREAMS: 'ftp://a' }, 'UPSTREAMS must be one or more URLs that start with http://.'],
    [{ UPSTREAMS: '' }, 'UPSTREAMS must be set.'],
    [{ PORT: 'x', LEVEL: 'y' }, 'PORT must be a whole number; LEVEL must be one of low, high.'],
  ])('of %o stops with a sentence that names the variable', (env, sentence) => {
    expect(faultOf(env)).toBe(sentence);
  });

  it('never shows a wrong value, which may be a secret', () => {
    const password = 'hunter2';
    expect(faultOf({ UPSTREAMS: `postgres://user:${password}@db` })).not.toContain(password);
  });
});

describe('describeConfig', () => {
  it('lists each variable with its default as one would write it', () => {
    const [port, debug, , upstreams, level, redis] = describeConfig(schema);
    expect(port).toEqual({
      name: 'PORT',
      type: 'string',
      default: '8000',
      required: false,
      description: 'Port to listen on.',
    });
    expect(debug).toMatchObject({ name: 'DEBUG', default: 'false', required: false });
    expect(upstreams).toMatchObject({
      required: true,
      default: undefined,
      description: 'Where the others are.',
    });
    expect(level).toMatchObject({ type: 'low | high', default: 'low' });
    expect(redis).toMatchObject({ required: false, default: undefined });
  });

  it('finds a description for every common variable', () => {
    for (const variable of describeConfig(baseConfigSchema))
      expect(variable.description, variable.name).not.toBe('');
  });
});
