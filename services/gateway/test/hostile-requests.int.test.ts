/**
 * Bytes that two HTTP implementations might read differently, sent by a client: each is refused, or read by the service exactly as the
 * gateway has read it. No byte of a body becomes a request.
 */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { exchangeBytes, type FakeService, fakeService, gateway, ok, stopAll } from './fixture.ts';

let tenancy: FakeService;
let url = '';

beforeAll(async () => {
  tenancy = await fakeService(ok);
  ({ url } = await gateway({ TENANCY_URL: tenancy.url }));
});
afterAll(stopAll);

const post = (headers: string, body: string) =>
  `POST /v1/orgs HTTP/1.1\r\nHost: x\r\n${headers}\r\n\r\n${body}`;
const get = (headers: string, version = '1.1') =>
  `GET /v1/me/orgs HTTP/${version}\r\nHost: x\r\n${headers}\r\n\r\n`;
/** What would be a second request if the first one's body ended before it. */
const HIDDEN = 'GET /v1/me/hidden HTTP/1.1\r\nHost: x\r\n\r\n';

const statusesIn = (answer: string) =>
  [...answer.matchAll(/^HTTP\/1\.1 (\d{3}) /gm)].map(([, status]) => status);

/** What the service has seen because of these bytes; the connection ends with them. */
async function seenAfter(
  bytes: string,
): Promise<{ statuses: (string | undefined)[]; seen: FakeService['seen'] }> {
  const before = tenancy.seen.length;
  const answer = await exchangeBytes(url, bytes, /HTTP\/1\.1 4\d\d [\s\S]*\}$/);
  return { statuses: statusesIn(answer), seen: tenancy.seen.slice(before) };
}

describe('a request is refused and never ends at a service', () => {
  it.each([
    ['the same length twice', post('Content-Length: 5\r\nContent-Length: 5', 'hello')],
    ['a list of lengths', post('Content-Length: 5, 5', 'hello')],
    ['a length in hexadecimal', post('Content-Length: 0x5', 'hello')],
    ['a length beyond every number', post(`Content-Length: ${'9'.repeat(30)}`, 'hello')],
    ['chunks and a length', post('Transfer-Encoding: chunked\r\nContent-Length: 5', '0\r\n\r\n')],
    [
      'chunked that is not the last coding',
      post('Transfer-Encoding: chunked, identity', `0\r\n\r\n${HIDDEN}`),
    ],
    ['identity and a length', post('Transfer-Encoding: identity\r\nContent-Length: 5', 'hello')],
    ['a space before the colon of the coding', post('Transfer-Encoding : chunked', '0\r\n\r\n')],
    ['a vertical tab before the coding', post('Transfer-Encoding: \x0bchunked', '0\r\n\r\n')],
    ['a folded line', post('X-A: 1\r\n Content-Length: 5', 'hello')],
    ['a first header that is folded', 'GET /v1/me/orgs HTTP/1.1\r\n Host: x\r\n\r\n'],
    ['a bare carriage return in a value', get(`X-A: 1\rContent-Length: ${HIDDEN.length}`)],
    ['a bare line feed between headers', get('X-A: 1\nX-B: 2')],
    ['a zero byte in a value', get('X-A: 1\0')],
    ['a delete character in a value', get('X-A: 1\x7f')],
    ['an empty name', get(': 1')],
    ['a name with a control character', get('X\x01A: 1')],
    ['a chunk size in another notation', post('Transfer-Encoding: chunked', '0x5\r\nhello\r\n0\r\n\r\n')],
    ['a chunk size with a sign', post('Transfer-Encoding: chunked', '+5\r\nhello\r\n0\r\n\r\n')],
    [
      'a chunk size beyond every number',
      post('Transfer-Encoding: chunked', `${'f'.repeat(20)}\r\nhello\r\n`),
    ],
    ['a chunk that is longer than it says', post('Transfer-Encoding: chunked', `2\r\nhello\r\n0\r\n\r\n`)],
    ['a bare line feed after a chunk size', post('Transfer-Encoding: chunked', '5\nhello\r\n0\r\n\r\n')],
    ['a bare line feed in a chunk extension', post('Transfer-Encoding: chunked', '5;a\nhello\r\n0\r\n\r\n')],
    ['a length among the trailers', post('Transfer-Encoding: chunked', '0\r\nContent-Length: 5\r\n\r\n')],
    ['a space before the method', ` ${get('')}`],
    ['a space in the target', 'GET /v1/me /orgs HTTP/1.1\r\nHost: x\r\n\r\n'],
    ['an unknown version', get('', '1.2')],
    ['the first line of HTTP/2', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
    ['a target beyond 16 KiB', `GET /v1/me/${'a'.repeat(20_000)} HTTP/1.1\r\nHost: x\r\n\r\n`],
    ['more headers than 16 KiB', get(Array.from({ length: 3_000 }, (_, i) => `x${i}: 1`).join('\r\n'))],
  ])('with %s', async (_case, bytes) => {
    const { statuses, seen } = await seenAfter(bytes);
    expect(statuses).toHaveLength(1);
    expect(statuses[0]).toMatch(/^4(00|31)$/);
    expect(seen).toEqual([]);
  });
});

describe('a request is read once, and in one way,', () => {
  const CLOSE = 'Connection: close';

  it('with chunk extensions and trailers, which end here', async () => {
    const body = '5;a=b;c="d"\r\nhello\r\n0;e\r\nX-Trailer: 1\r\n\r\n';
    const { statuses, seen } = await seenAfter(post(`${CLOSE}\r\nTransfer-Encoding: chunked`, body));
    expect(statuses).toEqual(['200']);
    expect(seen.map((request) => request.body)).toEqual(['hello']);
    expect(seen[0]?.headers).not.toHaveProperty('x-trailer');
  });

  it('with a body that looks like a request, whether the route has a body or not', async () => {
    const length = `Content-Length: ${HIDDEN.length}`;
    for (const bytes of [post(`${CLOSE}\r\n${length}`, HIDDEN), get(`${CLOSE}\r\n${length}`) + HIDDEN]) {
      const { statuses, seen } = await seenAfter(bytes);
      expect(statuses).toEqual(['200']);
      expect(seen.map((request) => request.url)).not.toContain('/v1/me/hidden');
      expect(seen).toHaveLength(1);
    }
  });

  it('behind others on its connection, each answered in its turn', async () => {
    const bytes = post('Content-Length: 5', 'hello') + get('X-A: 1') + get(CLOSE);
    const { statuses, seen } = await seenAfter(bytes);
    expect(statuses).toEqual(['200', '200', '200']);
    expect(seen.map(({ method }) => method).sort()).toEqual(['GET', 'GET', 'POST']);
  });

  it('with a Connection header that lists what frames it', async () => {
    const listed = 'Connection: close, content-length, host, x-forwarded-for, x-request-id';
    const { statuses, seen } = await seenAfter(post(`${listed}\r\nContent-Length: 5`, 'hello'));
    expect(statuses).toEqual(['200']);
    expect(seen[0]?.body).toBe('hello');
    expect(seen[0]?.headers).toMatchObject({ 'content-length': '5', 'x-forwarded-for': '127.0.0.1' });
  });

  it('with a wish to upgrade, which is not passed on', async () => {
    const { statuses, seen } = await seenAfter(get('Connection: Upgrade, close\r\nUpgrade: websocket'));
    expect(statuses).toEqual(['200']);
    expect(seen[0]?.headers).not.toHaveProperty('upgrade');
  });

  it('from HTTP/1.0, which ends its connection', async () => {
    const { statuses, seen } = await seenAfter(get('X-A: 1', '1.0'));
    expect(statuses).toEqual(['200']);
    expect(seen).toHaveLength(1);
  });

  it('after empty lines', async () => {
    const { statuses, seen } = await seenAfter(`\r\n\r\n${get(CLOSE)}`);
    expect(statuses).toEqual(['200']);
    expect(seen).toHaveLength(1);
  });

  it('with several values of one name, in their order', async () => {
    const { seen } = await seenAfter(get(`${CLOSE}\r\nX-A: 1\r\nX-B: 2\r\nX-A: 3`));
    expect(seen[0]?.headers).toMatchObject({ 'x-a': '1, 3', 'x-b': '2' });
  });

  it('with bytes beyond ASCII in a value, which arrive as they are', async () => {
    const answer = await exchangeBytes(url, get(`${CLOSE}\r\nX-A: caf\u00e9`));
    expect(statusesIn(answer)).toEqual(['200']);
    expect(tenancy.seen.at(-1)?.headers['x-a']).toBe(Buffer.from('caf\u00e9').toString('latin1'));
  });

  it('of CONNECT, not at all', async () => {
    const { statuses, seen } = await seenAfter('CONNECT 127.0.0.1:80 HTTP/1.1\r\nHost: x\r\n\r\n');
    expect(statuses).toEqual([]);
    expect(seen).toEqual([]);
  });
});
