/** A child process that holds many streams. */
import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import type { Order, Reply } from './programs/streams.ts';

const PROGRAM = join(import.meta.dirname, 'programs/streams.ts');

type ReplyOf<K extends Reply['kind']> = Extract<Reply, { kind: K }>;

export interface Opening {
  /** The stream's address. */
  readonly url: string;
  readonly headers: readonly string[];
  readonly count: number;
  readonly overMs?: number;
  readonly until?: 'sync' | 'answer';
}

export class StreamClients {
  readonly #child: ChildProcess;
  readonly #replies: Reply[] = [];
  #wake: () => void = () => undefined;

  constructor() {
    this.#child = fork(PROGRAM, { stdio: ['ignore', 'inherit', 'inherit', 'ipc'] });
    this.#child.on('message', (reply: Reply) => {
      this.#replies.push(reply);
      this.#wake();
    });
    this.#child.on('exit', () => {
      this.#replies.push({ kind: 'broken', reason: 'the process of the clients has ended' });
      this.#wake();
    });
  }

  /** Opens streams beside those that are open; resolves when each has had its first state, or was refused. */
  async open({ url, headers, count, overMs = 0, until = 'sync' }: Opening): Promise<ReplyOf<'open'>> {
    this.#send({ kind: 'open', url, headers, count, overMs, until });
    return await this.#next('open');
  }

  /** Begins to look out for a text; the inner promise resolves when all streams have had it. */
  async awaits(text: string): Promise<{ readonly seen: Promise<ReplyOf<'seen'>> }> {
    this.#send({ kind: 'await', text });
    await this.#next('awaiting');
    return { seen: this.#next('seen') };
  }

  /** What the open streams have received. */
  async bytes(): Promise<number> {
    this.#send({ kind: 'count' });
    return (await this.#next('count')).bytes;
  }

  /** Cuts all streams. */
  async closeStreams(): Promise<void> {
    this.#send({ kind: 'close' });
    await this.#next('closed');
  }

  /** Ends the process. */
  async stop(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return;
    const ended = once(this.#child, 'exit');
    this.#child.disconnect();
    await ended;
  }

  #send(order: Order): void {
    this.#child.send(order);
  }

  async #next<K extends Reply['kind']>(kind: K): Promise<ReplyOf<K>> {
    for (;;) {
      const reply = this.#replies.shift();
      if (reply === undefined) {
        await new Promise<void>((resolve) => {
          this.#wake = resolve;
        });
      } else if (isOf(reply, kind)) return reply;
      else
        throw new Error(
          reply.kind === 'broken' ? `a stream broke: ${reply.reason}` : `a reply ${reply.kind}`,
        );
    }
  }
}

function isOf<K extends Reply['kind']>(reply: Reply, kind: K): reply is ReplyOf<K> {
  return reply.kind === kind;
}
