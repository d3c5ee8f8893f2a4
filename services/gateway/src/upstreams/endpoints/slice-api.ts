/**
 * The two requests that the gateway makes to the Kubernetes API server: list the EndpointSlices of some services, and watch them from
 * there on. Plain HTTPS with the pod's service account, whose files are read again, since they rotate.
 */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Client, type Dispatcher } from 'undici';
import { z } from 'zod';
import { type EndpointSlice, endpointSliceSchema, SERVICE_LABEL } from './endpoint-slice.ts';

export interface SliceApiOptions {
  /** The API server's URL. */
  readonly url: string;
  /** Folder with `token`, `ca.crt` and `namespace`, as Kubernetes mounts it. */
  readonly accountDirectory: string;
}

export interface SliceList {
  readonly resourceVersion: string;
  readonly slices: readonly EndpointSlice[];
}

export type SliceEvent =
  | { readonly type: 'changed' | 'deleted'; readonly slice: EndpointSlice; readonly resourceVersion: string }
  | { readonly type: 'bookmark'; readonly resourceVersion: string };

/** The API server no longer has the changes since the version that was asked for: only a new list helps. */
export class VersionGoneError extends Error {
  override readonly name = 'VersionGoneError';
}

const CONNECT_TIMEOUT_MS = 3_000;
const HEADERS_TIMEOUT_MS = 10_000;
/** A watch is asked to end by itself this soon, so that a connection that died unnoticed is left. */
const WATCH_SECONDS = 30;
/** What an API server may be late with the end. */
const WATCH_GRACE_MS = 10_000;
/** Of a list, and of one event. A slice has at most 1,000 endpoints. */
const MAX_BYTES = 16 * 1024 * 1024;
const GONE = 410;

const versionSchema = z.object({ metadata: z.object({ resourceVersion: z.string() }) });
const listSchema = versionSchema.extend({ items: z.array(endpointSliceSchema).nullable() });
const statusSchema = z.object({ code: z.number().optional(), message: z.string().optional() });
const eventSchema = z.object({ type: z.string(), object: z.unknown() });

export class SliceApi {
  readonly #options: SliceApiOptions;
  #client: Client | undefined;

  constructor(options: SliceApiOptions) {
    this.#options = options;
  }

  /** The namespace that the process runs in. */
  async namespace(): Promise<string> {
    return await this.#read('namespace');
  }

  /** @throws Error when there is no answer, or a refusal */
  async list(namespace: string, services: readonly string[], signal: AbortSignal): Promise<SliceList> {
    const body = await this.#get(namespace, services, {}, HEADERS_TIMEOUT_MS, signal);
    const chunks: Buffer[] = [];
    let size = 0;
    for await (const chunk of body) {
      size += bytesOf(chunk).length;
      if (size > MAX_BYTES) throw new Error('the list of endpoints is too large');
      chunks.push(bytesOf(chunk));
    }
    const { items, metadata } = listSchema.parse(JSON.parse(Buffer.concat(chunks).toString('utf8')));
    return { resourceVersion: metadata.resourceVersion, slices: items ?? [] };
  }

  /**
   * The changes since a version, until the API server ends the watch.
   *
   * @throws VersionGoneError
   * @throws Error when the connection fails, or the API server says so
   */
  async *watch(
    namespace: string,
    services: readonly string[],
    resourceVersion: string,
    signal: AbortSignal,
  ): AsyncGenerator<SliceEvent> {
    // Gateways that started together do not all come back at the same moment.
    const seconds = Math.round(WATCH_SECONDS * (0.75 + Math.random() / 2));
    const query = {
      watch: 'true',
      resourceVersion,
      allowWatchBookmarks: 'true',
      timeoutSeconds: String(seconds),
    };
    const silence = seconds * 1_000 + WATCH_GRACE_MS;
    const body = await this.#get(namespace, services, query, silence, signal);
    for await (const line of linesOf(body)) yield eventOf(line);
  }

  /** Ends the connection; the next request opens one, with the certificates that are valid then. */
  async disconnect(): Promise<void> {
    const client = this.#client;
    this.#client = undefined;
    await client?.destroy();
  }

  async #get(
    namespace: string,
    services: readonly string[],
    query: Readonly<Record<string, string>>,
    bodyTimeout: number,
    signal: AbortSignal,
  ): Promise<Dispatcher.ResponseData['body']> {
    const labelSelector = `${SERVICE_LABEL} in (${services.join(',')})`;
    const token = await this.#read('token');
    this.#client ??= new Client(new URL(this.#options.url).origin, {
      connect: { timeout: CONNECT_TIMEOUT_MS, ca: await this.#read('ca.crt') },
      headersTimeout: HEADERS_TIMEOUT_MS,
      // One request at a time: a connection that is lost ends what is on it.
      allowH2: false,
    });
    const { statusCode, body } = await this.#client.request({
      method: 'GET',
      path: `/apis/discovery.k8s.io/v1/namespaces/${encodeURIComponent(namespace)}/endpointslices`,
      query: { labelSelector, ...query },
      headers: { authorization: `Bearer ${token}`, accept: 'application/json', 'user-agent': 'px0-gateway' },
      bodyTimeout,
      signal,
    });
    if (statusCode === 200) return body;
    await body.dump({ limit: 64 * 1024 });
    if (statusCode === GONE) throw new VersionGoneError('the API server has forgotten the version');
    throw new Error(`the API server answered ${statusCode}`);
  }

  async #read(file: string): Promise<string> {
    return (await readFile(join(this.#options.accountDirectory, file), 'utf8')).trim();
  }
}

function bytesOf(chunk: unknown): Buffer {
  return Buffer.isBuffer(chunk) ? chunk : Buffer.from(String(chunk));
}

async function* linesOf(body: AsyncIterable<unknown>): AsyncGenerator<string> {
  let rest: Buffer[] = [];
  let size = 0;
  for await (const chunk of body) {
    let bytes = bytesOf(chunk);
    for (let end = bytes.indexOf(10); end !== -1; end = bytes.indexOf(10)) {
      const line = Buffer.concat([...rest, bytes.subarray(0, end)]).toString('utf8');
      rest = [];
      size = 0;
      bytes = bytes.subarray(end + 1);
      if (line.trim() !== '') yield line;
    }
    size += bytes.length;
    if (size > MAX_BYTES) throw new Error('an event of the watch is too large');
    if (bytes.length > 0) rest.push(bytes);
  }
}

function eventOf(line: string): SliceEvent {
  const { type, object } = eventSchema.parse(JSON.parse(line));
  if (type === 'ERROR') {
    const { code, message = 'no reason' } = statusSchema.parse(object);
    if (code === GONE) throw new VersionGoneError(message);
    throw new Error(`the API server ended the watch: ${message}`);
  }
  const { resourceVersion } = versionSchema.parse(object).metadata;
  if (type === 'BOOKMARK') return { type: 'bookmark', resourceVersion };
  const slice = endpointSliceSchema.parse(object);
  return { type: type === 'DELETED' ? 'deleted' : 'changed', slice, resourceVersion };
}
