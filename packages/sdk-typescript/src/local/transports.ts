/** Which way the requests of a client that holds prompts take. */
import type { DeliveryAnswer, Transport } from '@px0/delivery';
import type { SentRequest } from '@px0/delivery/node';
import { parseRetryAfter } from '../retries.ts';
import { innermostReason, Secrets } from '../secrets.ts';

export interface TransportSettings {
  readonly host: string;
  readonly accessToken: string | undefined;
  readonly fetch: typeof globalThis.fetch;
  /** Whether the application has given it. */
  readonly isOwnFetch: boolean;
}

/** Of an answer that is no delivery: px0's refusals are short. */
const MOST_OF_REFUSAL_BYTES = 65_536;
const FIRST_WITHOUT_RESULT = 300;

/**
 * Node's own `http` where there is one, whose sockets let a program end; else `fetch`. What an application has given for requests is used for all of them.
 */
export function transportOf(settings: TransportSettings): Transport {
  const secrets = new Secrets(settings.accessToken);
  const headersOf = (headers: Readonly<Record<string, string>>) => ({
    ...headers,
    ...(settings.accessToken !== undefined && { authorization: `Bearer ${settings.accessToken}` }),
  });
  const send = settings.isOwnFetch || !isNode() ? throughFetch(settings.fetch) : throughNode;
  return async ({ path, headers, signal }) => {
    try {
      const answer = await send({ url: `${settings.host}${path}`, headers: headersOf(headers), signal });
      const { status, header, body } = answer;
      return {
        status,
        header: (name) => (name === 'retry-after' ? secondsOf(header(name)) : header(name)),
        body: status < FIRST_WITHOUT_RESULT ? named(body, secrets) : withoutSecrets(body, secrets),
      };
    } catch (error) {
      throw cleanError(error, secrets);
    }
  };
}

/** Node itself, and not what only resembles it. */
function isNode(): boolean {
  const { process } = globalThis;
  return (
    typeof process?.versions?.node === 'string' && !('bun' in process.versions) && !('Deno' in globalThis)
  );
}

async function throughNode(request: SentRequest): Promise<DeliveryAnswer> {
  const { sendByNode } = await import('@px0/delivery/node');
  return sendByNode(request);
}

function throughFetch(fetch: typeof globalThis.fetch): (request: SentRequest) => Promise<DeliveryAnswer> {
  return async ({ url, headers, signal }) => {
    const response = await fetch(url, { headers, redirect: 'manual', signal });
    if (!Number.isInteger(response.status) || typeof response.headers?.get !== 'function') {
      throw new Error('the given fetch did not return a response');
    }
    return {
      status: response.status,
      header: (name) => response.headers.get(name),
      body: piecesOf(response),
    };
  };
}

async function* piecesOf(response: Response): AsyncGenerator<Uint8Array, void> {
  // Some platforms have no iteration of web streams, and some stand-ins for `fetch` no streams.
  if (typeof response.body?.getReader !== 'function') {
    yield new TextEncoder().encode(await response.text());
    return;
  }
  const reader = response.body.getReader();
  for (;;) {
    const { done, value } = await reader.read();
    if (done) return;
    yield value;
  }
}

/** px0 sends seconds; something before it may send a date. */
function secondsOf(retryAfter: string | null): string | null {
  const milliseconds = parseRetryAfter(retryAfter);
  return milliseconds === undefined ? null : String(Math.ceil(milliseconds / 1000));
}

/** What stands before px0 may repeat the request in its answer. */
async function* withoutSecrets(
  body: AsyncIterable<Uint8Array>,
  secrets: Secrets,
): AsyncGenerator<Uint8Array, void> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const piece of named(body, secrets)) {
    text += decoder.decode(piece, { stream: true });
    if (text.length > MOST_OF_REFUSAL_BYTES) break;
  }
  yield new TextEncoder().encode(secrets.removedFromAnswer(text));
}

/** A body whose breaking off is told without a secret. */
async function* named(body: AsyncIterable<Uint8Array>, secrets: Secrets): AsyncGenerator<Uint8Array, void> {
  try {
    yield* body;
  } catch (error) {
    throw cleanError(error, secrets);
  }
}

function cleanError(error: unknown, secrets: Secrets): Error {
  return new Error(innermostReason(secrets.removedFromError(error)));
}
