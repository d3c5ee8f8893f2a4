/** Requests at a steady pace or in a loop, answer by answer: for questions that a load generator's summary does not answer. */
import { Agent, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';

export interface Call {
  readonly url: string;
  readonly key: string;
  readonly method?: 'GET' | 'POST';
  readonly body?: string;
}

export interface Timed {
  /** 0: the connection failed, or there was no answer in time. */
  readonly status: number;
  /** From when the request was sent: what delays this client is not the server's. */
  readonly milliseconds: number;
}

/** Longer than an answer may take. */
const PATIENCE_MS = 45_000;

/** Sends `perSecond` requests a second, whether or not those before have been answered. */
export async function paced(call: Call, perSecond: number, seconds: number): Promise<Timed[]> {
  const agent = new Agent({ keepAlive: true, maxSockets: 64 });
  const started = performance.now();
  const answers: Promise<Timed>[] = [];
  for (let sent = 0; sent < perSecond * seconds; sent += 1) {
    const due = started + (sent * 1_000) / perSecond;
    const early = due - performance.now();
    if (early > 0) await sleep(early);
    answers.push(timed(call, agent));
  }
  const all = await Promise.all(answers);
  agent.destroy();
  return all;
}

/** Sends one call after another over each of some connections until it is stopped. */
export class Loop {
  readonly statuses = new Map<number, number>();
  readonly #agent: Agent;
  readonly #runs: readonly Promise<void>[];
  #isStopped = false;

  constructor(calls: readonly Call[], connections: number) {
    this.#agent = new Agent({ keepAlive: true, maxSockets: connections });
    this.#runs = Array.from({ length: connections }, (_, first) => this.#run(calls, first));
  }

  /** What is under way is broken off. */
  async stop(): Promise<void> {
    this.#isStopped = true;
    this.#agent.destroy();
    await Promise.all(this.#runs);
  }

  async #run(calls: readonly Call[], first: number): Promise<void> {
    for (let next = first; !this.#isStopped; next += 1) {
      const call = calls[next % calls.length];
      if (call === undefined) return;
      const status = await send(call, this.#agent);
      if (!this.#isStopped) this.statuses.set(status, (this.statuses.get(status) ?? 0) + 1);
    }
  }
}

async function timed(call: Call, agent: Agent): Promise<Timed> {
  const sent = performance.now();
  const status = await send(call, agent);
  return { status, milliseconds: performance.now() - sent };
}

function send({ url, key, method = 'POST', body = '' }: Call, agent: Agent): Promise<number> {
  return new Promise((resolve) => {
    const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
    const sent = request(url, { method, agent, headers }, (response) => {
      response.resume().on('end', () => resolve(response.statusCode ?? 0));
    });
    sent.on('error', () => resolve(0));
    sent.setTimeout(PATIENCE_MS, () => sent.destroy());
    sent.end(body);
  });
}
