/** One client that asks one request after the other, and what of the answers must be the same in every run. */
import { createHash } from 'node:crypto';
import { responseHeaders } from '@px0/contracts';
import { compareTokens, decodeToken } from '@px0/event-bus';
import { eventually } from '@px0/testing/servers';
import { addedHeaders, withoutAddedKeys, withoutAddedMethods } from './added-keys.ts';
import { Names } from './names.ts';

export interface Ask {
  /** A caller of the stage. */
  readonly who: string;
  readonly method: string;
  readonly path: string;
  /** As it is sent. `‹x*5›` stands for `xxxxx`. */
  readonly body?: string;
  readonly headers?: Readonly<Record<string, string>>;
  /** The answer comes after a while, as usage does: it is asked for until it has this many renders, failed ones included. */
  readonly renders?: number;
}

/** A line of the recording: a request, and what was answered. Names stand for what is new in each run. */
export interface Exchange extends Ask {
  readonly status: number;
  /** Those of the API's headers that came, and their values where these say something. */
  readonly sent: string;
  readonly answer: string;
}

interface Raw {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

/** Longer answers are known by their digests. */
const LONGEST_ANSWER = 6_000;

/** Whether they come depends on the machine's load and not on the build. */
const dependsOnLoad = new Set(['px0-pending', 'px0-stale']);
/** Of a body that is too large, too: it is refused as soon as its length is known. */
const ofLimits = ['ratelimit-limit', 'ratelimit-remaining', 'ratelimit-reset', 'ratelimit-policy'];
/** Their values tell nothing about the build. */
const valueless = new Set([
  'px0-revision',
  'ratelimit-remaining',
  'ratelimit-reset',
  'retry-after',
  'x-request-id',
]);

/** The headers of a limit as they usually are, all four of them. */
const everyLimit = / ratelimit-limit=(\d+) ratelimit-remaining ratelimit-reset ratelimit-policy=\1;w=60/;

export class Conversation {
  readonly names: Names;
  readonly #origin: string;
  readonly #tokens: ReadonlyMap<string, string>;
  /** The highest so far: every request sees what the earlier ones wrote. */
  #revision: string | undefined;

  /** @param tokens the credentials of the stage's callers */
  constructor(origin: string, tokens: ReadonlyMap<string, string>, names = new Names()) {
    this.names = names;
    this.#origin = origin;
    this.#tokens = tokens;
  }

  /** Sends the request and says what came, both as a recording has them. */
  async exchange(ask: Ask): Promise<{ readonly exchange: Exchange; readonly raw: Raw }> {
    const raw = await this.#raw(ask);
    const request = this.#recorded(ask);
    const exchange = {
      ...request,
      status: raw.status,
      sent: this.#sent(raw),
      answer: this.#answer(ask, raw),
    };
    return { exchange, raw };
  }

  #recorded({ path, body, headers, ...ask }: Ask): Ask {
    const { names } = this;
    const hidden = headers && Object.entries(headers).map(([name, value]) => [name, names.known(value)]);
    return {
      ...ask,
      path: names.inRequest(path).replace(/(?<=[?&]cursor=)[^&]+/, (cursor) => names.known(cursor)),
      ...(body !== undefined && { body: names.inRequest(body) }),
      ...(hidden && { headers: Object.fromEntries(hidden) }),
    };
  }

  async #raw(ask: Ask): Promise<Raw> {
    let raw = await this.#send(ask);
    const isWrite =
      !['GET', 'HEAD'].includes(ask.method) && !/\/(?:render|batch|check|validate)$/.test(ask.path);
    if (isWrite) return raw;
    // An answer that lacks something, because the machine is busy, is no answer for a recording.
    await eventually(
      async () => {
        const waits =
          raw.status === 503 ||
          raw.headers.has('px0-stale') ||
          (ask.renders !== undefined && rendersOf(raw.text) !== ask.renders);
        if (!waits) return true;
        const { status, text } = raw;
        raw = await this.#send(ask);
        throw new Error(`${status} ${text}`);
      },
      { timeoutMs: 60_000, intervalMs: 100, what: `the answer to ${ask.method} ${ask.path}` },
    );
    return raw;
  }

  async #send({ who, method, path, body, headers = {} }: Ask): Promise<Raw> {
    const token = this.#tokens.get(who);
    const response = await fetch(`${this.#origin}${path}`, {
      method,
      redirect: 'manual',
      headers: {
        ...(token !== undefined && { authorization: `Bearer ${token}` }),
        ...(body !== undefined && { 'content-type': 'application/json' }),
        ...(this.#revision !== undefined && { 'px0-min-revision': this.#revision }),
        ...headers,
      },
      ...(body !== undefined && { body: repeated(body) }),
      signal: AbortSignal.timeout(60_000),
    });
    const raw = { status: response.status, headers: response.headers, text: await response.text() };
    this.#revision = higher(this.#revision, raw.headers.get('px0-revision') ?? undefined);
    return raw;
  }

  #sent({ status, headers }: Raw): string {
    const left = new Set([...dependsOnLoad, ...addedHeaders]);
    if (status === 413) for (const name of ofLimits) left.add(name);
    return ['content-type', 'allow', ...responseHeaders.map((name) => name.toLowerCase())]
      .filter((name) => !left.has(name))
      .flatMap((name) => {
        const value = headers.get(name);
        if (value === null) return [];
        if (valueless.has(name)) return [name];
        if (name === 'etag') return [`etag=${this.names.of(value, 'etag')}`];
        return [`${name}=${name === 'allow' ? withoutAddedMethods(value) : value}`];
      })
      .join(' ')
      .replace(everyLimit, ' limits=$1');
  }

  #answer({ renders, path }: Ask, { text }: Raw): string {
    const { names } = this;
    let answer = withoutAddedKeys(renders === undefined ? text : summedUsage(text));
    answer = answer.replace(/(?<="next_cursor":")[^"]+/, (cursor) => names.of(cursor, 'cursor'));
    if (path.includes('/audit')) {
      answer = answer.replace(/(?<="id":")\d+(?=")/g, (entry) => names.of(`entry ${entry}`, 'entry'));
    }
    answer = names.inAnswer(answer);
    if (answer.length <= LONGEST_ANSWER) return answer;
    const digest = createHash('sha256').update(answer).digest('hex');
    return `‹${answer.length} characters, SHA-256 ${digest}›`;
  }
}

function repeated(body: string): string {
  return body.replace(/‹([^‹›])\*(\d+)›/g, (_all, character: string, times: string) =>
    character.repeat(Number(times)),
  );
}

function higher(one: string | undefined, other: string | undefined): string | undefined {
  const [a, b] = [one, other].map((text) => (text === undefined ? undefined : decodeToken(text)));
  if (a === undefined || b === undefined) return a === undefined ? other : one;
  return compareTokens(a, b) >= 0 ? one : other;
}

interface Usage {
  readonly usage: readonly {
    readonly version: number;
    readonly renders: number;
    readonly failures: number;
  }[];
}

function usageOf(text: string): Usage['usage'] {
  const { usage = [] }: Partial<Usage> = JSON.parse(text);
  return usage;
}

function rendersOf(text: string): number {
  return usageOf(text).reduce((sum, { renders, failures }) => sum + renders + failures, 0);
}

/** Usage without hours and latencies: a run may begin in one hour and end in the next. */
function summedUsage(text: string): string {
  const sums = [...Map.groupBy(usageOf(text), ({ version }) => version)].map(([version, rows]) => ({
    version,
    renders: rows.reduce((sum, { renders }) => sum + renders, 0),
    failures: rows.reduce((sum, { failures }) => sum + failures, 0),
  }));
  return JSON.stringify(sums.toSorted((one, other) => one.version - other.version));
}
