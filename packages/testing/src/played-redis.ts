/**
 * As much of Redis as px0's rate limiters use, so that "px0 counts in the Redis of REDIS_URL" is tested where no Redis is installed.
 * What the limiters do on a real one is tested where there is one.
 */
import { once } from 'node:events';
import { type AddressInfo, createServer, type Socket } from 'node:net';

/** Answers by name of a command; what is missing here is simply "OK". */
type Answer = (played: PlayedRedis, args: readonly string[]) => string;

const answers: Readonly<Record<string, Answer>> = {
  info: () => bulk('redis_version:7.0.0\r\nloading:0\r\n'),
  // ioredis 6 signs in by it.
  hello: (played, args) =>
    args.some((word) => word.toLowerCase() === 'auth') ? played.authenticate(args.at(-1) ?? '') : '+OK\r\n',
  auth: (played, args) => played.authenticate(args.at(-1) ?? ''),
  // ioredis then sends the script itself.
  evalsha: () => '-NOSCRIPT No matching script.\r\n',
  eval: (played, [, , key = '', points = '1', seconds = '1']) =>
    `*2\r\n:${played.count(key, Number(points))}\r\n:${Number(seconds) * 1_000}\r\n`,
  del: () => ':1\r\n',
};

function bulk(text: string): string {
  return `$${text.length}\r\n${text}\r\n`;
}

export class PlayedRedis {
  /** What was counted, by key. */
  readonly counts = new Map<string, number>();
  readonly #server = createServer((socket) => this.#serve(socket));
  readonly #sockets = new Set<Socket>();
  readonly #password: string | undefined;

  private constructor(password: string | undefined) {
    this.#password = password;
  }

  static async start(password?: string): Promise<PlayedRedis> {
    const played = new PlayedRedis(password);
    played.#server.listen(0, '127.0.0.1');
    await once(played.#server, 'listening');
    return played;
  }

  get url(): string {
    const address: AddressInfo | string | null = this.#server.address();
    if (address === null || typeof address === 'string') throw new Error('the played Redis is closed');
    return `redis://127.0.0.1:${address.port}`;
  }

  async close(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.#server.close();
    await once(this.#server, 'close');
  }

  count(key: string, points: number): number {
    const count = (this.counts.get(key) ?? 0) + points;
    this.counts.set(key, count);
    return count;
  }

  authenticate(password: string): string {
    if (password === (this.#password ?? password)) return '+OK\r\n';
    return '-WRONGPASS invalid username-password pair or user is disabled.\r\n';
  }

  #serve(socket: Socket): void {
    this.#sockets.add(socket);
    socket.setEncoding('latin1');
    socket.on('error', () => socket.destroy());
    socket.on('close', () => this.#sockets.delete(socket));
    let text = '';
    socket.on('data', (piece: string) => {
      text += piece;
      for (let read = command(text); read !== undefined; read = command(text)) {
        text = text.slice(read.length);
        const [name = '', ...args] = read.words;
        socket.write(answers[name.toLowerCase()]?.(this, args) ?? '+OK\r\n');
      }
    });
  }
}

/** The first command of `text`, an array of strings, once all of it has arrived. */
function command(text: string): { readonly words: readonly string[]; readonly length: number } | undefined {
  const head = /^\*(\d+)\r\n/.exec(text);
  if (head === null) return undefined;
  let at = head[0].length;
  const words: string[] = [];
  while (words.length < Number(head[1])) {
    const size = /^\$(\d+)\r\n/.exec(text.slice(at));
    if (size === null) return undefined;
    const from = at + size[0].length;
    at = from + Number(size[1]) + 2;
    if (text.length < at) return undefined;
    words.push(text.slice(from, at - 2));
  }
  return { words, length: at };
}
