/**
 * The HTTP server of every service. Sets time and size limits against slow and oversized requests, answers in JSON where no route
 * does, and stops without losing a request: it keeps accepting while load balancers notice, asks kept-alive clients to leave,
 * waits for requests in flight, and only then closes.
 * See docs/decisions/043-rolling-restarts.md.
 */
import {
  createServer,
  type IncomingMessage,
  type RequestListener,
  type Server,
  type ServerResponse,
  STATUS_CODES,
} from 'node:http';
import net, { type Socket } from 'node:net';
import { setImmediate as pollForEvents, setTimeout as sleep } from 'node:timers/promises';
import type express from 'express';
import { ApiError, StartError } from '../errors.ts';
import type { Logger } from '../logger.ts';
import { replyOfApiError, replyOfError } from './error-reply.ts';
import { sendReply } from './reply.ts';
import { measureRequest } from './request-metrics.ts';

export interface ServerTimeouts {
  /** Longer than any caller keeps an idle connection (the gateway: 30 s), because the caller must close first. */
  readonly keepAliveMs?: number;
  /** From the first byte to the end of the headers: a slow-loris client is cut after this. */
  readonly headersMs?: number;
  /** From the first byte to the end of the body. */
  readonly requestMs?: number;
  /** In-flight requests may take this long after `close()`. */
  readonly drainMs?: number;
  /** Goes on accepting this long after `close()`, so that balancers see `/readyz` fail first. */
  readonly drainDelayMs?: number;
}

export interface StartServerOptions {
  readonly app?: express.Express;
  readonly handler?: RequestListener;
  /** Sees each request first; true: it answers this one, and measures it. */
  readonly before?: (...request: Parameters<RequestListener>) => boolean;
  /** Called when the server begins to drain: for answers that go on until they are told to end. */
  readonly onDrain?: () => void;
  readonly host: string;
  readonly port: number;
  readonly logger: Logger;
  readonly timeouts?: ServerTimeouts;
}

export interface RunningServer {
  readonly url: string;
  readonly port: number;
  readonly server: Server;
  /** Requests whose answer has not been sent in full; those that `before` answers are not counted, since counting costs them too much. */
  readonly inFlight: number;
  /** True once `close()` was called; a service says so in its readiness. */
  readonly draining: boolean;
  /** Drains and closes. Resolves when every connection is gone; never takes much longer than the timeouts together. */
  close(): Promise<void>;
}

const KEEP_ALIVE_MS = 65_000;
const HEADERS_MS = 15_000;
const REQUEST_MS = 60_000;
const DRAIN_MS = 10_000;
/** Each costs a socket and its buffers. Connections beyond are closed at once, and the client may try another replica. */
const MAX_CONNECTIONS = 20_000;
/** Headers of honest clients (a session token of 1 KiB, a few cookies, trace state) stay far below. */
const MAX_HEADER_BYTES = 16 * 1024;
/**
 * A request sent at the very moment at which its kept-alive connection is closed is lost, and a caller may not repeat a write. So
 * answers on connections in use carry `Connection: close` for as long as the drain's delay, within these bounds. Only connections
 * that stay unused meanwhile are closed from here.
 */
const LEAVE_MS = { min: 50, max: 1_000 };

/** Starts listening. @throws StartError one sentence, when the address is in use or not allowed */
export async function startHttpServer(options: StartServerOptions): Promise<RunningServer> {
  const { host, port, logger, timeouts = {} } = options;
  const { keepAliveMs = KEEP_ALIVE_MS, headersMs = HEADERS_MS } = timeouts;
  const server = createServer({
    // Checked here instead, so that this refusal is JSON like every other.
    requireHostHeader: false,
    maxHeaderSize: MAX_HEADER_BYTES,
    headersTimeout: headersMs,
    requestTimeout: timeouts.requestMs ?? REQUEST_MS,
    keepAliveTimeout: keepAliveMs,
    // How often the two limits above are enforced; Node's 30 s would let a slow client have thrice its time.
    connectionsCheckingInterval: 2_000,
    // Requests on one kept-alive connection wait for each other, so small answers must leave at once.
    noDelay: true,
  });
  const drain = new Drain(
    server,
    timeouts.drainMs ?? DRAIN_MS,
    timeouts.drainDelayMs ?? 0,
    logger,
    options.onDrain,
  );
  server.maxConnections = MAX_CONNECTIONS;
  server.on('connection', drain.countConnection);
  const { before } = options;
  const handler = options.handler ?? appListener(options.app, logger);
  server.on('request', (req, res) => {
    drain.sawRequest(req, res);
    if (req.headers.host === undefined && req.httpVersion === '1.1') refuseHttp(req, res, 400);
    else if (before === undefined || !before(req, res)) {
      drain.count(res);
      measureRequest(req, res);
      handler(req, res);
    }
  });
  server.on('checkExpectation', (req, res) => refuseHttp(req, res, 417));
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => {
    if (isUnused(error, socket)) closeUnused(socket, keepAliveMs - headersMs);
    else answerClientError(error, socket);
  });
  await listen(server, host, port);
  const address = server.address();
  const actualPort = typeof address === 'object' && address !== null ? address.port : port;
  const url = `http://${urlHost(host)}:${actualPort}`;
  logger.info({ url }, 'listening');
  return {
    url,
    port: actualPort,
    server,
    get inFlight() {
      return drain.inFlight;
    },
    get draining() {
      return drain.started;
    },
    close: () => drain.close(),
  };
}

class Drain {
  readonly #server: Server;
  readonly #timeoutMs: number;
  readonly #delayMs: number;
  readonly #logger: Logger;
  readonly #onDrain: (() => void) | undefined;
  /** Connections on which nothing has been received yet (browsers open them in advance): Node does not count them as idle. */
  readonly #unused = new Set<Socket>();
  #closing: Promise<void> | undefined;
  #leaving = false;
  inFlight = 0;

  constructor(
    server: Server,
    timeoutMs: number,
    delayMs: number,
    logger: Logger,
    onDrain: (() => void) | undefined,
  ) {
    this.#onDrain = onDrain;
    this.#server = server;
    this.#timeoutMs = timeoutMs;
    this.#delayMs = delayMs;
    this.#logger = logger;
  }

  get started(): boolean {
    return this.#closing !== undefined;
  }

  sawRequest(req: IncomingMessage, res: ServerResponse): void {
    if (this.#unused.size > 0) this.#unused.delete(req.socket);
    // `shouldKeepAlive` makes Node send `Connection: close` and end the connection after this answer.
    if (this.#leaving) res.shouldKeepAlive = false;
  }

  count(res: ServerResponse): void {
    this.inFlight += 1;
    res.on('close', this.#countEnd);
  }

  /** One function for all requests: this runs for each of them. */
  readonly #countEnd = (): void => {
    this.inFlight -= 1;
  };

  readonly countConnection = (socket: Socket): void => {
    this.#unused.add(socket);
    socket.once('close', () => this.#unused.delete(socket));
  };

  close(): Promise<void> {
    this.#closing ??= this.#close();
    return this.#closing;
  }

  async #close(): Promise<void> {
    this.#onDrain?.();
    await passTurns(this.#delayMs);
    const closed = new Promise<void>((resolve) => {
      // Not `server.close()`: that cuts idle kept-alive connections at once, also one on which a request is under way.
      net.Server.prototype.close.call(this.#server, () => resolve());
    });
    // Not before: a client asked to leave while the port is open would return on a new connection, and a connection that the system
    // has accepted but Node has not is cut, with the request in it, when the port closes.
    this.#leaving = true;
    await passTurns(Math.min(Math.max(this.#delayMs, LEAVE_MS.min), LEAVE_MS.max));
    this.#closeIdle();
    const idleSweep = setInterval(() => setImmediate(() => this.#closeIdle()), 50);
    const cut = setTimeout(() => {
      this.#logger.warn({ in_flight: this.inFlight }, 'the drain ended with requests in flight');
      this.#server.closeAllConnections();
    }, this.#timeoutMs);
    await closed;
    clearInterval(idleSweep);
    clearTimeout(cut);
    // Ends Node's own timer that checks connections.
    this.#server.close();
  }

  #closeIdle(): void {
    this.#server.closeIdleConnections();
    for (const socket of this.#unused) if (socket.bytesRead === 0) socket.destroy();
  }
}

/** How many turns of the event loop a step of the drain takes at least. */
const TURNS = 10;

/**
 * Waits in several turns of the event loop, and reads what has come before it goes on. Timers run first when a process has stood still
 * (garbage collection, no free processor): one wait would be over before anything that came meanwhile was seen, and closing would cut it.
 */
async function passTurns(ms: number): Promise<void> {
  for (let turn = 0; turn < TURNS; turn += 1) await sleep(ms / TURNS);
  await pollForEvents();
}

function appListener(app: express.Express | undefined, logger: Logger): RequestListener {
  if (app === undefined) throw new Error('startHttpServer needs an app or a handler');
  return listenerOf(app, logger);
}

/**
 * An app as a listener for `node:http`, completed by what remains after its own routes: a JSON 404, and a JSON answer for what a
 * middleware throws. Call it after everything is mounted; `startHttpServer({ app })` does.
 */
export function listenerOf(app: express.Express, logger: Logger): RequestListener {
  app.disable('x-powered-by');
  app.use((req, res) => sendReply(req, res, replyOfApiError(new ApiError('notFound'))));
  const onError: express.ErrorRequestHandler = (error, req, res, _next) => {
    sendReply(
      req,
      res,
      isClientFault(error) ? replyOfApiError(new ApiError('notFound')) : replyOfError(error, logger),
    );
  };
  app.use(onError);
  return (req, res) => {
    app(req, res);
  };
}

/** express and its middlewares mark what a request itself got wrong (a path that cannot be decoded) with a 4xx status. */
function isClientFault(error: unknown): boolean {
  if (error instanceof ApiError || typeof error !== 'object' || error === null || !('status' in error))
    return false;
  return typeof error.status === 'number' && error.status >= 400 && error.status < 500;
}

/** Answers a request that HTTP itself forbids, before any handler sees it, with the reason that HTTP has for it. */
function refuseHttp(req: IncomingMessage, res: ServerResponse, status: 400 | 417): void {
  // A connection with malformed HTTP is closed after the refusal.
  res.setHeader('Connection', 'close');
  sendReply(req, res, { status, body: { error: (STATUS_CODES[status] ?? '').toLowerCase() }, headers: {} });
}

/** Whether Node's time for headers has passed on a connection on which nothing has come. */
function isUnused({ code }: NodeJS.ErrnoException, socket: Socket): boolean {
  return code === 'ERR_HTTP_REQUEST_TIMEOUT' && socket.bytesRead === 0;
}

/**
 * Nobody asked anything there, so nothing is answered: whoever sends a request just then would take it for the answer. Clients hold such
 * connections (undici opens one anew for each stream that is left), and they may for as long as any other that is idle.
 */
function closeUnused(socket: Socket, afterMs: number): void {
  // What came while the process stood still is read before the second step.
  const closing = setTimeout(() => setImmediate(() => socket.bytesRead === 0 && socket.destroy()), afterMs);
  closing.unref();
  socket.once('close', () => clearTimeout(closing));
}

/** Requests that break HTTP itself never reach a handler; they get an answer in the API's form, and the connection ends. */
function answerClientError(error: NodeJS.ErrnoException, socket: Socket): void {
  if (!socket.writable || error.code === 'ECONNRESET') {
    socket.destroy();
    return;
  }
  const status =
    error.code === 'HPE_HEADER_OVERFLOW' ? 431 : error.code === 'ERR_HTTP_REQUEST_TIMEOUT' ? 408 : 400;
  const reason = STATUS_CODES[status] ?? 'Bad Request';
  const body = JSON.stringify({ error: reason.toLowerCase() });
  socket.end(
    `HTTP/1.1 ${status} ${reason}\r\nContent-Type: application/json; charset=utf-8\r\nContent-Length: ${body.length}\r\nConnection: close\r\n\r\n${body}`,
  );
}

/**
 * Connections that the system holds until the process accepts them; more are cut unseen. Thousands of streams come back within two seconds, and the system's own
 * bound (`net.core.somaxconn`) is 4,096 on today's Linux.
 */
const BACKLOG = 4_096;

async function listen(server: Server, host: string, port: number): Promise<void> {
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen({ host, port, backlog: BACKLOG }, () => {
        server.off('error', reject);
        resolve();
      });
    });
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'EADDRINUSE') throw new StartError(`Port ${port} of ${host} is in use.`, { cause: error });
    if (code === 'EACCES')
      throw new StartError(`This user may not listen on port ${port}.`, { cause: error });
    if (code === 'EADDRNOTAVAIL')
      throw new StartError(`HOST ${host} is not an address of this machine.`, { cause: error });
    throw error;
  }
}

/** An address that can be called: the "any" addresses stand for this machine, and IPv6 needs brackets. */
function urlHost(host: string): string {
  if (host === '0.0.0.0') return '127.0.0.1';
  if (host === '::') return '[::1]';
  return host.includes(':') ? `[${host}]` : host;
}
