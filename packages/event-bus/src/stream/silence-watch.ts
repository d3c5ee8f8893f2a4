/**
 * Leaves a NATS server that has fallen silent without closing its connections, as a frozen process or a cut network does, so that the
 * client goes to another one within seconds (docs/decisions/184-endpoint-slices.md). The client's own pings, of half a minute, stay
 * behind it.
 *
 * It must not leave a server that is merely busy, nor blame it for a standstill of this process. So it counts looks and not time, looks
 * after what has come was read, takes every byte for a sign of life, and at last asks the server for a greeting on a connection of
 * its own: one that is busy with a request of ours still greets, one that stands still does not.
 */
import { connect, Socket } from 'node:net';
import type { NatsConnection, Server } from '@nats-io/transport-node';
import type { Logger } from '@px0/service-kit';

/** Pause between two looks. */
const LOOK_MS = 500;
/** Looks in a row without a byte until the server is asked for a greeting. The first of them sends a ping. */
const SILENT_LOOKS = 4;
/** A server greets within milliseconds. */
const GREETING_MS = 1_000;

export interface SilenceWatchOptions {
  readonly connection: NatsConnection;
  /** While it is false the client connects, with time limits of its own. */
  readonly isConnected: () => boolean;
  readonly logger: Logger;
}

export class SilenceWatch {
  readonly #connection: NatsConnection;
  readonly #isConnected: () => boolean;
  readonly #logger: Logger;
  #timer: NodeJS.Timeout | undefined;
  #socket: Socket | undefined;
  #bytesRead = 0;
  #silentLooks = 0;
  #stopped = false;

  constructor({ connection, isConnected, logger }: SilenceWatchOptions) {
    this.#connection = connection;
    this.#isConnected = isConnected;
    this.#logger = logger;
  }

  /** Begins to look. */
  start(): void {
    this.#schedule();
  }

  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#timer);
  }

  #schedule(): void {
    if (this.#stopped) return;
    // Timers run before input is read: after a standstill, what has come in it must not count as silence.
    this.#timer = setTimeout(() => setImmediate(() => void this.#look()), LOOK_MS);
    this.#timer.unref();
  }

  async #look(): Promise<void> {
    const socket = this.#isConnected() ? socketOf(this.#connection) : undefined;
    if (socket === undefined || socket !== this.#socket || socket.bytesRead !== this.#bytesRead) {
      this.#socket = socket;
      this.#bytesRead = socket?.bytesRead ?? 0;
      this.#silentLooks = 0;
    } else {
      this.#silentLooks += 1;
      if (this.#silentLooks === 1) this.#connection.flush().catch(() => undefined);
      if (this.#silentLooks >= SILENT_LOOKS) await this.#judge(socket);
    }
    this.#schedule();
  }

  async #judge(socket: Socket): Promise<void> {
    this.#silentLooks = 0;
    const { remoteAddress: host, remotePort: port } = socket;
    if (host === undefined || port === undefined || (await greets(host, port))) return;
    if (this.#stopped || socket !== socketOf(this.#connection) || socket.bytesRead !== this.#bytesRead)
      return;
    this.#logger.warn({ server: this.#connection.getServer() }, 'NATS server is silent; changing to another');
    // Not the client's own `reconnect`, which first waits until what it has written is sent: never, when the server reads no more.
    socket.destroy();
  }
}

/**
 * Where the client connects next: anywhere but the server whose connection it lost, as long as there is another. The client itself may begin
 * with that one, and waits for it to greet.
 */
export class NextServer {
  #lost: string | undefined;

  connectedTo(server: string): void {
    this.#lost = server;
  }

  /** For the client's option `reconnectToServer`. Null: the first of the pool. */
  readonly choose = ([first, second]: readonly Server[]): Server | null => {
    if (first === undefined || first.listen !== this.#lost) return null;
    // Once: by the next attempt it may be the only one that is back.
    this.#lost = undefined;
    return second ?? null;
  };
}

/** The client has no public way to its socket; what is read here is checked, and its release is pinned. */
function socketOf(connection: NatsConnection): Socket | undefined {
  let part: unknown = connection;
  for (const name of ['protocol', 'transport', 'socket']) {
    if (typeof part !== 'object' || part === null) return undefined;
    part = Reflect.get(part, name);
  }
  return part instanceof Socket ? part : undefined;
}

/** Whether a NATS server sends its first line to a new connection, which it does before it asks for anything. */
function greets(host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    const finish = (answer: boolean): void => {
      clearTimeout(timer);
      socket.destroy();
      resolve(answer);
    };
    // As above: what has come is read before the verdict.
    const timer = setTimeout(() => setImmediate(() => finish(false)), GREETING_MS);
    socket.once('data', () => finish(true));
    socket.once('error', () => finish(false));
    socket.once('end', () => finish(false));
  });
}
