/** What applications are delivered by a whole platform, through the gateway: every write is made by the API, and every frame read by the code of clients. */
import { type ChildProcess, spawn } from 'node:child_process';
import { type DeliveredPrompt, Digest, EventReader, type Frame, Replica, readFrame } from '@px0/delivery';
import { eventually, startTestPlatform, type TestPlatform } from '@px0/testing';
import { type Account, type Prompt, World } from '@px0/testing/world';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

let platform: TestPlatform;
let world: World;
beforeAll(async () => {
  platform = await startTestPlatform();
  world = new World(platform);
});
afterAll(() => platform?.stop());

type FrameOf<T extends Frame['type']> = Extract<Frame, { type: T }>;

/** A client's stream. What does not add up ends the test. */
class Stream {
  readonly frames: Frame[] = [];
  readonly replica = new Replica();
  readonly headers: Headers;
  readonly #leave: AbortController;
  isOver = false;
  fault: unknown;

  private constructor(response: Response, leave: AbortController) {
    this.headers = response.headers;
    this.#leave = leave;
    void this.#read(response.body);
  }

  static async open(token: string, headers: Record<string, string> = {}): Promise<Stream> {
    const leave = new AbortController();
    const response = await fetch(`${platform.gatewayUrl}/v1/delivery/stream`, {
      headers: { authorization: `Bearer ${token}`, ...headers },
      signal: leave.signal,
    });
    expect(response.status).toBe(200);
    const stream = new Stream(response, leave);
    await stream.next('sync');
    return stream;
  }

  /** The first frame of the type after those that were there. */
  async next<T extends Frame['type']>(type: T, after = 0): Promise<FrameOf<T>> {
    return eventually(
      () => {
        if (this.fault !== undefined) throw this.fault;
        return this.frames.slice(after).find((frame): frame is FrameOf<T> => frame.type === type);
      },
      { what: `a ${type}`, timeoutMs: 60_000 },
    );
  }

  prompt(slug: string): DeliveredPrompt | undefined {
    const prompts = [...this.replica.teamIds].flatMap((team) => [...this.replica.promptsOf(team).values()]);
    return prompts.find((one) => one.slug === slug);
  }

  leave(): void {
    this.#leave.abort();
  }

  async #read(body: ReadableStream<Uint8Array> | null): Promise<void> {
    const events = new EventReader();
    try {
      for await (const bytes of body ?? []) {
        for (const { data } of events.read(bytes)) {
          const frame = readFrame(data);
          if (frame === undefined) continue;
          const repair = this.replica.apply(frame);
          if (repair !== undefined) throw new Error(`${repair} at ${data}`);
          this.frames.push(frame);
        }
      }
    } catch (error) {
      // A gzip stream has no end, so its end looks broken off.
      const isCut = error instanceof Error && /aborted|terminated/.test(`${error.name} ${error.message}`);
      if (!isCut) this.fault = error;
    } finally {
      this.isOver = true;
    }
  }
}

/** px0 promises 250 ms, which `npm run bench:delivery` measures; this is for a machine that does much else. */
const SOON_MS = 30_000;

/** A stream as curl shows it: what it has printed can be read. */
class Curl {
  readonly #process: ChildProcess;
  #text = '';

  constructor(token: string, ...options: readonly string[]) {
    const url = `${platform.gatewayUrl}/v1/delivery/stream`;
    const args = ['-s', '-i', '-N', ...options, url, '-H', `Authorization: Bearer ${token}`];
    this.#process = spawn('curl', args, { stdio: ['ignore', 'pipe', 'inherit'] });
    this.#process.stdout?.setEncoding('utf8').on('data', (text: string) => (this.#text += text));
  }

  get head(): string {
    return this.#text.slice(0, this.#text.indexOf('\r\n\r\n'));
  }

  /** The events that have ended, as they were printed. */
  get events(): string[] {
    const body = this.#text.slice(this.#text.indexOf('\r\n\r\n') + 4);
    return body.split('\n\n').slice(0, -1);
  }

  get frames(): Frame[] {
    return this.events.flatMap((event) => readFrame(event.slice(event.indexOf('data: ') + 6)) ?? []);
  }

  async until<T>(
    question: (frames: readonly Frame[]) => T | undefined,
    what: string,
    timeoutMs = SOON_MS,
  ): Promise<T> {
    return eventually(() => question(this.frames), { what, timeoutMs });
  }

  leave(): void {
    this.#process.kill();
  }
}

const typesOf = (frames: readonly Frame[]) =>
  frames.map(({ type }) => type).filter((type) => type !== 'heartbeat');

async function scene() {
  const account: Account = await world.account();
  const prompt = await world.emptyPrompt(account.key, account.team, { slug: 'greeting' });
  await world.live(account.key, prompt, 'Hello');
  await delivered(account.key.token, account, prompt);
  return { account, prompt };
}

const revisionOf = ({ headers }: { headers: Headers }) => headers.get('px0-revision') ?? '';

/** Waits until the only render process delivers all that was done to the prompt so far, and before it. */
async function delivered(token: string, owner: Account, prompt: Prompt): Promise<void> {
  await eventually(
    async () => {
      const seen = await world.ask(owner.key, 'GET', `/v1/prompts/${prompt.id}`);
      const response = await fetch(`${platform.gatewayUrl}/v1/delivery/snapshot`, {
        method: 'HEAD',
        headers: {
          authorization: `Bearer ${token}`,
          'px0-min-revision': revisionOf(seen),
          'px0-consistency': 'require',
        },
      });
      return response.status === 200;
    },
    { what: 'a delivery of everything', timeoutMs: SOON_MS },
  );
}

describe('a delivery', () => {
  it.each(['identity', 'gzip'])(
    'tells of a promotion once, at once, and covers it (%s)',
    async (encoding) => {
      const { account, prompt } = await scene();
      const stream = await Stream.open(account.key.token, { 'accept-encoding': encoding });
      expect(typesOf(stream.frames)).toEqual(['hello', 'begin', 'put', 'sync']);
      await world.make(account.key, 'POST', `/v1/prompts/${prompt.id}/versions`, {
        template: 'Hi {{.name}}',
      });
      const seen = stream.frames.length;
      // To become stable makes no difference to anybody.
      await world.make(account.key, 'POST', `/v1/prompts/${prompt.id}/versions/2/promote`);
      const promotion = await world.ask(account.key, 'POST', `/v1/prompts/${prompt.id}/versions/2/promote`);
      expect(promotion.status).toBe(200);
      const mark = await stream.next('mark', seen);
      const told = stream.frames.slice(seen).map(({ type }) => type);
      expect(told.filter((type) => type !== 'heartbeat')).toEqual(['put', 'mark']);
      expect(stream.prompt('greeting')).toMatchObject({ live: 2, versions: [{ template: 'Hi {{.name}}' }] });
      const sequence = (revision: string) =>
        Number(Buffer.from(revision, 'base64url').toString().split(':')[2]);
      expect(sequence(mark.revision)).toBeGreaterThanOrEqual(sequence(revisionOf(promotion)));
      stream.leave();
    },
  );

  it('by snapshot is not sent twice, and afterwards only as far as it has changed', async () => {
    const { account, prompt } = await scene();
    const get = (query: string, headers: Record<string, string> = {}) =>
      fetch(`${platform.gatewayUrl}/v1/delivery/snapshot${query}`, {
        headers: { authorization: `Bearer ${account.key.token}`, ...headers },
      });
    const whole = await get('');
    const etag = whole.headers.get('etag') ?? '';
    const lines = (await whole.text()).trim().split('\n');
    const since = JSON.parse(lines.at(-1) ?? '').revision;
    const same = await get('', { 'if-none-match': etag });
    expect([same.status, await same.text()]).toEqual([304, '']);
    await world.make(account.key, 'POST', `/v1/prompts/${prompt.id}/versions`, { template: 'new' });
    await world.make(account.key, 'POST', `/v1/prompts/${prompt.id}/versions/2/promote`);
    const promotion = await world.ask(account.key, 'POST', `/v1/prompts/${prompt.id}/versions/2/promote`);
    const rest = await get(`?since=${since}`, {
      'px0-min-revision': revisionOf(promotion),
      'if-none-match': etag,
    });
    const types = (await rest.text())
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line).type);
    expect(types).toEqual(['begin', 'put', 'sync']);
  });

  it('holds tagged versions of every kind as the registry writes them', async () => {
    const { account, prompt } = await scene();
    const stream = await Stream.open(account.key.token);
    const messages = [{ role: 'system', template: 'Be kind to {{.name}}.' }, { placeholder: 'history' }];
    const body = { messages, config: { model: 'm', temperature: 0.5 } };
    await world.make(account.key, 'POST', `/v1/prompts/${prompt.id}/versions`, body);
    await world.make(account.key, 'POST', `/v1/prompts/${prompt.id}/versions/2/tags`, { tag: 'next' });
    const tagged = await eventually(() => {
      const found = stream.prompt('greeting')?.versions.find(({ version }) => version === 2);
      return found?.missing === undefined ? found : undefined;
    });
    const program = await world.get(account.key, `/v1/prompts/${prompt.id}/versions/2?include=program`);
    expect({ ...tagged }).toMatchObject({ status: 'draft', language: 1 });
    for (const part of ['template', 'outline', 'config'] as const)
      expect(tagged?.[part]).toEqual(program.at('version', 'program', part));
    stream.leave();
  });

  it('ends within a moment when its key is deleted, and is refused from then on', async () => {
    const { account } = await scene();
    const stream = await Stream.open(account.key.token);
    const deleted = await world.ask(account, 'DELETE', `/v1/api-keys/${account.key.id}`);
    expect(deleted.status).toBe(204);
    expect(await stream.next('end')).toEqual({ type: 'end', status: 401, error: 'unauthorized' });
    await eventually(() => stream.isOver);
    const refused = await fetch(`${platform.gatewayUrl}/v1/delivery/snapshot`, {
      headers: { authorization: `Bearer ${account.key.token}` },
    });
    expect([refused.status, await refused.text()]).toEqual([401, '{"error":"unauthorized"}']);
    expect(refused.headers.get('px0-revision')).toMatch(/./);
  });
});

describe('curl', () => {
  it('shows a stream, compressed or not, event by event', async () => {
    const account = await world.account();
    const other = await world.team(account);
    const { token } = await world.key(account, 'read_render');
    const greeting = await world.emptyPrompt(account.key, account.team, { slug: 'greeting' });
    await world.live(account.key, greeting, 'one');
    await world.prompt(account.key, account.team);
    const last = await world.prompt(account.key, other, 'in another team');
    await delivered(token, account, last);
    const streams = [new Curl(token), new Curl(token, '--compressed')];
    try {
      for (const stream of streams) {
        const sync = await stream.until((frames) => frames.find((frame) => frame.type === 'sync'), 'a sync');
        expect(stream.head).toMatch(/^HTTP\/1\.1 200 OK\r\n/);
        expect(stream.head).toMatch(/\ncontent-type: text\/event-stream; charset=utf-8\r?/i);
        expect(stream.head).toMatch(/\nx-accel-buffering: no\r?/i);
        const order = account.team < other ? [2, 1] : [1, 2];
        const teams = order.flatMap((count) => ['begin', ...Array(count).fill('put')]);
        expect(typesOf(stream.frames)).toEqual(['hello', ...teams, 'sync']);
        expect(stream.frames[0]).toMatchObject({ resumed: false, stale: false });
        const digest = new Digest();
        for (const frame of stream.frames) if (frame.type === 'put') digest.add(frame.prompt.etag);
        expect({ count: digest.count, digest: digest.text }).toEqual({
          count: sync.count,
          digest: sync.digest,
        });
        expect(sync.count).toBe(3);
        expect(stream.events.filter((event) => /^id: /m.test(event))).toHaveLength(1);
        expect(stream.events.at(-1)).toMatch(new RegExp(`^id: ${sync.revision}$`, 'm'));
      }
      expect(streams.map(({ head }) => /content-encoding: (\w+)/i.exec(head)?.[1])).toEqual([
        undefined,
        'gzip',
      ]);
      for (const version of [2, 3, 4]) {
        const seen = streams.map(({ frames }) => frames.length);
        await world.draft(account.key, greeting, `text ${version}`);
        await world.promote(account.key, greeting, version);
        await world.promote(account.key, greeting, version);
        for (const [index, stream] of streams.entries()) {
          // What is sent later does not help: nothing else is.
          await stream.until(
            (frames) => frames.slice(seen[index]).some(({ type }) => type === 'mark'),
            'a mark',
          );
          const told = stream.frames.slice(seen[index]);
          expect(typesOf(told)).toEqual(['put', 'mark']);
          const put = told.find((frame) => frame.type === 'put');
          expect(put?.prompt).toMatchObject({ live: version, versions: [{ template: `text ${version}` }] });
        }
      }
      for (const stream of streams)
        await stream.until(
          (frames) => frames.some(({ type }) => type === 'heartbeat'),
          'a heartbeat',
          16_000 + SOON_MS,
        );
    } finally {
      for (const stream of streams) stream.leave();
    }
  }, 120_000);
});

describe('a move from one team to another', () => {
  it('is told to each key as far as it sees the teams', async () => {
    const { account, prompt } = await scene();
    const other = await world.team(account);
    const secret = await world.emptyPrompt(account.key, other, { slug: 'secret_of_b' });
    const [ofA, ofB] = await Promise.all(
      [account.team, other].map((team) => world.key(account, 'read_render', { teams: [team] })),
    );
    const tokens = [ofA?.token, ofB?.token, account.key.token];
    for (const token of tokens) await delivered(token ?? '', account, secret);
    const streams = await Promise.all(tokens.map((token = '') => Stream.open(token)));
    const seen = streams.map(({ frames }) => frames.length);
    await world.make(account, 'POST', `/v1/prompts/${prompt.id}/move`, { team_id: other });
    await Promise.all(streams.map((stream, index) => stream.next('mark', seen[index])));
    expect(streams.map(({ frames }, index) => typesOf(frames.slice(seen[index])))).toEqual([
      ['delete', 'mark'],
      ['put', 'mark'],
      ['put', 'delete', 'mark'],
    ]);
    expect(JSON.stringify(streams[0]?.frames)).not.toContain(secret.slug);
    expect(streams.map((stream) => stream.prompt(secret.slug)?.slug)).toEqual([
      undefined,
      secret.slug,
      secret.slug,
    ]);
    for (const stream of streams) stream.leave();
  });
});

describe('odd requests', () => {
  it('are refused in the order of the contract, with px0’s revision', async () => {
    const { account } = await scene();
    const stranger = await world.account();
    const many = Array.from({ length: 201 }, (_, index) => `s${index}`).join();
    const ask = async (query: string, headers: Record<string, string> = {}, token = account.key.token) => {
      const authorization = token === '' ? {} : { authorization: `Bearer ${token}` };
      const leave = new AbortController();
      const response = await fetch(`${platform.gatewayUrl}/v1/delivery/${query}`, {
        headers: { ...authorization, ...headers },
        signal: leave.signal,
      });
      const text = response.status === 200 ? '' : await response.text();
      leave.abort();
      if (response.status >= 400) expect(response.headers.get('px0-revision')).toMatch(/^[\w-]+$/);
      return [response.status, ...(text === '' ? [] : [JSON.parse(text).error])];
    };
    const foreign = stranger.team;
    for (const route of ['snapshot', 'stream']) {
      const told = [
        await ask(`${route}?team_id=x`, { 'px0-min-revision': '!' }, ''),
        await ask(`${route}?team_id=${foreign},x&slugs=${many}`),
        await ask(`${route}?team_id=${account.team},${foreign}&slugs=${many}`),
        await ask(`${route}?team_id=${account.team}&slugs=${many}`, { 'px0-min-revision': '!' }),
        await ask(`${route}?team_id=${account.team.toUpperCase()}&slugs=greeting`, {
          'px0-min-revision': '!',
        }),
        await ask(`${route}?team_id=&slugs=`),
        await ask(`${route}?slugs=${many.slice(0, many.lastIndexOf(','))}`),
        await ask(route, { 'last-event-id': `${'x'.repeat(5_000)}` }),
      ];
      expect(told).toEqual([
        [401, 'unauthorized'],
        [400, 'invalid id'],
        [403, 'forbidden'],
        [400, 'slugs must have at most 200 items'],
        [400, 'invalid revision'],
        [200],
        [200],
        [200],
      ]);
    }
    expect(await ask('snapshot?since=!')).toEqual([400, 'invalid revision']);
    // A stream goes on from Last-Event-ID alone.
    expect(await ask('stream?since=!')).toEqual([200]);
  });

  it('for the headers alone are answered with them', async () => {
    const { account } = await scene();
    const head = (route: string) =>
      fetch(`${platform.gatewayUrl}/v1/delivery/${route}`, {
        method: 'HEAD',
        headers: { authorization: `Bearer ${account.key.token}` },
      });
    const [snapshot, stream] = [await head('snapshot'), await head('stream')];
    expect([snapshot.status, await snapshot.text()]).toEqual([200, '']);
    expect(snapshot.headers.get('etag')).toMatch(/^"[0-9a-f]{16}\.1"$/);
    expect([stream.status, await stream.text()]).toEqual([200, '']);
    expect(stream.headers.get('content-type')).toBe('text/event-stream; charset=utf-8');
  });
});

describe('what is delivered', () => {
  it('are archived prompts, tagged drafts, and prompts of one slug in several teams, to people as to keys', async () => {
    const { account, prompt } = await scene();
    const other = await world.team(account);
    const twin = await world.emptyPrompt(account.key, other, { slug: 'greeting' });
    const [ofKey, ofPerson] = [await Stream.open(account.key.token), await Stream.open(account.token)];
    const archived = await world.ask(account.key, 'POST', `/v1/prompts/${prompt.id}/archive`);
    expect(archived.status).toBe(200);
    await world.draft(account.key, twin, 'draft');
    await world.make(account.key, 'POST', `/v1/prompts/${twin.id}/versions/1/tags`, { tag: 'next' });
    for (const { replica } of [ofKey, ofPerson]) {
      await eventually(() => {
        expect(replica.promptsOf(account.team).get(prompt.id)).toMatchObject({ status: 'archived', live: 1 });
        expect(replica.promptsOf(other).get(twin.id)).toMatchObject({
          slug: 'greeting',
          live: null,
          tags: { next: 1 },
          versions: [{ version: 1, status: 'draft', template: 'draft' }],
        });
        return true;
      });
    }
    // Without its tag nothing of the draft is delivered.
    await world.make(account.key, 'DELETE', `/v1/prompts/${twin.id}/tags/next`);
    await eventually(() => ofKey.replica.promptsOf(other).get(twin.id)?.versions.length === 0);
    for (const stream of [ofKey, ofPerson]) stream.leave();
  });
});

describe('a stream ends', () => {
  it('with a rotated key when the overlap is over, and not before', async () => {
    const { account } = await scene();
    const stream = await Stream.open(account.key.token);
    const seen = stream.frames.length;
    const rotate = `/v1/api-keys/${account.key.id}/rotate`;
    const since = performance.now();
    const rotated = await world.make(account, 'POST', rotate, { overlap_seconds: 2 });
    expect(await stream.next('end', seen)).toEqual({ type: 'end', status: 401, error: 'unauthorized' });
    // Both clocks are this machine's.
    expect(performance.now() - since).toBeGreaterThan(1_000);
    const next = await Stream.open(rotated.text('key'));
    expect(next.prompt('greeting')).toMatchObject({ live: 1 });
    next.leave();
  });

  it('with the only team of its key', async () => {
    const { account } = await scene();
    const only = await world.team(account);
    const { token } = await world.key(account, 'read_render', { teams: [only] });
    const stream = await Stream.open(token);
    await world.ask(account, 'DELETE', `/v1/teams/${only}`);
    expect(await stream.next('end')).toEqual({ type: 'end', status: 401, error: 'unauthorized' });
    await eventually(() => stream.isOver);
  });
});
