/** Input contracts as the registry keeps them: schemas of versions, the contract of a prompt, and what a promotion may break. */
import { bodySubject, decodeBody, decodeEvent, stateSubject } from '@px0/contracts';
import type { Bus } from '@px0/event-bus';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { promptOf, versionOf } from './prompts.ts';
import { errorOf, refused } from './replies.ts';
import { type Cast, type Reply, RunningRegistry } from './running-registry.ts';

let registry: RunningRegistry;
let cast: Cast;
let bus: Bus;

beforeAll(async () => {
  registry = await RunningRegistry.start();
  cast = await registry.cast();
  bus = await registry.openBus();
});
afterAll(() => registry?.stop());

const $schema = 'https://json-schema.org/draft/2020-12/schema';
const needsName = { $schema, type: 'object', properties: { name: {} }, required: ['name'] };
const wantsText = { properties: { name: { type: 'string', minLength: 1 } } };
const united = { ...needsName, ...wantsText };

const call = (promptId: string, method: string, path: string, body?: unknown): Promise<Reply> =>
  registry.call(cast.editor, method, `/v1/prompts/${promptId}${path}`, body);

const createPrompt = (fields?: Record<string, unknown>) =>
  registry.prompts.create(cast.editor, cast.teamId, fields);

const promptWith = (fields: Record<string, unknown>, ...contents: readonly object[]) =>
  registry.prompts.createWith(cast.editor, cast.teamId, fields, ...contents);

const setContract = (id: string, contract: string) => call(id, 'PATCH', '', { contract });

async function eventOf(promptId: string) {
  const subject = stateSubject('prompt', promptId);
  const event = decodeEvent(subject, (await bus.lastMessage('state', subject))?.text ?? '');
  if (event.name !== 'prompt') throw new Error('no event of a prompt');
  return event.state;
}

async function bodyOf(promptId: string, number: number) {
  const subject = bodySubject(promptId, number);
  return decodeBody(subject, (await bus.lastMessage('body', subject))?.text ?? '').program;
}

async function forgetSchemas(): Promise<void> {
  await registry.pool.query('alter table prompt_versions disable trigger prompt_versions_schemas_immutable');
  await registry.pool.query(
    'update prompt_versions set inferred_schema = null where authored_schema is null',
  );
  await registry.pool.query('alter table prompt_versions enable trigger prompt_versions_schemas_immutable');
}

describe('the input schema of a version', () => {
  it('is what its text needs, and stays out of lists', async () => {
    const { id } = await createPrompt();
    const created = await call(id, 'POST', '/versions', { template: 'Hi {{.name}}' });
    expect(versionOf(created).input_schema).toEqual(needsName);
    expect(versionOf(created)).not.toHaveProperty('authored_schema');
    expect(versionOf(await call(id, 'GET', '/versions/1')).input_schema).toEqual(needsName);
    const updated = await call(id, 'PUT', '/versions/1', { template: '{{.b}}{{.a}}' });
    expect(JSON.stringify(versionOf(updated).input_schema)).toContain(
      '"properties":{"b":{},"a":{}},"required":["b","a"]',
    );
    expect(versionOf(await call(id, 'POST', '/versions/1/duplicate')).input_schema).toEqual(
      versionOf(updated).input_schema,
    );
    expect(versionOf(await call(id, 'POST', '/versions/1/promote')).input_schema).toEqual(
      versionOf(updated).input_schema,
    );
    const keysOf = async (query: string) => {
      const { body } = await call(id, 'GET', `/versions${query}`);
      return JSON.stringify(body).match(/input_schema|authored_schema/g) ?? [];
    };
    expect(await keysOf('')).toEqual([]);
    expect(await keysOf('?include=schema')).toEqual(['input_schema', 'input_schema']);
    for (const include of ['program', 'schemas', ''])
      expect(errorOf(await call(id, 'GET', `/versions?include=${include}`))).toEqual(
        refused(400, 'invalid include, must be program or schema'),
      );
  });

  it('of a chat is what its messages and placeholders need', async () => {
    const { id } = await createPrompt();
    const messages = [
      { placeholder: 'history', required: true },
      { role: 'user', template: '{{.question}}' },
    ];
    const { input_schema: schema } = versionOf(await call(id, 'POST', '/versions', { messages }));
    expect(schema).toMatchObject({ required: ['history', 'question'] });
  });

  it('is tightened by its author, in the order that was written', async () => {
    const { id } = await createPrompt();
    const content = { template: 'Hi {{.name}}', input_schema: wantsText };
    const created = versionOf(await call(id, 'POST', '/versions', content));
    expect(created).toMatchObject({ input_schema: united, authored_schema: wantsText });
    const read = await call(id, 'GET', '?version=1&include=program');
    expect(read.body).toMatchObject({
      version: { input_schema: united, authored_schema: wantsText, program: { schema: united } },
    });
    const turned = { 'x-b': 1, properties: { z: {}, a: { maxLength: 2, type: 'string' } }, title: 't' };
    const updated = await call(id, 'PUT', '/versions/1', { input_schema: turned });
    expect(JSON.stringify(versionOf(updated).authored_schema)).toBe(JSON.stringify(turned));
    expect(versionOf(updated).template).toBe('Hi {{.name}}');
    expect(versionOf(await call(id, 'POST', '/versions/1/duplicate')).authored_schema).toEqual(turned);
  });

  it('stays with an update that does not name it, and an empty one clears it', async () => {
    const { id } = await createPrompt();
    await call(id, 'POST', '/versions', { template: 'Hi {{.name}}', input_schema: wantsText });
    const etag = async () => (await call(id, 'GET', '/versions/1')).headers.get('etag');
    const first = await etag();
    const moved = versionOf(await call(id, 'PUT', '/versions/1', { template: '{{.name}}{{.mood}}' }));
    expect(moved).toMatchObject({ authored_schema: wantsText, input_schema: { required: ['name', 'mood'] } });
    const second = await etag();
    const noted = versionOf(await call(id, 'PUT', '/versions/1', { note: 'why' }));
    expect(noted.input_schema).toEqual(moved.input_schema);
    await call(id, 'PUT', '/versions/1', { input_schema: { title: 'other' } });
    const third = await etag();
    expect(new Set([first, second, third]).size).toBe(3);
    const cleared = versionOf(await call(id, 'PUT', '/versions/1', { input_schema: {} }));
    expect(cleared).not.toHaveProperty('authored_schema');
    expect(cleared.input_schema).toMatchObject({ properties: { name: {}, mood: {} } });
    expect(await bodyOf(id, 1)).not.toHaveProperty('schema');
  });

  it.each([
    [{ properties: { name: { pattern: '^a' } } }, 'name: pattern is not supported'],
    [{ type: 'string' }, 'variables: type must be object'],
    [{ properties: { tags: { type: 'string' } } }, 'tags: the template needs array, object or null'],
    [{ properties: { tags: {} }, additionalProperties: false }, 'tone: is read by the template'],
    [
      { properties: { tags: { minimum: JSON.rawJSON('1e999') } } },
      'tags: minimum must be within the range of a 64-bit float',
    ],
  ])('is refused: %j', async (schema, reason) => {
    const { id } = await createPrompt();
    const template = '{{range .tags}}{{end}}{{.tone}}';
    const refusal = refused(400, `invalid input schema: ${reason}`);
    expect(errorOf(await call(id, 'POST', '/versions', { template, input_schema: schema }))).toEqual(refusal);
    await call(id, 'POST', '/versions', { template });
    expect(errorOf(await call(id, 'PUT', '/versions/1', { input_schema: schema }))).toEqual(refusal);
    const validated = await registry.call(cast.editor, 'POST', '/v1/templates/validate', {
      template,
      input_schema: schema,
    });
    expect(validated.body).toMatchObject({
      valid: false,
      error: { message: reason, line: 0, column: 0, source: 'input_schema' },
    });
  });

  it('has 512 properties at most together with those that the template reads', async () => {
    const { id } = await createPrompt();
    const wants = (count: number) => ({
      template: '{{.name}}',
      input_schema: {
        properties: Object.fromEntries(Array.from({ length: count }, (_, n) => [`a${n}`, {}])),
      },
    });
    expect((await call(id, 'POST', '/versions', wants(511))).status).toBe(201);
    expect(errorOf(await call(id, 'PUT', '/versions/1', wants(512)))).toEqual(
      refused(
        400,
        'invalid input schema: variables: must have at most 512 properties with those that the template reads',
      ),
    );
  });

  it('is judged after everything that belongs to the text', async () => {
    const { id } = await createPrompt();
    const input_schema = { $ref: '#' };
    const post = async (body: object) => errorOf(await call(id, 'POST', '/versions', body));
    expect(await post({ template: 'x', input_schema: 7 })).toEqual(refused(400, 'invalid request body'));
    expect(await post({ input_schema })).toEqual(refused(400, 'template is required'));
    expect((await post({ template: '{{', input_schema })).body).toMatchObject({
      error: expect.stringMatching(/^invalid template: /),
    });
    expect(await post({ template: 'x', input_schema, note: 'x'.repeat(2_001) })).toEqual(
      refused(400, 'note must be at most 2000 characters'),
    );
    expect(await post({ template: 'x', input_schema })).toEqual(
      refused(400, 'invalid input schema: variables: $ref is not supported'),
    );
  });

  it('is part of a validation', async () => {
    const { body } = await registry.call(cast.editor, 'POST', '/v1/templates/validate', {
      template: '{{.a}}{{if .b}}{{.c}}{{end}}{{range .l}}{{.t}}{{end}}{{.d | default "x"}}',
    });
    expect(body).toMatchObject({
      input_schema: {
        $schema,
        type: 'object',
        properties: {
          a: {},
          b: {},
          c: {},
          l: {
            type: ['array', 'object', 'null'],
            items: { type: 'object', properties: { t: {} }, required: ['t'] },
          },
          d: { default: 'x' },
        },
        required: ['a', 'b', 'l'],
      },
    });
  });

  it('does not change once the version has left draft', async () => {
    const id = await promptWith({}, { template: '{{.name}}', input_schema: wantsText });
    for (const column of ['authored_schema', 'inferred_schema'])
      await expect(
        registry.pool.query(`update prompt_versions set ${column} = '{}' where prompt_id = $1`, [id]),
      ).rejects.toThrow(/immutable/);
  });
});

describe('the contract of a prompt', () => {
  it('is off, and set by whoever may edit, with an entry of its own', async () => {
    const prompt = await createPrompt();
    expect(prompt.contract).toBe('off');
    expect(promptOf(await setContract(prompt.id, 'warn')).contract).toBe('warn');
    expect(promptOf(await call(prompt.id, 'PATCH', '', { folder: 'f' })).contract).toBe('warn');
    expect(promptOf(await call(prompt.id, 'PUT', '', { description: 'd' })).contract).toBe('warn');
    expect(promptOf(await call(prompt.id, 'PATCH', '', { contract: 'off', folder: 'g' })).contract).toBe(
      'off',
    );
    const { body } = await call(prompt.id, 'GET', '/audit');
    const patched = (body as { entries: { action: string; details: object }[] }).entries.filter(
      ({ action }) => action === 'prompt.patched',
    );
    expect(patched.map(({ details }) => details)).toEqual([
      { contract_from: 'warn', contract_to: 'off', folder_from: 'f', folder_to: 'g' },
      { folder_from: '', folder_to: 'f' },
      { contract_from: 'off', contract_to: 'warn' },
    ]);
    const path = `/v1/prompts/${prompt.id}`;
    for (const caller of [cast.viewer, cast.readRenderKey])
      expect(errorOf(await registry.call(caller, 'PATCH', path, { contract: 'warn' }))).toEqual(
        refused(403, 'forbidden'),
      );
    expect(errorOf(await registry.call(cast.outsider, 'PATCH', path, { contract: 'warn' }))).toEqual(
      refused(404, 'prompt not found'),
    );
  });

  it('can be given when the prompt is created', async () => {
    expect((await createPrompt({ contract: 'enforce' })).contract).toBe('enforce');
    const reply = await registry.call(cast.editor, 'POST', `/v1/teams/${cast.teamId}/prompts`, {
      name: 'x',
      contract: 'on',
    });
    expect(errorOf(reply)).toEqual(refused(400, 'invalid contract, must be off, warn, or enforce'));
  });

  it('is in the event with the schema of the live version, while it is not off', async () => {
    const id = await promptWith(
      {},
      { template: 'Hi {{.name}}' },
      { template: '{{.name}}', input_schema: wantsText },
    );
    expect(await eventOf(id)).not.toHaveProperty('contract');
    expect((await eventOf(id))?.live).toEqual({ number: 1, template: 'Hi {{.name}}' });
    await setContract(id, 'enforce');
    expect(await eventOf(id)).toMatchObject({
      contract: 'enforce',
      live: { number: 1, template: 'Hi {{.name}}', schema: needsName },
    });
    expect((await call(id, 'POST', '/versions/2/promote?allow=contract_break')).status).toBe(200);
    expect((await eventOf(id))?.live).toEqual({ number: 2, template: '{{.name}}', schema: united });
    await setContract(id, 'off');
    expect(await eventOf(id)).not.toHaveProperty('contract');
    expect((await eventOf(id))?.live).toEqual({ number: 2, template: '{{.name}}' });
  });

  it('needs a body to carry what its author wants, whatever the contract is', async () => {
    const id = await promptWith(
      {},
      { template: '{{.name}}' },
      { template: '{{.name}}', input_schema: wantsText },
    );
    expect(await bodyOf(id, 1)).toEqual({ template: '{{.name}}' });
    expect(await bodyOf(id, 2)).toEqual({ template: '{{.name}}', schema: united });
  });
});

describe('a check', () => {
  const content = { template: '{{.mood}}', input_schema: { properties: { mood: { enum: ['calm'] } } } };
  const samples = { calm: { mood: 'calm' }, typo: { moood: 'calm' }, loud: { mood: 'loud' } };
  const problems = {
    calm: null,
    typo: { missing: [{ path: 'mood', given: 'moood' }], unknown: [], invalid: [] },
    loud: { missing: [], unknown: [], invalid: [{ path: 'mood', must: 'be one of "calm"' }] },
  };

  it.each([
    ['off', false],
    ['enforce', true],
  ])('judges payloads and compares with the live version under %s', async (contract, isEnforced) => {
    const id = await promptWith({ contract }, { template: 'x{{.tone}}' }, content);
    for (const [name, variables] of Object.entries(samples))
      await registry.prompts.createPayload(cast.editor, id, { name, variables });
    const { body } = await call(id, 'POST', '/versions/2/check');
    expect(body).toMatchObject({
      check: {
        contract: {
          breaks: ['added required mood', 'restricted mood'],
          notices: ['unused tone'],
        },
        payloads: Object.entries(problems).map(([name, violations]) => ({ name, violations })),
      },
    });
    const outcomes = (body as { check: { payloads: { version: { outcome: string; error: string } }[] } })
      .check.payloads;
    expect(outcomes.map(({ version }) => version.outcome)).toEqual([
      'rendered',
      'failed',
      isEnforced ? 'failed' : 'rendered',
    ]);
    if (isEnforced)
      expect(outcomes.map(({ version }) => version.error)).toEqual([
        null,
        'invalid variables: missing mood (did you mean moood?)',
        'invalid variables: mood must be one of "calm"',
      ]);
  });

  it('looks at placeholders first, as a render does', async () => {
    const messages = [
      { placeholder: 'history', required: true },
      { role: 'user', template: '{{.mood}}' },
    ];
    const id = await promptWith({ contract: 'enforce' }, { messages });
    const samples = { both: {}, list: { history: 1, mood: 'calm' }, mood: { history: [] } };
    for (const [name, variables] of Object.entries(samples))
      await registry.prompts.createPayload(cast.editor, id, { name, variables });
    const { body } = await call(id, 'POST', '/versions/1/check');
    expect((body as { check: unknown }).check).toMatchObject({
      payloads: [
        {
          version: { error: 'invalid variables: missing history' },
          violations: { missing: [{ path: 'history' }, { path: 'mood' }] },
        },
        { version: { error: 'invalid variables: history must be a list of messages' } },
        {
          version: { error: 'invalid variables: missing mood' },
          violations: { missing: [{ path: 'mood' }] },
        },
      ],
    });
  });
});

it('a comparison shows what authors wrote', async () => {
  const id = await promptWith({}, { template: 'x' }, { template: 'x', input_schema: { title: 't' } });
  const { body } = await call(id, 'GET', '/versions/diff?from=1&to=2');
  expect(body).toMatchObject({
    sections: [{ name: 'input_schema', from: null, to: '{\n  "title": "t"\n}' }],
  });
});

it('a promotion of versions that nobody has looked at infers what it needs, and so does everything else', async () => {
  const older = { template: '{{.a}}' };
  const id = await promptWith({ contract: 'warn' }, older, { template: '{{.a}} {{.b}}' });
  await call(id, 'POST', '/versions', older);
  await registry.stopService();
  await forgetSchemas();
  await registry.startService();
  expect(errorOf(await call(id, 'POST', '/versions/2/promote'))).toEqual(
    refused(409, 'contract break: added required b'),
  );
  expect(versionOf(await call(id, 'GET', '/versions/3')).input_schema).toMatchObject({ required: ['a'] });
  const { status, body } = await call(id, 'PUT', '/versions/3', { input_schema: { title: 't' } });
  expect({ status, body }).toMatchObject({
    status: 200,
    body: { version: { input_schema: { title: 't' } } },
  });
  const unknown = async () => {
    const { rows } = await registry.pool.query(
      'select count(*)::int as count from prompt_versions where inferred_schema is null',
    );
    return rows[0]?.count;
  };
  await expect.poll(unknown, { timeout: 50_000 }).toBe(0);
  await expect
    .poll(async () => (await eventOf(id))?.live, { timeout: 50_000 })
    .toMatchObject({
      schema: { required: ['a'] },
    });
});

it('a process of the release before that overwrites a draft takes its schemas with it', async () => {
  const { id } = await createPrompt();
  await call(id, 'POST', '/versions', { template: 'Hi {{.name}}', input_schema: wantsText });
  await registry.pool.query(
    `update prompt_versions set template = '{{.other}}', body_revision = body_revision + 1 where prompt_id = $1`,
    [id],
  );
  const version = versionOf(await call(id, 'GET', '/versions/1'));
  expect(version).not.toHaveProperty('authored_schema');
  expect(version.input_schema).toMatchObject({ required: ['other'] });
});
