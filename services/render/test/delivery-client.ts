/** Asks a render process for deliveries, and reads the frames with the code of clients. */
import { expectDescribed } from '@px0/contracts/response-check';
import {
  type DeliveredPrompt,
  Digest,
  EventReader,
  type Frame,
  type MarkedTeam,
  readFrame,
  type SyncFrame,
} from '@px0/delivery';

export interface SnapshotAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  readonly frames: readonly Frame[];
}

/** Fails on an answer that the API description does not know. */
export async function snapshot(
  url: string,
  token: string | undefined,
  query: Readonly<Record<string, string>> = {},
  headers: Readonly<Record<string, string>> = {},
  method: 'GET' | 'HEAD' = 'GET',
): Promise<SnapshotAnswer> {
  const search = new URLSearchParams(query).toString();
  const path = `/v1/delivery/snapshot${search === '' ? '' : `?${search}`}`;
  const response = await fetch(url + path, {
    method,
    headers: { ...(token === undefined ? {} : { authorization: `Bearer ${token}` }), ...headers },
  });
  const text = await response.text();
  expectDescribed({ method, path, status: response.status, headers: response.headers, text });
  const lines = response.status === 200 ? text.split('\n').filter((line) => line !== '') : [];
  return { status: response.status, headers: response.headers, text, frames: lines.map(frameOf) };
}

function frameOf(line: string): Frame {
  const frame = readFrame(line);
  if (frame === undefined) throw new Error(`no client knows ${line}`);
  return frame;
}

/** The frames of one type. */
export function of<T extends Frame['type']>(
  frames: readonly Frame[],
  type: T,
): Extract<Frame, { type: T }>[] {
  return frames.filter((frame): frame is Extract<Frame, { type: T }> => frame.type === type);
}

/** What the frames of a whole transfer come to: the digest and the number of all that was put. */
export function sum(frames: readonly Frame[]): { readonly digest: string; readonly count: number } {
  const digest = new Digest();
  for (const { prompt } of of(frames, 'put')) digest.add(prompt.etag);
  return { digest: digest.text, count: digest.count };
}

/** A stream that is listened to: its frames, and what they come to by the rules of clients. It fails on the first thing that does not add up. */
export class Listener {
  readonly status: number;
  readonly headers: Headers;
  readonly frames: Frame[] = [];
  /** What is held: prompts by team and id. */
  readonly teams = new Map<string, HeldTeam>();
  /** The revision to resume from. */
  last: string | undefined;
  isOver = false;
  readonly #leave: AbortController;
  readonly #events = new EventReader();
  readonly #staged = new Map<string, Map<string, DeliveredPrompt>>();
  readonly #waits = new Set<() => void>();
  #isTransfer = true;
  #fault: unknown;

  private constructor({ status, headers }: Response, leave: AbortController, held?: Listener) {
    this.status = status;
    this.headers = headers;
    this.#leave = leave;
    for (const [id, team] of held?.teams ?? [])
      this.teams.set(id, { ...team, prompts: new Map(team.prompts) });
    this.last = held?.last;
  }

  /** `held`: an earlier listener, from where this one goes on. */
  static async open(
    url: string,
    token: string,
    { query = {}, headers = {}, held }: ListenerOptions = {},
  ): Promise<Listener> {
    const leave = new AbortController();
    const search = new URLSearchParams(query).toString();
    const response = await fetch(`${url}/v1/delivery/stream${search === '' ? '' : `?${search}`}`, {
      headers: {
        authorization: `Bearer ${token}`,
        ...(held?.last === undefined ? {} : { 'last-event-id': held.last }),
        ...headers,
      },
      signal: leave.signal,
    });
    const listener = new Listener(response, leave, held);
    void listener.#read(response.body);
    return listener;
  }

  /** As `open`, and waits for the first `sync`. */
  static async synced(url: string, token: string, options: ListenerOptions = {}): Promise<Listener> {
    const listener = await Listener.open(url, token, options);
    await listener.next('sync');
    return listener;
  }

  get slugs(): string[] {
    return [...this.teams.values()]
      .flatMap(({ prompts }) => Array.from(prompts.values(), ({ slug }) => slug))
      .sort();
  }

  /** The first frame of the type after the ones that `from` says have been looked at. */
  async next<T extends Frame['type']>(type: T, from = 0): Promise<Extract<Frame, { type: T }>> {
    return this.until(() => of(this.frames.slice(from), type)[0], `a ${type}`);
  }

  /** Waits until the question has an answer. */
  async until<T>(question: () => T | undefined, what = 'what was waited for'): Promise<T> {
    const deadline = Date.now() + 20_000;
    for (;;) {
      if (this.#fault !== undefined) throw this.#fault;
      const answer = question();
      if (answer !== undefined && answer !== false) return answer;
      if (this.isOver || Date.now() > deadline)
        throw new Error(`${what} did not come; there were ${this.frames.map(({ type }) => type).join()}`);
      await new Promise<void>((resolve) => {
        const timer = setTimeout(() => wake(), 1_000);
        const wake = (): void => {
          clearTimeout(timer);
          this.#waits.delete(wake);
          resolve();
        };
        this.#waits.add(wake);
      });
    }
  }

  /** Waits until the stream has ended. */
  async over(): Promise<void> {
    await this.until(() => this.isOver || undefined, 'the end');
  }

  leave(): void {
    this.#leave.abort();
  }

  async #read(body: ReadableStream<Uint8Array> | null): Promise<void> {
    try {
      for await (const bytes of body ?? []) {
        for (const { event, data, id } of this.#events.read(bytes)) this.#take(event, data, id);
        for (const wake of [...this.#waits]) wake();
      }
    } catch (error) {
      // A stream of gzip has no end, so its end always looks broken off.
      const isCut = error instanceof Error && /aborted|terminated/.test(`${error.name} ${error.message}`);
      if (!this.#leave.signal.aborted && !isCut) this.#fault = error;
    } finally {
      this.isOver = true;
      for (const wake of [...this.#waits]) wake();
    }
  }

  #take(event: string, data: string, id: string | undefined): void {
    const frame = frameOf(data);
    this.frames.push(frame);
    const closes = frame.type === 'mark' || frame.type === 'sync' || frame.type === 'heartbeat';
    if (event !== frame.type || (closes ? id !== frame.revision : id !== undefined))
      throw new Error(`the event ${event} with the id ${id} is a ${frame.type}`);
    this.#apply(frame);
    if (closes) this.last = frame.revision;
  }

  #apply(frame: Frame): void {
    switch (frame.type) {
      case 'hello':
        this.#isTransfer = true;
        break;
      case 'begin':
        this.#isTransfer = true;
        if (frame.base === null) this.#staged.set(frame.team_id, new Map());
        break;
      case 'put':
        this.#promptsOf(frame.team_id).set(frame.prompt.id, frame.prompt);
        if (!this.#staged.has(frame.team_id)) this.#settle(frame.team_id, frame.prompt.id);
        break;
      case 'delete':
        this.#promptsOf(frame.team_id).delete(frame.prompt_id);
        break;
      case 'drop':
        this.teams.delete(frame.team_id);
        this.#staged.delete(frame.team_id);
        break;
      case 'mark':
        for (const mark of frame.teams) this.#mark(mark);
        break;
      case 'sync':
        this.#sync(frame);
        break;
      case 'heartbeat':
        if (!this.#isTransfer) this.#compare('all', [...this.teams.values()], frame);
        break;
    }
  }

  /** A prompt is in one team only. */
  #settle(teamId: string, promptId: string): void {
    for (const [id, { prompts }] of this.teams) if (id !== teamId) prompts.delete(promptId);
  }

  #promptsOf(teamId: string): Map<string, DeliveredPrompt> {
    const prompts = this.#staged.get(teamId) ?? this.teams.get(teamId)?.prompts;
    if (prompts === undefined) throw new Error('a prompt of a team that was not begun');
    return prompts;
  }

  #mark({ team_id, prev, revision, digest, count }: MarkedTeam): void {
    if (this.#staged.has(team_id)) return;
    const team = this.teams.get(team_id);
    if (team?.revision !== prev)
      throw new Error(`a mark goes on from ${prev} and not from ${team?.revision}`);
    team.revision = revision;
    this.#compare('a team', [team], { digest, count });
  }

  #sync({ teams, digest, count }: SyncFrame): void {
    for (const [id, prompts] of this.#staged) {
      this.teams.set(id, { revision: '', prompts });
      for (const promptId of prompts.keys()) this.#settle(id, promptId);
    }
    this.#staged.clear();
    this.#isTransfer = false;
    const listed = new Map(teams.map(({ team_id, revision }) => [team_id, revision]));
    for (const id of this.teams.keys()) if (!listed.has(id)) this.teams.delete(id);
    for (const [id, revision] of listed) {
      const team = this.teams.get(id);
      if (team === undefined) throw new Error('a team that is not held');
      team.revision = revision;
    }
    this.#compare('all', [...this.teams.values()], { digest, count });
  }

  #compare(what: string, teams: readonly HeldTeam[], said: { digest: string; count: number }): void {
    const digest = new Digest();
    for (const { prompts } of teams) for (const { etag } of prompts.values()) digest.add(etag);
    if (!digest.agrees(said))
      throw new Error(`${what} is ${digest.text}.${digest.count} and not ${said.digest}.${said.count}`);
  }
}

interface HeldTeam {
  revision: string;
  readonly prompts: Map<string, DeliveredPrompt>;
}

export interface ListenerOptions {
  readonly query?: Readonly<Record<string, string>>;
  readonly headers?: Readonly<Record<string, string>>;
  readonly held?: Listener;
}
