import { execFile } from 'node:child_process';
import { readdir, readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { NotFoundError, Px0, toAnthropic, UnauthorizedError, UnreachableError } from '@px0/sdk';
import { APIKeysApi, apiConfiguration, PromptsApi, PromptVersionsApi } from '@px0/sdk/api';
import { eventually, startTestPlatform, type TestPlatform, temporaryFolder } from '@px0/testing';
import { type Account, type Prompt, World } from '@px0/testing/world';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const sdk = join(import.meta.dirname, '..', 'packages', 'sdk-typescript');

let platform: TestPlatform;
let world: World;
let account: Account;
let greeting: Prompt;
let folder: string;

beforeAll(async () => {
  platform = await startTestPlatform();
  world = new World(platform);
  account = await world.account();
  greeting = await world.emptyPrompt(account.key, account.team, { slug: 'greeting' });
  await world.live(account.key, greeting, 'Hello {{.name}}');
  folder = await temporaryFolder('sdk-typescript');
  await liveChat('tutor');
});

const HISTORY = [
  { role: 'user', content: 'Hi' },
  { role: 'assistant', content: null, tool_calls: [{ id: 'c1' }] },
];

async function liveChat(slug: string): Promise<void> {
  const { id } = await world.emptyPrompt(account.key, account.team, { slug });
  const configuration = { host: platform.gatewayUrl, accessToken: account.key.token };
  const versions = new PromptVersionsApi(apiConfiguration(configuration));
  const { version } = await versions.createVersion(id, {
    messages: [
      { role: 'system', template: 'You are a {{.mood}} tutor.' },
      { role: 'system', template: '{{if index . "vip"}}Be quick.{{end}}' },
      { placeholder: 'history' },
      { role: 'user', template: '{{.question}}' },
    ],
    config: { model: 'm1', max_tokens: 100, temperature: 0 },
  });
  await versions.promoteVersion(id, String(version.version));
  await versions.promoteVersion(id, String(version.version));
}

afterAll(async () => {
  await platform?.stop();
  await rm(folder, { recursive: true, force: true });
});

function clientOf(options = {}): Px0 {
  return new Px0({ host: platform.gatewayUrl, accessToken: account.key.token, ...options });
}

/** The API of the client, on which it reads what it has written. */
function versionsOf(px0: Px0): PromptVersionsApi {
  return new PromptVersionsApi(apiConfiguration(px0));
}

describe('the examples', () => {
  const outputs: Readonly<Record<string, string>> = {
    'quickstart.ts': 'Hello Ada\n',
    'outage.ts': 'Hello Ada\n',
    'in-process.ts': 'Hello Ada\n',
    'for-tests.ts': 'greeting: version 2\nGood morning Ada\n',
    'api.ts': 'Bye Ada\n',
    'chat.ts': `${JSON.stringify(
      {
        messages: [
          { role: 'system', content: 'You are a patient tutor.' },
          { role: 'user', content: 'Hi' },
          { role: 'assistant', content: 'Hello! What are you learning?' },
          { role: 'user', content: 'Why is the sky blue?' },
        ],
        model: 'm1',
        temperature: 0,
        max_completion_tokens: 100,
      },
      undefined,
      2,
    )}\n`,
  };

  it('are all tried', async () => {
    expect(Object.keys(outputs).toSorted()).toEqual((await readdir(join(sdk, 'examples'))).toSorted());
  });

  it.each(Object.entries(outputs))(
    '%s does what the README says, and stands there as it is',
    async (name, output) => {
      const file = join(sdk, 'examples', name);
      const env = { ...process.env, PX0_HOST: platform.gatewayUrl, PX0_ACCESS_TOKEN: account.key.token };
      const { stdout } = await promisify(execFile)(process.execPath, [file], { env, cwd: folder });
      expect(stdout).toBe(output);
      expect(await readFile(join(sdk, 'README.md'), 'utf8')).toContain(
        `\`\`\`ts\n${await readFile(file, 'utf8')}\`\`\``,
      );
    },
  );
});

describe('against the real px0', () => {
  it('a promotion counts from the next render on', async () => {
    await using px0 = clientOf();
    const versions = versionsOf(px0);
    for (const word of ['One', 'Two', 'Three']) {
      const { version } = await versions.createVersion(greeting.id, { template: `${word} {{.name}}` });
      await versions.promoteVersion(greeting.id, String(version.version));
      await versions.promoteVersion(greeting.id, String(version.version));
      await expect(px0.render('greeting', { name: 'Ada' })).resolves.toMatchObject({
        text: `${word} Ada`,
        source: 'live',
        version: version.version,
      });
    }
  });

  it('a client that follows px0 renders what it has promoted itself, and other versions by number', async () => {
    await using px0 = clientOf({ mode: 'stream', slugs: ['followed'] });
    const { id } = await world.emptyPrompt(account.key, account.team, { slug: 'followed' });
    const versions = versionsOf(px0);
    for (const word of ['One', 'Two', 'Three']) {
      const { version } = await versions.createVersion(id, { template: `${word} {{.name}}` });
      await versions.promoteVersion(id, String(version.version));
      await versions.promoteVersion(id, String(version.version));
      const text = `${word} Ada`;
      await expect(px0.render('followed', { name: 'Ada' })).resolves.toMatchObject({
        text,
        version: version.version,
      });
    }
    const sourceOf = async () => (await px0.render('followed', { name: 'Ada' }, { version: 1 })).source;
    await eventually(async () => (await sourceOf()) === 'fetched');
    expect(px0.prompts()).toMatchObject([{ slug: 'followed', live: 3, versions: [3] }]);
    expect(px0.status()).toMatchObject({ state: 'ready', repairs: 0 });
  });

  it('a version renders by number and by tag', async () => {
    await using px0 = clientOf({ teamId: account.team });
    await versionsOf(px0).setVersionTag(greeting.id, '1', { tag: 'first' });
    for (const which of [{ version: 1 }, { tag: 'first' }]) {
      await expect(px0.render('greeting', { name: 'Ada' }, which)).resolves.toMatchObject({
        text: 'Hello Ada',
        version: 1,
        tags: ['first'],
      });
    }
  });

  it('a chat has its messages and configuration, and is the same while px0 is away', async () => {
    const snapshotFile = join(folder, 'px0-chat.json');
    const variables = { mood: 'kind', history: HISTORY, question: 'Why?' };
    const messages = [
      { role: 'system', content: 'You are a kind tutor.' },
      ...HISTORY,
      { role: 'user', content: 'Why?' },
    ];
    const text = 'system:\nYou are a kind tutor.\n\nuser:\nHi\n\nassistant:\n\n\nuser:\nWhy?\n\n';
    const expected = { messages, text, config: { model: 'm1', max_tokens: 100, temperature: 0 }, version: 1 };
    const transcript = text.replace('user:\nHi', 'system:\n\n\nuser:\nHi');
    await using px0 = clientOf({ snapshotFile });
    const live = await px0.render('tutor', variables);
    expect(live).toMatchObject({ ...expected, source: 'live' });
    const whole = await px0.render('tutor', variables, { transcript: true });
    expect(whole).toMatchObject({ ...expected, text: transcript });
    expect(toAnthropic(live)).toMatchObject({
      request: { system: 'You are a kind tutor.', max_tokens: 100, messages: messages.slice(1) },
      dropped: ['temperature'],
    });
    await px0.close();
    const away = { snapshotFile, fetch: () => Promise.reject(new TypeError('fetch failed')), retries: 0 };
    await using other = clientOf(away);
    const kept = await other.render('tutor', variables);
    expect(kept).toMatchObject({ ...expected, source: 'snapshot' });
    const keptWhole = await other.render('tutor', variables, { transcript: true });
    expect(keptWhole.text).toBe(transcript);
  });

  it('a history that is none is thrown in the words of px0', async () => {
    await using px0 = clientOf();
    const call = px0.render('tutor', { mood: 'kind', history: 'Hi', question: 'Why?' });
    await expect(call).rejects.toMatchObject({
      status: 422,
      message: 'invalid variables: history must be a list of messages',
    });
  });

  it('a render that fails is thrown in the words of px0, though there is a fallback', async () => {
    await using px0 = clientOf({ fallbacks: { greeting: 'Hi' } });
    await expect(px0.render('greeting')).rejects.toMatchObject({
      status: 422,
      message: expect.stringContaining('map has no entry for key "name"'),
    });
  });

  it('a prompt that was taken out of service is gone: nothing that was kept is served for it', async () => {
    const prompt = await world.emptyPrompt(account.key, account.team, { slug: 'short_lived' });
    await world.live(account.key, prompt, 'Here');
    await using px0 = clientOf({ fallbacks: { short_lived: 'Fallback' } });
    await expect(px0.render('short_lived')).resolves.toMatchObject({ text: 'Here' });
    await px0.close();
    await versionsOf(px0).demoteVersion(prompt.id, '1');
    await expect(px0.render('short_lived')).rejects.toThrow(NotFoundError);
    await expect(px0.render('never_there')).rejects.toThrow('prompt not found');
  });

  it('a revoked key is refused at the next render, whatever is kept', async () => {
    const keys = new APIKeysApi(apiConfiguration({ host: platform.gatewayUrl, accessToken: account.token }));
    const createAPIKeyRequest = { name: 'short-lived', orgId: account.organization };
    const { id, key } = await keys.createAPIKey(createAPIKeyRequest);
    await using px0 = clientOf({ accessToken: key, fallbacks: { greeting: 'Hi' } });
    await expect(px0.render('greeting', { name: 'Ada' })).resolves.toMatchObject({ source: 'live' });
    await px0.close();
    await keys.deleteAPIKey(id);
    await expect(px0.render('greeting', { name: 'Ada' })).rejects.toThrow(UnauthorizedError);
  });

  it('the generated client throws this package’s errors', async () => {
    const api = new PromptsApi(
      apiConfiguration({ host: platform.gatewayUrl, accessToken: account.key.token }),
    );
    await expect(api.createPrompt(account.team, { name: 'greeting' })).rejects.toMatchObject({
      name: 'ConflictError',
      status: 409,
      message: 'prompt with this name or slug already exists; please provide a unique name',
    });
    await expect(api.getPrompt('never_there')).rejects.toThrow(NotFoundError);
    const nobody = apiConfiguration({ host: platform.gatewayUrl, accessToken: 'ak_unknown' });
    await expect(new PromptsApi(nobody).listAllPrompts()).rejects.toThrow(UnauthorizedError);
  });
});

describe('a refusal of px0', () => {
  const id = '3b0d4f4e-8c1f-4a7e-9f35-6a1f5d1c2b10';
  const big = JSON.stringify({ variables: { text: 'x'.repeat(5 << 20) } });
  const asNobody = { authorization: 'Bearer ak_unknown' };

  it.each<[number, string, string, { body?: string; headers?: Record<string, string> }?]>([
    [400, 'POST', '/v1/prompts/greeting/render', { body: '{' }],
    [400, 'POST', '/v1/prompts/greeting/render?team_id=x', { body: '{}' }],
    [400, 'POST', '/v1/prompts/greeting/render', { body: '{}', headers: { 'px0-min-revision': 'x' } }],
    [401, 'POST', '/v1/prompts/greeting/render', { body: '{}', headers: asNobody }],
    [403, 'POST', `/v1/prompts/greeting/render?team_id=${id}`, { body: '{}' }],
    [404, 'POST', '/v1/prompts/never_there/render', { body: '{}' }],
    [404, 'POST', '/v1/prompts/greeting/versions/never/render', { body: '{}' }],
    [413, 'POST', '/v1/prompts/greeting/render', { body: big }],
    [413, 'POST', '/v1/render/batch', { body: big }],
    [413, 'PUT', `/v1/prompts/${id}`, { body: big }],
    [413, 'PUT', `/v1/prompts/${id}/versions/1`, { body: big }],
    [413, 'POST', '/v1/orgs', { body: big }],
    [413, 'POST', '/v1/auth/login', { body: big }],
    [422, 'POST', '/v1/prompts/greeting/render', { body: '{}' }],
    [405, 'GET', '/v1/prompts/greeting/render'],
    [400, 'POST', '/v1/render/batch', { body: '{"renders":1}' }],
    [401, 'POST', '/v1/render/batch', { body: '{}', headers: asNobody }],
    [400, 'GET', '/v1/teams/x/prompts'],
    [400, 'GET', '/v1/prompts', { headers: { 'px0-min-revision': 'x' } }],
    [401, 'GET', '/v1/prompts', { headers: asNobody }],
    [404, 'GET', '/v1/prompts/never_there'],
    [404, 'GET', '/v1/prompts/greeting/never/there'],
    [405, 'PUT', '/v1/prompts'],
    [400, 'GET', '/v1/teams/x/members'],
    [401, 'GET', '/v1/me/teams', { headers: asNobody }],
    [403, 'GET', `/v1/teams/${id}/members`],
    [400, 'GET', '/v1/me/teams', { headers: { 'px0-min-revision': 'x' } }],
    [405, 'PUT', '/v1/orgs'],
    [400, 'POST', '/v1/auth/register', { body: '{}' }],
    [401, 'POST', '/v1/auth/login', { body: '{"email":"no@example.com","password":"wrong-Horse-1"}' }],
    [400, 'POST', '/v1/auth/login', { body: '{"email":1}' }],
    [400, 'POST', '/v1/auth/login', { body: '{}', headers: { 'px0-min-revision': 'x' } }],
    [401, 'GET', '/v1/me', { headers: asNobody }],
    [401, 'GET', '/v1/api-keys', { headers: asNobody }],
    [405, 'GET', '/v1/auth/login'],
  ])('with %i to %s %s says that it is from px0', async (status, method, path, { body, headers } = {}) => {
    const answer = await fetch(`${platform.gatewayUrl}${path}`, {
      method,
      headers: {
        authorization: `Bearer ${account.key.token}`,
        'content-type': 'application/json',
        ...headers,
      },
      ...(body !== undefined && { body }),
    });
    expect(answer.status).toBe(status);
    expect(await answer.json()).toEqual({ error: expect.any(String) });
    expect(answer.headers.get('px0-revision')).toMatch(/^\S+$/);
  });
});

describe('px0 stopped and started again', () => {
  it('is not noticed by an application with a cache, a snapshot or a fallback, and needs no restart of it', async () => {
    const snapshotFile = join(folder, 'px0.json');
    const fallbacks = { other: 'Fallback for {{.name}}' };
    await using running = clientOf({ snapshotFile, fallbacks });
    const before = await running.render('greeting', { name: 'Ada' });
    expect(before).toMatchObject({ source: 'live' });
    await running.close();

    await platform.pause();
    // New variables: it is the template that was kept.
    await expect(running.render('greeting', { name: 'Grace' })).resolves.toMatchObject({
      text: before.text.replace('Ada', 'Grace'),
      source: 'cache',
      version: before.version,
      revision: before.revision,
      stale: true,
    });
    await expect(running.render('other', { name: 'Grace' })).resolves.toMatchObject({
      text: 'Fallback for Grace',
      source: 'fallback',
    });
    await using started = clientOf({ snapshotFile, fallbacks });
    await expect(started.render('greeting', { name: 'Grace' })).resolves.toMatchObject({
      text: before.text.replace('Ada', 'Grace'),
      source: 'snapshot',
      version: before.version,
    });
    await using bare = clientOf({ retries: 0 });
    await expect(bare.render('greeting', { name: 'Grace' })).rejects.toThrow(UnreachableError);

    await platform.resume();
    for (const px0 of [running, started, bare]) {
      await eventually(async () => (await px0.render('greeting', { name: 'Ada' })).source === 'live', {
        what: 'a live render',
        timeoutMs: 60_000,
      });
    }
  }, 180_000);
});
