import { readFileSync } from 'node:fs';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { type ErrorCode, errorCatalog, type OperationId, routes } from '@px0/contracts';
import { afterEach, describe, expect, it } from 'vitest';
import { isApiError, sentenceOf } from './api-error.ts';
import { ApiClient } from './client.ts';

const codes = Object.keys(errorCatalog) as ErrorCode[];
const errorMessages = codes.map((code) => [code, errorCatalog[code].message] as const);

/** How every px0 client treats bad inputs, and responses that did not come from px0. */
const table: {
  readonly segments: readonly { readonly value: string; readonly outcome: string; readonly as?: string }[];
  readonly queries: readonly {
    readonly operation: OperationId;
    readonly parameter: string;
    readonly value: string;
  }[];
  readonly answers: readonly {
    readonly status: number;
    readonly px0: boolean;
    readonly stale?: boolean;
    readonly body: string;
    readonly outcome: string;
  }[];
} = JSON.parse(readFileSync(join(import.meta.dirname, '../../../contracts/client-inputs.json'), 'utf8'));

interface Given {
  readonly status?: number;
  /** Sent as JSON unless there is a text. */
  readonly body?: unknown;
  readonly text?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

interface Scene {
  readonly client: ApiClient;
  /** The requests, oldest first. */
  readonly asked: IncomingMessage[];
  /** Sets the response to the next request. */
  answer: (given: Given) => void;
  readonly refused: string[];
  readonly server: Server;
}

/** This header shows that a response came from px0. */
const ofPx0 = { 'px0-revision': 'r1' };

const servers: Server[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
});

async function scene(token?: string): Promise<Scene> {
  const asked: IncomingMessage[] = [];
  const answers: Given[] = [];
  const refused: string[] = [];
  const server = createServer((req, res) => {
    asked.push(req);
    const { status = 200, body = {}, text = JSON.stringify(body), headers = {} } = answers.shift() ?? {};
    res.writeHead(status, { 'content-type': 'application/json', ...headers }).end(text);
  });
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const client = new ApiClient({
    routeOf: (id) => [routes[id].method, routes[id].path],
    errorMessages,
    fetch: (path, init) => fetch(`http://127.0.0.1:${port}${String(path)}`, init),
    token: () => token,
    onRefusedToken: (one) => refused.push(one),
  });
  return { client, asked, answer: (given) => answers.push(given), refused, server };
}

describe('a call', () => {
  it('fills in path and query, and sends the token', async () => {
    const { client, asked } = await scene('sess_1');
    await client.call('listTeamMembers', { params: { id: 'a/b' }, query: { page: 2 } });
    expect(asked[0]?.url).toBe('/v1/teams/a%2Fb/members?page=2');
    expect(asked[0]?.headers.authorization).toBe('Bearer sess_1');
  });

  it('is an error with the name that the contract gives it', async () => {
    const { client, answer } = await scene();
    answer({
      status: 400,
      body: { error: errorCatalog.passwordTooShort.message },
      headers: { 'x-request-id': 'r1', ...ofPx0 },
    });
    const error: unknown = await client
      .call('register', { body: { email: 'a@example.com', password: 'x' } })
      .catch((thrown: unknown) => thrown);
    expect(isApiError(error, 'passwordTooShort')).toBe(true);
    expect(isApiError(error, 'forbidden')).toBe(false);
    expect(error).toMatchObject({ status: 400, requestId: 'r1' });
    expect(sentenceOf(error)).toBe('Password must be at least 8 characters.');
  });

  it('says what may help behind a refusal', async () => {
    const { client, answer } = await scene();
    const ask = async (headers: Record<string, string>, status = 404): Promise<unknown> => {
      answer({ status, body: { error: errorCatalog.promptNotFound.message }, headers });
      return client.call('getPrompt', { params: { id: 'tone-check' } }).catch((thrown: unknown) => thrown);
    };
    const hinted = await ask({ 'px0-hint': 'did-you-mean=tone_check', ...ofPx0 });
    expect(hinted).toMatchObject({ code: 'promptNotFound', hint: 'Did you mean tone_check?' });
    expect(sentenceOf(hinted)).toBe('Prompt not found. Did you mean tone_check?');
    expect(sentenceOf(await ask({ 'px0-hint': 'weather=fine', ...ofPx0 }))).toBe('Prompt not found.');
    // A proxy knows no prompts.
    expect(await ask({ 'px0-hint': 'did-you-mean=tone_check' })).toMatchObject({ hint: undefined });
  });

  it('for lines returns them as they were sent, and says that the console asks', async () => {
    const { client, asked, answer } = await scene('sess_1');
    const text = '{"number":2}\n{"number":1}\n';
    const call = { params: { orgID: 'o' }, query: { order: 'desc' } };
    answer({ text, headers: { 'px0-audit-head': '2:ab' } });
    const reply = await client.text('exportTenancyAudit', call);
    expect([reply.text, reply.headers.get('px0-audit-head')]).toEqual([text, '2:ab']);
    expect(asked[0]?.headers['px0-client']).toBe('console');
    answer({ status: 403, body: { error: errorCatalog.forbidden.message }, headers: ofPx0 });
    await expect(client.text('exportTenancyAudit', call)).rejects.toThrow('forbidden');
  });

  it('without an answer says that the server cannot be reached', async () => {
    const { client, server } = await scene();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    servers.length = 0;
    const error: unknown = await client.call('me').catch((thrown: unknown) => thrown);
    expect(sentenceOf(error)).toMatch(/Can’t reach the server/);
  });
});

/** The error that a call fails with. */
async function errorOf(call: Promise<unknown>): Promise<unknown> {
  return await call.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
}

describe('a segment of a path', () => {
  const operations = Object.values(routes).flatMap(({ operationId, path }) =>
    [...path.matchAll(/\{(\w+)\}/g)].map(([, parameter = '']) => ({ operationId, path, parameter })),
  );

  it.each(table.segments)('$value of any operation is $outcome', async ({ value, outcome, as }) => {
    const { client, asked, server } = await scene();
    for (const { operationId, path, parameter } of operations) {
      const names = [...path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => name);
      const params = Object.fromEntries(names.map((name) => [name, name === parameter ? value : 'other']));
      const error = await errorOf(callWith(client, operationId, params));
      const place = path.replaceAll(/\{(\w+)\}/g, (_all, name) =>
        name === parameter ? (as ?? '') : 'other',
      );
      if (outcome === 'sent') expect(asked.at(-1)?.url).toBe(place);
      else {
        expect(asked, path).toEqual([]);
        expect(sentenceOf(error)).toBe(`The ${parameter} “${value}” cannot be part of a URL.`);
        expect(isApiError(error) && error.isPassing).toBe(false);
      }
    }
    server.closeAllConnections();
  });

  it('that is no Unicode text is refused', async () => {
    const { client, asked } = await scene();
    const error = await errorOf(client.call('getPrompt', { params: { id: '\ud800' } }));
    expect(isApiError(error) && error.status).toBe(400);
    expect(asked).toEqual([]);
  });
});

describe('a value of a query', () => {
  it.each(table.queries)('$value arrives as it is', async ({ operation, parameter, value }) => {
    const { client, asked } = await scene();
    await callWith(client, operation, { id: 'p' }, { [parameter]: value });
    const query = new URL(asked[0]?.url ?? '', 'http://px0').searchParams;
    expect([...query]).toEqual([[parameter, value]]);
  });
});

/** Calls an operation whose arguments are only known at run time. */
function callWith(
  client: ApiClient,
  id: OperationId,
  params: Readonly<Record<string, string>>,
  query: Readonly<Record<string, string>> = {},
): Promise<unknown> {
  return client.call<'getPrompt'>(id as 'getPrompt', { params: params as { id: string }, query });
}

describe('an answer', () => {
  const refusals = new Set(['invalid request', 'unauthorized', 'forbidden', 'not found']);

  it.each(table.answers.filter(({ status }) => status >= 400))(
    'with $status, px0 $px0 and $body is $outcome',
    async ({ status, px0, stale, body, outcome }) => {
      const { client, answer, refused } = await scene('sess_1');
      const headers = { ...(px0 && ofPx0), ...(stale === true && { 'px0-stale': 'true' }) };
      answer({ status, text: body, headers });
      const error = await errorOf(client.call('getPrompt', { params: { id: 'p' } }));
      expect(isApiError(error) && error.isRefusal).toBe(refusals.has(outcome));
      expect(refused).toEqual(outcome === 'unauthorized' ? ['sess_1'] : []);
      if (!refusals.has(outcome)) expect(isApiError(error) && error.code).toBeUndefined();
    },
  );

  it.each([
    { status: 200, text: '<html>Log in</html>' },
    { status: 200, text: '' },
    { status: 202, text: '{"prompt":' },
  ])('of a success that is not JSON did not come from px0: $text', async (given) => {
    const { client, answer } = await scene('sess_1');
    answer(given);
    const error = await errorOf(client.call('getPrompt', { params: { id: 'p' } }));
    expect(isApiError(error) && error.isPassing).toBe(true);
    expect(sentenceOf(error)).toBe(
      `Unexpected response (status ${given.status}): it did not come from px0 or may be out of date. Try again in a moment.`,
    );
  });

  it.each([
    ['unauthorized', false],
    ['forbidden', false],
    ['invalidCredentials', true],
    ['preconditionFailed', true],
  ] as const)('that may be behind and says %s is a refusal: %s', async (name, isRefusal) => {
    const { client, answer, refused } = await scene('sess_1');
    const { status, message } = errorCatalog[name];
    answer({ status, body: { error: message }, headers: { ...ofPx0, 'px0-stale': 'true' } });
    const error = await errorOf(client.call('me'));
    expect(isApiError(error) && [error.isRefusal, error.code]).toEqual([
      isRefusal,
      isRefusal ? name : undefined,
    ]);
    expect(refused).toEqual([]);
  });

  it('from a proxy that rejects a large body is not worth a retry', async () => {
    const { client, answer } = await scene();
    answer({ status: 413, text: '<html>Request Entity Too Large</html>' });
    const error = await errorOf(client.call('getPrompt', { params: { id: 'p' } }));
    expect(isApiError(error) && [error.isRefusal, error.isPassing]).toEqual([false, false]);
    expect(sentenceOf(error)).toBe('This is too large for the server.');
  });
});

describe('a session that the API refuses', () => {
  it('is reported with its token, but not a wrong current password', async () => {
    const { client, answer, refused } = await scene('sess_1');
    answer({ status: 401, body: { error: errorCatalog.invalidCurrentPassword.message }, headers: ofPx0 });
    await expect(
      client.call('changePassword', { body: { current_password: 'a', new_password: 'b' } }),
    ).rejects.toThrow('invalid current password');
    expect(refused).toEqual([]);
    answer({ status: 401, body: { error: errorCatalog.unauthorized.message }, headers: ofPx0 });
    await expect(client.call('me')).rejects.toThrow('unauthorized');
    expect(refused).toEqual(['sess_1']);
  });
});

describe('the revision', () => {
  const revision = (token: string, more = {}) => ({ headers: { 'px0-revision': token, ...more } });
  const sent = (request: IncomingMessage | undefined) => request?.headers['px0-min-revision'];

  it('of an answer is asked of the next one', async () => {
    const { client, asked, answer } = await scene();
    answer(revision('r1'));
    await client.call('createOrg', { body: { name: 'a' } });
    await client.call('listUserOrgs');
    expect(asked.map(sent)).toEqual([undefined, 'r1']);
  });

  it('of a stale answer counts for nothing', async () => {
    const { client, asked, answer } = await scene();
    answer(revision('r1'));
    await client.call('createOrg', { body: { name: 'a' } });
    answer(revision('r0', { 'px0-stale': 'true' }));
    await client.call('listUserOrgs');
    await client.call('listUserOrgs');
    expect(asked.map(sent)).toEqual([undefined, 'r1', 'r1']);
  });

  it('of a read that began before a write does not take the place of the write’s', async () => {
    const { client, asked, answer } = await scene();
    answer(revision('r1'));
    await client.call('listUserOrgs');
    // The slow read returns the state before the write.
    answer(revision('r1'));
    const slow = client.call('listUserOrgs');
    answer(revision('r2'));
    await client.call('createOrg', { body: { name: 'a' } });
    await slow;
    await client.call('listUserOrgs');
    expect(sent(asked.at(-1))).toBe('r2');
  });
});
