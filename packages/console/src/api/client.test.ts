import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type ErrorCode, errorCatalog, routes } from '@px0/contracts';
import { afterEach, describe, expect, it } from 'vitest';
import { isApiError, sentenceOf } from './api-error.ts';
import { ApiClient } from './client.ts';

const codes = Object.keys(errorCatalog) as ErrorCode[];
const errorMessages = codes.map((code) => [code, errorCatalog[code].message] as const);

interface Given {
  readonly status?: number;
  readonly body?: unknown;
  readonly headers?: Readonly<Record<string, string>>;
}

interface Scene {
  readonly client: ApiClient;
  /** What was asked, oldest first. */
  readonly asked: IncomingMessage[];
  /** What the next request gets. */
  answer: (given: Given) => void;
  readonly refused: string[];
  readonly server: Server;
}

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
    const { status = 200, body = {}, headers = {} } = answers.shift() ?? {};
    res.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
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
      headers: { 'x-request-id': 'r1' },
    });
    const error: unknown = await client
      .call('register', { body: { email: 'a@example.com', password: 'x' } })
      .catch((thrown: unknown) => thrown);
    expect(isApiError(error, 'passwordTooShort')).toBe(true);
    expect(isApiError(error, 'forbidden')).toBe(false);
    expect(error).toMatchObject({ status: 400, requestId: 'r1' });
    expect(sentenceOf(error)).toBe('Password must be at least 8 characters.');
  });

  it('without an answer says that the server cannot be reached', async () => {
    const { client, server } = await scene();
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
    servers.length = 0;
    const error: unknown = await client.call('me').catch((thrown: unknown) => thrown);
    expect(sentenceOf(error)).toMatch(/cannot be reached/);
  });
});

describe('a session that the API refuses', () => {
  it('is reported with its token, but not a wrong present password', async () => {
    const { client, answer, refused } = await scene('sess_1');
    answer({ status: 401, body: { error: errorCatalog.invalidCurrentPassword.message } });
    await expect(
      client.call('changePassword', { body: { current_password: 'a', new_password: 'b' } }),
    ).rejects.toThrow('invalid current password');
    expect(refused).toEqual([]);
    answer({ status: 401, body: { error: errorCatalog.unauthorized.message } });
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
    // The slow read is answered with what was there before the write.
    answer(revision('r1'));
    const slow = client.call('listUserOrgs');
    answer(revision('r2'));
    await client.call('createOrg', { body: { name: 'a' } });
    await slow;
    await client.call('listUserOrgs');
    expect(sent(asked.at(-1))).toBe('r2');
  });
});
