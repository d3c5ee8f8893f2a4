/**
 * Requests through Node's `http`. `fetch` keeps a program alive for as long as a stream is open, which is for ever; a socket of this one does not.
 */
import type { IncomingMessage } from 'node:http';
import { pipeline } from 'node:stream';
import { constants, createGunzip } from 'node:zlib';
import type { DeliveryAnswer } from '../client/environment.ts';
import type { SentRequest } from './sent-request.ts';

export async function sendByNode({
  url,
  headers,
  signal,
  method = 'GET',
  body,
}: SentRequest): Promise<DeliveryAnswer> {
  const { request } = url.startsWith('https:') ? await nodeHttps() : await nodeHttp();
  return new Promise((resolve, reject) => {
    const sent = request(url, {
      method,
      // A connection of its own: one that others share would be kept alive by them, or they by it.
      agent: false,
      headers: { ...headers, 'accept-encoding': 'gzip' },
      signal,
    });
    sent.once('socket', (socket) => socket.unref());
    sent.on('error', reject);
    sent.once('response', (response) => {
      resolve({
        status: response.statusCode ?? 0,
        header: (name) => headerOf(response, name),
        body: bodyOf(response),
      });
    });
    sent.end(body);
  });
}

/** An import reads all members of the module, one of which loads another HTTP client: a large part of what a program takes to start. */
async function nodeHttp(): Promise<Pick<typeof import('node:http'), 'request'>> {
  return process.getBuiltinModule?.('node:http') ?? (await import('node:http'));
}

async function nodeHttps(): Promise<Pick<typeof import('node:https'), 'request'>> {
  return process.getBuiltinModule?.('node:https') ?? (await import('node:https'));
}

function headerOf({ headers }: IncomingMessage, name: string): string | null {
  const value = headers[name.toLowerCase()];
  return value === undefined ? null : String(value);
}

async function* bodyOf(response: IncomingMessage): AsyncGenerator<Uint8Array, void> {
  const encoding = response.headers['content-encoding']?.toLowerCase() ?? 'identity';
  if (encoding === 'identity') yield* response;
  else if (encoding === 'gzip') yield* decompressed(response);
  else throw new Error('the answer has an encoding that was not asked for');
}

function decompressed(response: IncomingMessage): AsyncIterable<Uint8Array> {
  // Each frame is given on as soon as it is there, and a stream that breaks off is no broken gzip.
  const flush = constants.Z_SYNC_FLUSH;
  const gunzip = createGunzip({ flush, finishFlush: flush });
  pipeline(response, gunzip, () => {
    // What goes wrong is thrown to the reader.
  });
  return gunzip;
}
