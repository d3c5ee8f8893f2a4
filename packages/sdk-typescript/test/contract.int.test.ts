import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryFolder } from '@px0/testing';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { apiConfiguration, PromptRendersApi } from '../src/api.ts';
import {
  type ContractPolicy,
  InvalidRequestError,
  Px0,
  type Px0Options,
  UnreachableError,
  UsageError,
  type Variables,
} from '../src/mod.ts';
import { PlayedPx0 } from './played-px0.ts';

const SCHEMA = { type: 'object', properties: { mood: { type: 'string' } }, required: ['mood'] } as const;
const MISSPELT = { moood: 'calm' };
const MISSING = [{ path: 'mood', given: 'moood' }];
const SENTENCE = 'invalid variables: missing mood (did you mean moood?)';
const WRONG = { mood: 7 };
const INVALID = [{ path: 'mood', must: 'be a string' }];

let px0Server: PlayedPx0;
let folder: string;
const clients: Px0[] = [];

beforeEach(async () => {
  px0Server = await PlayedPx0.start();
  folder = await temporaryFolder('sdk-contract');
});

afterEach(async () => {
  await Promise.all(clients.splice(0).map((client) => client.close()));
  await px0Server.close();
  await rm(folder, { recursive: true });
});

function clientOf(options: Px0Options = {}): Px0 {
  // A paused machine must not look like a px0 that does not answer.
  const limits = { retries: 0, timeoutMs: 30_000, attemptTimeoutMs: 30_000 };
  const client = new Px0({ host: px0Server.host, accessToken: 'ak_test', ...limits, ...options });
  clients.push(client);
  return client;
}

function play(contract?: ContractPolicy): void {
  const policy = contract === undefined ? {} : { contract };
  px0Server.prompts = { mood: { version: 3, template: 'Be {{.mood}}', schema: SCHEMA, ...policy } };
}

function errorOf(render: Promise<unknown>): Promise<unknown> {
  return render.then(
    () => undefined,
    (error: unknown) => error,
  );
}

describe('a render by px0', () => {
  it('asks for a policy, if the caller does', async () => {
    play();
    const client = clientOf();
    await client.render('mood', { mood: 'calm' });
    await client.render('mood', { mood: 'calm' }, { contract: 'warn' });
    const options = px0Server.seen
      .filter(({ method }) => method === 'POST')
      .map(({ body }) => JSON.parse(body).options);
    expect(options).toEqual([{ transcript: false }, { transcript: false, contract: 'warn' }]);
  });

  it('tells of a violation', async () => {
    play('warn');
    const client = clientOf();
    const { text, contract } = await client.render('mood', WRONG);
    expect([text, contract]).toEqual(['Be 7', { missing: [], unknown: [], invalid: INVALID }]);
    expect(await client.render('mood', { mood: 'calm' })).toMatchObject({ contract: null });
  });

  it('that is refused says what is missing, and takes no fallback', async () => {
    play('enforce');
    const error = await errorOf(clientOf().render('mood', MISSPELT, { fallback: 'Hi' }));
    expect(error).toBeInstanceOf(InvalidRequestError);
    expect(error).toMatchObject({ status: 422, message: SENTENCE });
    expect(error).toMatchObject({ missing: MISSING, unknown: [], invalid: [], more: 0 });
  });

  it('that is refused says it to the generated client, too', async () => {
    play('enforce');
    const api = new PromptRendersApi(apiConfiguration(clientOf()));
    const error = await errorOf(api.renderLive('mood', { variables: MISSPELT }));
    expect(error).toMatchObject({ name: 'InvalidRequestError', missing: MISSING, more: 0 });
  });

  it('of another policy than there is cannot be asked for', async () => {
    const options = JSON.parse('{"contract":"off"}');
    await expect(clientOf().render('mood', {}, options)).rejects.toThrow(UsageError);
  });

  it('is refused without a word on its variables, or with a result, if the header is none of px0’s', async () => {
    play();
    const headers = { 'px0-contract': '{"missing":[' };
    const body = { rendered: 'Be', version: 3, tags: [] };
    px0Server.faults = [
      { status: 200, body, headers },
      { status: 422, body: { error: SENTENCE }, headers },
    ];
    const client = clientOf();
    expect(await client.render('mood')).toMatchObject({ text: 'Be', contract: null });
    const error = await errorOf(client.render('mood'));
    expect(error).toMatchObject({ message: SENTENCE, missing: [], unknown: [], invalid: [], more: 0 });
  });
});

describe('during an outage', () => {
  async function warm(options: Px0Options = {}): Promise<Px0> {
    const client = clientOf(options);
    await client.render('mood', { mood: 'calm' });
    await client.close();
    px0Server.fault = 'reset';
    return client;
  }

  async function said(client: Px0, variables: Variables, contract?: ContractPolicy): Promise<unknown> {
    const options = contract === undefined ? {} : { contract };
    const result = await client.render('mood', variables, { fallback: 'Hi', ...options });
    return [result.text, result.source, result.contract];
  }

  it('what is kept is judged as px0 would', async () => {
    play('enforce');
    const client = await warm();
    expect(await said(client, { mood: 'calm' })).toEqual(['Be calm', 'cache', null]);
    expect(await said(client, WRONG)).toEqual(['Hi', 'fallback', null]);
    expect(await errorOf(client.render('mood', WRONG))).toBeInstanceOf(UnreachableError);
  });

  it('a violation is told of', async () => {
    play('warn');
    const client = await warm();
    const violation = { missing: [], unknown: [], invalid: INVALID };
    expect(await said(client, WRONG)).toEqual(['Be 7', 'cache', violation]);
    expect(await said(client, WRONG, 'enforce')).toEqual(['Hi', 'fallback', null]);
  });

  it('a call is judged that wants it, where the prompt does not', async () => {
    play();
    const client = await warm();
    expect(await said(client, WRONG)).toEqual(['Be 7', 'cache', null]);
    expect(await said(client, WRONG, 'enforce')).toEqual(['Hi', 'fallback', null]);
  });

  it('policy and schema survive a restart', async () => {
    play('enforce');
    const stateFile = join(folder, 'state');
    await warm({ stateFile });
    const later = clientOf({ stateFile });
    expect(await said(later, { mood: 'calm' })).toEqual(['Be calm', 'snapshot', null]);
    expect(await said(later, WRONG)).toEqual(['Hi', 'fallback', null]);
    const line = (await readFile(stateFile, 'utf8')).trim().split('\n').at(-1);
    expect(JSON.parse(line ?? '')).toMatchObject({ contract: 'enforce', program: { schema: SCHEMA } });
  });

  it('what an earlier px0 said nothing of is not served to a call that wants a contract', async () => {
    px0Server.prompts = { mood: { version: 3, template: 'Be {{.mood}}' } };
    const client = await warm();
    expect(await said(client, WRONG)).toEqual(['Be 7', 'cache', null]);
    expect(await said(client, { mood: 'calm' }, 'warn')).toEqual(['Hi', 'fallback', null]);
  });
});

it('what is fresh enough to be served without px0 is not, for variables that the contract refuses', async () => {
  play('enforce');
  const client = clientOf({ cache: { freshMs: 600_000 } });
  await client.render('mood', { mood: 'calm' });
  await client.close();
  expect(await client.render('mood', { mood: 'glad' })).toMatchObject({ source: 'cache' });
  expect(await errorOf(client.render('mood', WRONG))).toMatchObject({ status: 422, invalid: INVALID });
});

it('a client for tests takes calls that want a contract', async () => {
  const client = Px0.forTests({ greeting: 'Hello {{.name}}' });
  const result = await client.render('greeting', { name: 7 }, { contract: 'enforce' });
  expect(result).toMatchObject({ text: 'Hello 7', contract: null });
});
