// Renders of prompts with an input contract: off, warn and enforce.

import { randomUUID } from 'node:crypto';
import type { InputSchema } from '@px0/input-contract';
import { compile, linkChat } from '@px0/template';
import { eventually } from '@px0/testing';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Answer, type PlayedPrompt, type PlayedVersion, RenderFixture } from './render-fixture.ts';

type Policy = NonNullable<PlayedPrompt['contract']>;

let render: RenderFixture;
let teamId: string;
let token: string;

beforeAll(async () => {
  render = await RenderFixture.start();
  const organization = await render.organization();
  teamId = organization.teamId;
  ({ token } = await render.identity.createKey(organization.orgId, { operation: 'read_render' }));
});
afterAll(() => render.stop());

/** A prompt; returns its slug. */
async function prompt(
  contract: Policy | undefined,
  versions: readonly PlayedVersion[],
  rest: Partial<PlayedPrompt> = {},
): Promise<string> {
  const slug = `c_${randomUUID().slice(0, 8)}`;
  await render.prompt({ teamId, slug, versions, ...rest, ...(contract !== undefined && { contract }) });
  return slug;
}

/** A prompt whose one version is live; returns its slug. */
const live = (contract: Policy | undefined, template: string, schema?: InputSchema): Promise<string> =>
  prompt(contract, [{ number: 1, status: 'live', template, ...(schema !== undefined && { schema }) }]);

const renderOf = (slug: string, variables: object, options?: object, path = 'render'): Promise<Answer> =>
  render.render(`${slug}/${path}`, token, { variables, ...(options === undefined ? {} : { options }) });

/** Status, what went wrong, and what `Px0-Contract` says. */
async function judged(answering: Promise<Answer>): Promise<unknown[]> {
  const { status, body, headers } = await answering;
  const header = headers.get('px0-contract');
  const error = typeof body === 'object' && body !== null && 'error' in body ? body.error : undefined;
  return [status, error, header === null ? undefined : JSON.parse(header)];
}

const missing = (...paths: string[]) => ({
  missing: paths.map((path) => ({ path })),
  unknown: [],
  invalid: [],
});
const NO_KEY = (path: string) =>
  `template execution failed: template: prompt:1:2: executing "prompt" at <.${path}>: map has no entry for key "${path}"`;
const FINE = [200, undefined, undefined];

const STRICT: InputSchema = {
  type: 'object',
  properties: { name: { type: 'string', minLength: 2 }, age: { type: 'integer' } },
  required: ['name'],
  additionalProperties: false,
};

describe('enforce', () => {
  it('refuses what the version does not want, and says what may have been meant', async () => {
    const slug = await live('enforce', '{{.mood}} {{.name}}');
    const answer = await renderOf(slug, { moood: 'calm', name: 'Ada' });
    expect([answer.status, answer.body]).toEqual([
      422,
      { error: 'invalid variables: missing mood (did you mean moood?)' },
    ]);
    expect(answer.headers.get('px0-contract')).toBe(
      '{"missing":[{"path":"mood","given":"moood"}],"unknown":[],"invalid":[]}',
    );
  });

  it('judges by what the author wants, too', async () => {
    const slug = await live('enforce', 'Hi {{.name}}', STRICT);
    expect(await judged(renderOf(slug, { name: 'Ada', age: 36 }))).toEqual(FINE);
    expect(await judged(renderOf(slug, { name: 'A', age: '36', nmae: 1 }))).toEqual([
      422,
      'invalid variables: unknown nmae; age must be an integer; name must have at least 2 characters',
      {
        missing: [],
        unknown: [{ path: 'nmae' }],
        invalid: [
          { path: 'age', must: 'be an integer' },
          { path: 'name', must: 'have at least 2 characters' },
        ],
      },
    ]);
  });

  it('takes null for present, and misses nothing where missing keys are no error', async () => {
    const slug = await live('enforce', '{{.name}}', { type: 'object', required: ['name'] });
    expect(await judged(renderOf(slug, { name: null }))).toEqual(FINE);
    for (const missing_key of ['default', 'zero'])
      expect(await judged(renderOf(slug, {}, { missing_key }))).toEqual(FINE);
    expect(await judged(renderOf(slug, {}, { missing_key: 'error' }))).toEqual([
      422,
      'invalid variables: missing name',
      missing('name'),
    ]);
  });

  it('never tells a value, and writes a header of ASCII that is not too long', async () => {
    const slug = await live('enforce', 'x', {
      type: 'object',
      additionalProperties: false,
      properties: { secret: { type: 'integer' } },
    });
    const names = Array.from({ length: 500 }, (_, n) => `\u007fé😀"\\\r\n${n}`);
    const paths = names.map((name) => `[${JSON.stringify(name)}]`);
    const variables = { ...Object.fromEntries(names.map((name) => [name, 'hush'])), secret: 'hush' };
    const answer = await renderOf(slug, variables);
    const header = answer.headers.get('px0-contract') ?? '';
    expect(header).toMatch(/^[\x20-\x7e]+$/);
    expect(header.length).toBeLessThanOrEqual(2_048);
    expect(header.length).toBeGreaterThan(1_500);
    const told = JSON.parse(header);
    expect(told.more).toBe(501 - told.unknown.length - told.invalid.length);
    expect(paths).toContain(told.unknown[0].path);
    expect(answer.status).toBe(422);
    expect(header + JSON.stringify(answer.body)).not.toContain('hush');
  });

  it('comes behind what is wrong with the request, and before anything runs', async () => {
    const template = '{{.a}}{{range 1000}}{{range 1000}}{{range 1000}}{{end}}{{end}}{{end}}';
    const slug = await live('enforce', template);
    expect(await judged(render.render(`${slug}/render`, token, { variables: 7 }))).toEqual([
      400,
      'invalid request body',
      undefined,
    ]);
    expect(await judged(renderOf(slug, {}))).toEqual([422, 'invalid variables: missing a', missing('a')]);
    expect(await judged(render.render(`${slug}/versions/9/render`, token, {}))).toEqual([
      404,
      'version not found',
      undefined,
    ]);
  });

  it('looks at the placeholders of a chat first', async () => {
    const program = linkChat([
      { role: 'system', template: 'Be {{.mood}}.' },
      { placeholder: 'history', required: true },
    ]);
    const slug = await prompt('enforce', [
      { number: 1, status: 'live', ...JSON.parse(JSON.stringify(program)) },
    ]);
    expect(await judged(renderOf(slug, {}))).toEqual([422, 'invalid variables: missing history', undefined]);
    expect(await judged(renderOf(slug, { history: [{}] }))).toEqual([
      422,
      'invalid variables: history must be a list of messages',
      undefined,
    ]);
    expect(await judged(renderOf(slug, { history: [] }))).toEqual([
      422,
      'invalid variables: missing mood',
      missing('mood'),
    ]);
    const history = [{ role: 'user', content: 'Hi' }];
    expect((await renderOf(slug, { history, mood: 'kind' })).body).toMatchObject({
      messages: [{ role: 'system', content: 'Be kind.' }, ...history],
    });
  });
});

describe('warn', () => {
  it('renders as ever, and tells what is wrong', async () => {
    const slug = await live('warn', 'Hi {{.name}}', STRICT);
    const answer = await renderOf(slug, { name: 'A' });
    expect(answer.body).toEqual({ rendered: 'Hi A', version: 1, slug, tags: [] });
    expect(answer.headers.get('px0-contract')).toBe(
      '{"missing":[],"unknown":[],"invalid":[{"path":"name","must":"have at least 2 characters"}]}',
    );
    expect(await judged(renderOf(slug, { name: 'Ada' }))).toEqual(FINE);
  });

  it('tells it of a render that fails, too', async () => {
    const slug = await live('warn', '{{.name}}');
    expect(await judged(renderOf(slug, {}))).toEqual([422, NO_KEY('name'), missing('name')]);
  });
});

describe('what the caller asks for', () => {
  it.each<[Policy | undefined, string | undefined, unknown[]]>([
    [undefined, undefined, FINE],
    [undefined, 'warn', [200, undefined, missing('b')]],
    [undefined, 'enforce', [422, 'invalid variables: missing b', missing('b')]],
    ['warn', undefined, [200, undefined, missing('b')]],
    ['warn', 'warn', [200, undefined, missing('b')]],
    ['warn', 'enforce', [422, 'invalid variables: missing b', missing('b')]],
    ['enforce', 'warn', [422, 'invalid variables: missing b', missing('b')]],
    ['enforce', 'enforce', [422, 'invalid variables: missing b', missing('b')]],
    ['enforce', 'off', [400, 'invalid request body', undefined]],
  ])('makes %s never less strict: %s', async (contract, asked, expected) => {
    const schema: InputSchema = { type: 'object', required: ['b'] };
    const slug = await live(contract, 'Hi {{.a}}', schema);
    expect(await judged(renderOf(slug, { a: 1 }, { contract: asked }))).toEqual(expected);
  });

  it('changes nothing of a prompt that is off for others', async () => {
    const slug = await live(undefined, 'Hi {{.a}}', STRICT);
    await renderOf(slug, { a: 1 }, { contract: 'enforce' });
    expect(await judged(renderOf(slug, { a: 1 }))).toEqual(FINE);
  });
});

describe('each version', () => {
  const versions: readonly PlayedVersion[] = [
    { number: 1, status: 'stable', template: '{{.a}}' },
    { number: 2, status: 'live', template: '{{.b}}' },
    { number: 3, status: 'draft', template: 'Hi', schema: { type: 'object', required: ['c'] } },
  ];
  const expected = (path: string) => [422, `invalid variables: missing ${path}`, missing(path)];

  it.each<[Policy | undefined, object]>([
    ['enforce', {}],
    [undefined, { contract: 'enforce' }],
  ])('is judged by its own schema, under %s and %j', async (contract, options) => {
    const slug = await prompt(contract, versions, { tags: { old: 1, next: 3 } });
    for (const [path, variable] of [
      ['render', 'b'],
      ['versions/1/render', 'a'],
      ['versions/old/render', 'a'],
      ['versions/2/render', 'b'],
      ['versions/3/render', 'c'],
      ['versions/next/render', 'c'],
    ] as const) {
      expect(await judged(renderOf(slug, {}, options, path))).toEqual(expected(variable));
      expect(await judged(renderOf(slug, { [variable]: 1 }, options, path))).toEqual(FINE);
    }
  });

  it('is judged by what it needs where its schema is not to be had', async () => {
    const slug = `c_${randomUUID().slice(0, 8)}`;
    const time = new Date().toISOString();
    // Without a body.
    await render.contexts.publish('prompt', randomUUID(), {
      team_id: teamId,
      slug,
      name: slug,
      status: 'active',
      created_at: time,
      updated_at: time,
      live: { number: 1, template: '{{.a}}' },
      tags: {},
      versions: [[1, 'live', 1]],
    });
    expect(await judged(renderOf(slug, {}, { contract: 'enforce' }))).toEqual(expected('a'));
    const heavy = { ...MANY_VALUES, a: 1 };
    expect(await judged(renderOf(slug, heavy, { contract: 'enforce' }))).toEqual(FINE);
    expect(await judged(renderOf(slug, MANY_VALUES, { contract: 'enforce' }))).toEqual(expected('a'));
  });

  it('is judged anew when the contract changes', async () => {
    const id = randomUUID();
    const slug = await prompt(undefined, [{ number: 1, status: 'live', template: 'Hi' }], { id });
    expect(await judged(renderOf(slug, {}))).toEqual(FINE);
    for (const [contract, required, status] of [
      ['enforce', 'x', 422],
      ['warn', 'y', 200],
      ['enforce', 'z', 422],
    ] as const) {
      const schema: InputSchema = { type: 'object', required: [required] };
      const changed = [{ number: 1, status: 'live' as const, template: 'Hi', schema }];
      await render.prompt({ id, teamId, slug, versions: changed, contract });
      const answer = await eventually(
        async () => {
          const found = await judged(renderOf(slug, {}));
          return JSON.stringify(found[2])?.includes(`"${required}"`) ? found : undefined;
        },
        { what: `the schema that wants ${required}` },
      );
      expect(answer[0]).toBe(status);
    }
  });
});

/** So many values are parsed, judged and rendered in a worker thread. */
const MANY_VALUES = { list: new Array(7_000).fill(0) };

describe('large requests and templates', () => {
  it('are judged where they are rendered', async () => {
    for (const contract of ['warn', 'enforce'] as const) {
      const slug = await live(contract, 'n {{len .list}}', {
        type: 'object',
        required: ['name', 'list'],
        properties: { list: { type: 'array', items: { type: 'integer' } } },
      });
      const wrong = [...MANY_VALUES.list.slice(0, -1), 'x'];
      const found = { ...missing('name'), invalid: [{ path: 'list[6999]', must: 'be an integer' }] };
      expect(await judged(renderOf(slug, { list: wrong }))).toEqual(
        contract === 'warn'
          ? [200, undefined, found]
          : [422, 'invalid variables: missing name; list[6999] must be an integer', found],
      );
      expect((await renderOf(slug, { ...MANY_VALUES, name: 1 })).body).toEqual({
        rendered: 'n 7000',
        version: 1,
        slug,
        tags: [],
      });
      expect(await judged(renderOf(slug, MANY_VALUES, { missing_key: 'zero' }))).toEqual(FINE);
    }
  });

  it('are judged by the author’s schema when the caller asks for it', async () => {
    const slug = await live(undefined, 'n {{len .list}}', { type: 'object', required: ['name'] });
    expect(await judged(renderOf(slug, MANY_VALUES))).toEqual(FINE);
    expect(await judged(renderOf(slug, MANY_VALUES, { contract: 'enforce' }))).toEqual([
      422,
      'invalid variables: missing name',
      missing('name'),
    ]);
  });

  it('are judged by what a long program needs', async () => {
    const template = `{{.first}}${'{{if .a}}{{end}}'.repeat(500)}`;
    for (const contract of ['enforce', undefined] as const) {
      const slug = await prompt(contract, [{ number: 1, status: 'stable', template }]);
      const path = 'versions/1/render';
      for (let round = 0; round < 3; round += 1) {
        expect(await judged(renderOf(slug, { a: 1 }, { contract: 'enforce' }, path))).toEqual([
          422,
          'invalid variables: missing first',
          missing('first'),
        ]);
        expect(await judged(renderOf(slug, { a: 1, first: 1 }, { contract: 'enforce' }, path))).toEqual(FINE);
      }
    }
  });
});

describe('a batch', () => {
  it.each([
    ['here', {}],
    ['in a worker thread', MANY_VALUES],
  ])('says with each item what is wrong, %s', async (_where, more) => {
    const [off, warn, enforce] = [
      await live(undefined, 'Hi {{.name}}', STRICT),
      await live('warn', 'Hi {{.name}}'),
      await live('enforce', 'Hi {{.name}}'),
    ];
    const renders = [
      { slug: off, variables: { ...more, name: 'A' } },
      { slug: warn, variables: { ...more, name: 'A' } },
      { slug: warn, variables: more },
      { slug: enforce, variables: { ...more, nam: 'A' } },
      { slug: enforce, variables: { ...more, name: 'A' } },
      { slug: off, variables: { name: 'A' }, options: { contract: 'warn' } },
      { slug: off, variables: { name: 'A' }, options: { contract: 'enforce' } },
      { slug: warn, variables: more, options: { missing_key: 'default' } },
    ];
    const answer = await render.post('/v1/render/batch', token, JSON.stringify({ renders }));
    const ok = (slug: string) => ({ status: 200, rendered: 'Hi A', version: 1, slug, tags: [] });
    const invalid = [{ path: 'name', must: 'have at least 2 characters' }];
    const short = { missing: [], unknown: [], invalid };
    expect(answer.headers.has('px0-contract')).toBe(false);
    expect(answer.body).toEqual({
      results: [
        ok(off),
        ok(warn),
        {
          status: 422,
          error: expect.stringMatching(/^template execution failed: .*no entry for key "name"$/),
          contract: missing('name'),
          hint: 'missing-variables=name',
        },
        {
          status: 422,
          error: 'invalid variables: missing name (did you mean nam?)',
          contract: { missing: [{ path: 'name', given: 'nam' }], unknown: [], invalid: [] },
        },
        ok(enforce),
        { ...ok(off), contract: short },
        { status: 422, error: 'invalid variables: name must have at least 2 characters', contract: short },
        { ...ok(warn), rendered: 'Hi <no value>' },
      ],
    });
  });
});

it('off answers as the template does, warn as off, and enforce as off or not at all', async () => {
  const template = '{{.a}}{{range .l}}{{.t}}{{end}}{{if .b}}{{.c}}{{end}}';
  const schema: InputSchema = {
    type: 'object',
    properties: { a: { type: ['string', 'null'] }, l: { type: 'array', items: { required: ['t'] } } },
    required: ['a', 'l'],
  };
  const [off, warn, enforce] = [
    await live(undefined, template, schema),
    await live('warn', template, schema),
    await live('enforce', template, schema),
  ];
  const compiled = compile(template);
  const value = fc.oneof(fc.string({ maxLength: 4 }), fc.constantFrom(null, 1, true, [], {}));
  const list = fc.oneof(value, fc.array(fc.record({ t: value }, { requiredKeys: [] }), { maxLength: 3 }));
  const data = fc.record({ a: value, b: value, c: value, l: list }, { requiredKeys: [] });
  const text = async (slug: string, body: string) => {
    const response = await fetch(`${render.url}/v1/prompts/${slug}/render`, {
      method: 'POST',
      headers: { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' },
      body,
    });
    const { status, headers } = response;
    return { status, header: headers.get('px0-contract'), body: (await response.text()).replace(slug, '') };
  };
  const plain = (variables: Readonly<Record<string, unknown>>) => {
    try {
      return `{"rendered":${JSON.stringify(compiled.render(variables))},"version":1,"slug":"","tags":[]}`;
    } catch (error) {
      return JSON.stringify({
        error: `template execution failed: ${error instanceof Error ? error.message : ''}`,
      });
    }
  };
  await render.caughtUp(token);
  await fc.assert(
    fc.asyncProperty(data, async (variables) => {
      const body = JSON.stringify({ variables });
      const [one, two, three] = [await text(off, body), await text(warn, body), await text(enforce, body)];
      expect(one.body).toBe(plain(JSON.parse(body).variables));
      expect(one.header).toBeNull();
      expect({ ...two, header: null }).toEqual(one);
      if (two.header === null) expect(three).toEqual(one);
      else {
        expect(three).toMatchObject({ status: 422, header: two.header });
        expect(three.body).toMatch(/^\{"error":"invalid variables: /);
      }
    }),
    { numRuns: 80 },
  );
});
