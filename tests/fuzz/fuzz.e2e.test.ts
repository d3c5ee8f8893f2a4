/**
 * Garbage of every kind against five real processes: bytes that are no HTTP, bodies that are almost right, tokens that are almost valid,
 * events that nobody would publish. Nothing answers with a 5xx, dies, tells what it should not, or grows without end.
 * `npm run test:fuzz` is the long form.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { request } from 'node:http';
import { type RouteDefinition, routes } from '@px0/contracts';
import { checkResponse } from '@px0/contracts/response-check';
import {
  eventually,
  ForeignContexts,
  startTestPlatformWithServers,
  type TestPlatformWithServers,
} from '@px0/testing';
import { type Caller, PASSWORD, Shape, World } from '@px0/testing/world';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { plans, requestOf } from '../isolation/plans.ts';
import { type Tenant, tenant } from '../isolation/tenants.ts';
import { type SpoiledBody, spoiledBodies } from './bodies.ts';
import { forgedTokens, tokensOfOtherTimes } from './forged-tokens.ts';
import { brokenBodies, late, type Message, malformed, ofTheFuture, onSubject } from './garbage-events.ts';
import { type RawAnswer, sendRaw } from './raw.ts';

const isLong = process.env['PX0_FUZZ'] === 'long';
const mutations = isLong ? 3_000 : 60;
/** One in so many of the spoiled bodies is sent in the short form. */
const oneIn = isLong ? 1 : 20;

let platform: TestPlatformWithServers | undefined;
let world: World;
let own: Tenant;
let pids: string;
let descriptors: readonly number[];

/** No more than this is kept for whatever strangers send: resident memory of one service. */
const LARGEST_PROCESS_BYTES = 1_500_000_000;
/** Connections and files that come and go on their own. */
const DESCRIPTOR_SLACK = 40;

beforeAll(async () => {
  platform = await startTestPlatformWithServers({
    env: { RATE_LIMIT_AUTH: '0', RATE_LIMIT_WRITE: '0', RATE_LIMIT_READ: '0', AUTH_RATE_LIMITS: 'off' },
  });
  world = new World(platform);
  own = await tenant(world, 'fuzz');
  pids = running();
  descriptors = openDescriptors();
});
afterAll(() => platform?.stop());

function processes(): readonly { readonly url: string; readonly pid: number | null }[] {
  return Object.values(started().services).flat();
}

function started(): TestPlatformWithServers {
  if (platform === undefined) throw new Error('the platform has not started');
  return platform;
}

function running(): string {
  return JSON.stringify(started().services);
}

function openDescriptors(): readonly number[] {
  return processes().map(({ pid }) => readdirSync(`/proc/${pid}/fd`).length);
}

/** What a stranger must never see: a stack, a path, a library, a query. */
const innards = /node_modules|\.ts:\d+|\bat \S+ \(|prisma|postgres|\bSELECT\b|ECONN|nats:|\[object /i;

interface Seen {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

/** As a client sends it that corrects neither paths nor bodies. */
function send(
  method: string,
  path: string,
  who: Caller | undefined,
  body?: Buffer,
  origin = started().gatewayUrl,
): Promise<Seen> {
  const { hostname, port } = new URL(origin);
  const headers = {
    ...(who && { authorization: `Bearer ${who.token}` }),
    ...(body && { 'content-type': 'application/json', 'content-length': body.length }),
  };
  return new Promise((resolve, reject) => {
    const sent = request(
      { hostname, port, method, path, headers, timeout: 30_000, agent: false },
      (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk));
        response.on('error', reject);
        response.on('end', () =>
          resolve({
            status: response.statusCode ?? 0,
            headers: new Headers(
              Object.entries(response.headers).map(([name, value]) => [name, String(value)]),
            ),
            text: Buffer.concat(chunks).toString(),
          }),
        );
      },
    );
    sent.on('timeout', () => sent.destroy(new Error(`${method} ${path} hangs`)));
    sent.on('error', reject);
    sent.end(body);
  });
}

/** No more at once, because the gateway keeps for half a minute every connection that it has opened to a service. */
async function fourAtATime<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  const next = items.values();
  await Promise.all(
    Array.from({ length: 4 }, async () => {
      for (const item of next) await work(item);
    }),
  );
}

/** What is wrong with an answer to garbage; undefined when nothing is. */
function fault(method: string, path: string, answer: Seen): string | undefined {
  if (answer.status >= 500) return `${answer.status} ${answer.text}`;
  const isError = answer.status >= 400;
  if (isError && innards.test(answer.text)) return `tells ${answer.text.slice(0, 300)}`;
  // A broken escape is no path that the description could know; it is a value like any other to the services.
  return isDecodable(path) ? checkResponse({ method, path, ...answer })[0] : undefined;
}

function isDecodable(path: string): boolean {
  try {
    decodeURIComponent(path);
    return true;
  } catch {
    return false;
  }
}

async function everythingStillWorks(): Promise<void> {
  expect(running()).toBe(pids);
  const owner = await world.owner();
  const prompt = await world.prompt(owner, owner.team, 'Hello');
  expect((await world.render(owner, prompt)).status).toBe(200);
}

describe('bytes that are no HTTP, or that are almost HTTP', () => {
  const good = (path: string, body = '{}') =>
    `POST ${path} HTTP/1.1\r\nHost: px0\r\nAuthorization: Bearer ak_${'0'.repeat(64)}\r\nContent-Type: application/json\r\nContent-Length: ${body.length}\r\n\r\n${body}`;
  const start = 'GET /v1/health HTTP/1.1\r\nHost: px0\r\n';
  const crafted: readonly string[] = [
    '\r\n\r\n\r\n',
    '\0\0\0\0',
    'GET',
    'GET /\r\n\r\n',
    'GET / HTTP/9.9\r\n\r\n',
    'GET  /v1/health  HTTP/1.1\r\nHost: px0\r\n\r\n',
    'gEt /v1/health HTTP/1.1\r\nHost: px0\r\n\r\n',
    'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n',
    'CONNECT 127.0.0.1:22 HTTP/1.1\r\nHost: px0\r\n\r\n',
    'OPTIONS * HTTP/1.1\r\nHost: px0\r\n\r\n',
    'GET http://127.0.0.1:1/v1/health HTTP/1.1\r\nHost: px0\r\n\r\n',
    'GET //evil.example/v1/health HTTP/1.1\r\nHost: px0\r\n\r\n',
    'GET /v1/../../etc/passwd HTTP/1.1\r\nHost: px0\r\n\r\n',
    'GET /v1/%2e%2e/%2e%2e/etc/passwd HTTP/1.1\r\nHost: px0\r\n\r\n',
    'GET /v1/health\0 HTTP/1.1\r\nHost: px0\r\n\r\n',
    `GET /${'a'.repeat(70_000)} HTTP/1.1\r\nHost: px0\r\n\r\n`,
    `${start}X: ${'a'.repeat(70_000)}\r\n\r\n`,
    `${start}${Array.from({ length: 3_000 }, (_none, index) => `X${index}: y\r\n`).join('')}\r\n`,
    `${start}: no name\r\n\r\n`,
    `${start}Broken\r\n\r\n`,
    `${start}X: a\r\n b\r\n\r\n`,
    `${start}X: a\nY: b\r\n\r\n`,
    'GET /v1/health HTTP/1.1\r\n\r\n',
    `${start}Host: other\r\n\r\n`,
    `${start}Content-Length: -1\r\n\r\n`,
    `${start}Content-Length: 1e3\r\n\r\n`,
    `${start}Content-Length: 99999999999999999999\r\n\r\n`,
    `${start}Content-Length: 5\r\nContent-Length: 6\r\n\r\nhello`,
    `${start}Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n0\r\n\r\n`,
    `${start}Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n`,
    `${start}Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n`,
    `${start}Expect: 100-continue\r\n\r\n`,
    `${start}Expect: something\r\n\r\n`,
    `${start}Upgrade: websocket\r\nConnection: Upgrade\r\n\r\n`,
    `${start}Connection: close, px0-revision, authorization\r\n\r\n`,
    `${start}Authorization: Bearer \xff\xfe\r\n\r\n`,
    `${start}Px0-Min-Revision: ${'A'.repeat(5_000)}\r\n\r\n`,
    `${start}Px0-Min-Revision: \x80\r\n\r\n`,
    `${start}Traceparent: 00-zz\r\nX-Request-Id: ${'\u0001'}\r\n\r\n`,
    'POST /v1/auth/login HTTP/1.1\r\nHost: px0\r\nTransfer-Encoding: chunked\r\n\r\nFFFFFFFFF\r\n',
    'POST /v1/auth/login HTTP/1.1\r\nHost: px0\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n\r\n',
    `POST /v1/auth/login HTTP/1.1\r\nHost: px0\r\nTransfer-Encoding: chunked\r\n\r\n1;${'e'.repeat(50_000)}\r\n{\r\n0\r\n\r\n`,
    'POST /v1/auth/login HTTP/1.1\r\nHost: px0\r\nContent-Type: application/json\r\nContent-Encoding: gzip\r\nContent-Length: 3\r\n\r\nabc',
    'POST /v1/auth/login HTTP/1.1\r\nHost: px0\r\nContent-Type: application/json\r\nContent-Encoding: br, gzip, deflate\r\nContent-Length: 2\r\n\r\n{}',
    'POST /v1/auth/login HTTP/1.1\r\nHost: px0\r\nContent-Type: application/json; charset=utf-7\r\nContent-Length: 2\r\n\r\n{}',
    `${good('/v1/auth/login')}GET /v1/health HTTP/1.1\r\nHost: px0\r\n\r\n`,
    good('/v1/prompts/%/render'),
    good('/v1/prompts/%00%ff/versions/%e0%80/render'),
    good(`/v1/prompts/${'s'.repeat(15_000)}/render`),
  ];

  function problem(what: string, { statuses, text }: RawAnswer): string | undefined {
    if (statuses.some((status) => status >= 500 && !mayBe5xx(text)))
      return `${what} -> ${text.slice(0, 300)}`;
    return innards.test(text) ? `${what} tells ${text.slice(0, 300)}` : undefined;
  }
  /** 505 is HTTP's own word for a version that is none, and 501 for an encoding that is none. */
  const mayBe5xx = (text: string) => /HTTP\/1\.1 50[15]/.test(text);

  it('are refused or ended by every process', async () => {
    const problems: (string | undefined)[] = [];
    await Promise.all(
      processes().map(async ({ url }) => {
        const next = crafted.values();
        await Promise.all(
          Array.from({ length: 8 }, async () => {
            for (const bytes of next) {
              const answer = await sendRaw(url, Buffer.from(bytes, 'latin1'), 300);
              problems.push(problem(`${url} ${JSON.stringify(bytes.slice(0, 80))}`, answer));
            }
          }),
        );
      }),
    );
    expect(problems.filter(Boolean)).toEqual([]);
    await everythingStillWorks();
  }, 120_000);

  it('are survived when they come from a good request by chance', async () => {
    const { slug } = own.things;
    const request = Buffer.from(good(`/v1/prompts/${slug}/render`, '{"variables":{"name":"Ada"}}'));
    const change = fc.record({
      at: fc.nat(request.length - 1),
      remove: fc.integer({ min: 0, max: 4 }),
      insert: fc.uint8Array({ maxLength: 6 }),
    });
    const urls = processes().map(({ url }) => url);
    await fc.assert(
      fc.asyncProperty(
        fc.array(change, { minLength: 1, maxLength: 4 }),
        fc.constantFrom(...urls),
        async (changes, url) => {
          const bytes = changes.reduce<Buffer>(
            (now, { at, remove, insert }) =>
              Buffer.concat([now.subarray(0, at), insert, now.subarray(at + remove)]),
            request,
          );
          expect(problem(bytes.toString('latin1'), await sendRaw(url, bytes, 50))).toBeUndefined();
        },
      ),
      { numRuns: mutations },
    );
    await everythingStillWorks();
  }, 600_000);

  it('cannot hold more than a bounded number of bytes by never ending', async () => {
    const { gatewayUrl } = started();
    const endless = `POST /v1/auth/login HTTP/1.1\r\nHost: px0\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n`;
    const chunk = `10000\r\n${'x'.repeat(0x10000)}\r\n`;
    const { statuses } = await sendRaw(gatewayUrl, endless + chunk.repeat(100));
    expect(statuses.at(0)).toBe(413);
  });
});

describe('bodies that are almost right', () => {
  const all: readonly RouteDefinition[] = Object.values(routes);
  const withBody = all.filter(({ body }) => body !== null);

  /** These may take away what the other requests need: they come from somebody else, and from the next one when they succeed. */
  const endings = new Set(['changePassword', 'updateMe']);

  it.each(withBody.map(({ operationId }) => [operationId]))(
    'are answered by %s in its own words',
    async (operationId) => {
      const route = all.find((one) => one.operationId === operationId);
      if (route === undefined) throw new Error(`no route is called ${operationId}`);
      const plan = Object.entries(plans).find(([name]) => name === operationId)?.[1];
      const good = goodBodies[operationId] ?? plan?.(own.things).body ?? {};
      const { path } = requestOf(route, plan?.(own.things) ?? {});
      const problems: string[] = [];
      let caller: Caller = endings.has(operationId) ? await world.owner() : own.owner;
      let index = 0;
      const batch: SpoiledBody[] = [];
      for (const spoiled of spoiledBodies(good)) {
        index += 1;
        if (index % oneIn === 0 || spoiled.holdsNul) batch.push(spoiled);
      }
      await fourAtATime(batch, async ({ what, bytes, holdsNul }) => {
        const answer = await send(route.method, path, caller, bytes);
        if (endings.has(operationId) && answer.status < 300) caller = await world.owner();
        const wrong = fault(route.method, path, answer);
        const tookNul = holdsNul && answer.status < 300 && !mayHoldNul.has(operationId);
        if (wrong !== undefined || tookNul)
          problems.push(`${what}: ${wrong ?? `took NUL: ${answer.status}`}`);
      });
      expect(problems).toEqual([]);
    },
    600_000,
  );

  it('leave everything working', everythingStillWorks);
});

/** Text that is not stored as it is: variables of a render, what is only looked up, judged or cleaned, a password. */
const mayHoldNul = new Set([
  'renderLive',
  'renderVersion',
  'renderBatch',
  'validateTemplate',
  'changePassword',
  'reportUsage',
]);

/** Bodies with every field, where a plan names ids only. */
const goodBodies: Readonly<Record<string, object>> = {
  changePassword: { current_password: PASSWORD, new_password: 'Correct-horse-2' },
  resetPassword: { code: '123456', new_password: 'Correct-horse-2' },
  createOrg: { name: 'An organization' },
  createPrompt: { name: 'A prompt', description: 'What it is for', slug: 'a_prompt' },
  createPromptPayload: { name: 'A payload', variables: { a: { b: ['c', 1] } } },
  updatePromptPayload: { name: 'A payload', variables: { a: { b: ['c', 1] } } },
  renderLive: { variables: { a: { b: ['c', 1] } }, options: { missing_key: 'zero' } },
  renderVersion: { variables: { a: 'b' }, options: { missing_key: 'default' } },
  validateTemplate: { template: 'Hello {{.name}}' },
  rotateAPIKey: { overlap_seconds: 1 },
  importPrompts: {
    document: {
      prompts: [
        {
          slug: 'a',
          name: 'a',
          description: 'd',
          versions: [{ version: 1, template: 't', status: 'live', tags: ['x'] }],
          payloads: [{ name: 'p', variables: {} }],
        },
      ],
    },
    yaml: 'prompts: []',
  },
};

it('path parameters and queries of every kind are answered in the operation’s own words', async () => {
  const nasty = [
    '%00',
    '%ff',
    '%',
    '%zz',
    '%2e%2e%2f',
    '..',
    '%F0%9F%99%82',
    'x'.repeat(9_000),
    '-1',
    '9'.repeat(40),
    '%0d%0aX:%20y',
    'NaN',
    '%',
    '\u00e9',
    "'--",
  ];
  const problems: string[] = [];
  const all: readonly RouteDefinition[] = Object.values(routes);
  // A stream has no end.
  for (const route of all.filter(({ patience }) => patience !== 'stream')) {
    const plan = Object.entries(plans).find(([name]) => name === route.operationId)?.[1];
    const sound = plan?.(own.things) ?? {};
    const body = route.body === null ? undefined : Buffer.from(JSON.stringify(sound.body ?? {}));
    const targets = [
      ...Object.keys(route.params).flatMap((parameter) =>
        nasty.map((text) => {
          const marked = requestOf(route, { ...sound, params: { ...sound.params, [parameter]: '@@' } }).path;
          return marked.replace('%40%40', text);
        }),
      ),
      ...Object.keys(route.query.shape).flatMap((parameter) =>
        nasty.map((text) => `${requestOf(route, { ...sound, query: {} }).path}?${parameter}=${text}`),
      ),
    ].map((target) => target.replace(/[^\x21-\x7e]/g, (letter) => encodeURIComponent(letter)));
    if (route.method === 'DELETE' && Object.keys(route.params).length < 1) continue;
    const sent = targets.filter((_target, index) => index % Math.ceil(oneIn / 4) === 0);
    await fourAtATime(sent, async (target) => {
      const wrong = fault(route.method, target, await send(route.method, target, own.owner, body));
      if (wrong !== undefined) problems.push(`${route.operationId} ${target.slice(0, 120)}: ${wrong}`);
    });
  }
  expect(problems).toEqual([]);
  await everythingStillWorks();
}, 600_000);

it('no token that was forged, cut, changed or outlived opens anything, at any service', async () => {
  const jwks = new Shape(JSON.parse((await send('GET', '/v1/auth/jwks', undefined)).text));
  const keys = jwks.at('keys');
  if (!Array.isArray(keys)) throw new Error('no keys');
  const writer = await ForeignContexts.connect({ servers: started().nats.url, streamPrefix: '' });
  const kid = 'a-key-of-the-test';
  const other = tokensOfOtherTimes(own.owner.id, kid);
  const key = { public_jwk: other.publicJwk, activates_at: new Date(0).toISOString(), retires_at: null };
  await writer.publishAt('signingKey', kid, 1, key);
  await writer.close();
  const doors: readonly (readonly [string, string, string, Buffer?])[] = [
    ['gateway', 'GET', '/v1/auth/me'],
    ['identity', 'GET', '/v1/auth/me'],
    ['tenancy', 'GET', '/v1/me/orgs'],
    ['prompt-registry', 'GET', `/v1/prompts/${own.things.prompt}`],
    ['render', 'POST', `/v1/prompts/${own.things.slug}/render`, Buffer.from('{}')],
  ];
  const open = async (token: string, [service, method, path, body]: (typeof doors)[number]) => {
    const url = Object.entries(started().services).find(([name]) => name === service)?.[1][0]?.url;
    return (await send(method, path, { token }, body, url)).status;
  };
  // The key is known, so what is refused below is refused for its times.
  await eventually(async () =>
    (await Promise.all(doors.map((door) => open(other.control, door)))).every((status) => status === 200),
  );
  const forged = [...forgedTokens(own.owner.token, keys), ...other.refused];
  const problems: string[] = [];
  for (const [what, token] of forged) {
    for (const door of doors) {
      const status = await open(token, door).catch((error: unknown) => String(error));
      if (status !== 401) problems.push(`${what} at ${door[0]}: ${status}`);
    }
  }
  expect(forged.length).toBeGreaterThan(50);
  expect(problems).toEqual([]);
  await everythingStillWorks();
}, 120_000);

describe('events that nobody would publish', () => {
  it('change nothing, stop nobody, and what comes after them arrives', async () => {
    const writer = await ForeignContexts.connect({ servers: started().nats.url, streamPrefix: '' });
    const { prompt, slug, team } = own.things;
    const before = await fullPicture();
    const publishAll = async (messages: readonly Message[]) => {
      for (const { subject, payload, revision } of messages) {
        await writer.publishRaw(subject, payload, revision);
      }
    };
    const subject = `px0.state.registry.prompt.${prompt}`;
    const old = {
      team_id: team,
      slug,
      name: slug,
      status: 'active' as const,
      created_at: new Date(0).toISOString(),
      updated_at: new Date(0).toISOString(),
      live: { number: 9, template: 'of an old revision' },
      tags: {},
      versions: [[9, 'live', 1] as const],
    };
    const rounds = isLong ? 20 : 2;
    for (let round = 0; round < rounds; round += 1) {
      await publishAll(malformed());
      await publishAll(ofTheFuture());
      await publishAll(brokenBodies(prompt));
      await publishAll([
        late('prompt', prompt, 1, old),
        late('prompt', prompt, 1, undefined),
        late('prompt', prompt, 2, old),
      ]);
      await publishAll(onSubject(subject));
    }
    await writer.close();
    expect(await fullPicture()).toEqual(before);
    // Garbage lies on the prompt's own subject now: the next promotion must get past it.
    const live = await world.live(own.owner, { id: prompt, slug }, 'after the garbage');
    const answer = await world.render(own.owner, { slug });
    expect([answer.status, new Shape(JSON.parse(answer.text)).at('version')]).toEqual([200, live]);
    await everythingStillWorks();
  }, 240_000);

  async function fullPicture(): Promise<unknown> {
    const { prompt, slug, team, organization } = own.things;
    const reads = [
      `/v1/prompts/${prompt}/versions`,
      `/v1/teams/${team}/members`,
      `/v1/orgs/${organization}/teams`,
      '/v1/auth/me',
    ];
    const shapes = await Promise.all(reads.map((path) => world.get(own.owner, path)));
    return [...shapes.map(({ value }) => value), (await world.render(own.owner, { slug })).text];
  }
});

it('after all of it no process has died, kept connections, or grown beyond its bound', async () => {
  expect(running()).toBe(pids);
  await eventually(
    () => {
      const now = openDescriptors();
      expect(now.filter((count, index) => count > (descriptors[index] ?? 0) + DESCRIPTOR_SLACK)).toEqual([]);
      return true;
    },
    { timeoutMs: 90_000, intervalMs: 500, what: 'the end of the strangers’ connections' },
  );
  const sizes = processes().map(
    ({ pid }) => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) * 1_024,
  );
  expect(sizes.filter((size) => !(size < LARGEST_PROCESS_BYTES))).toEqual([]);
}, 120_000);
