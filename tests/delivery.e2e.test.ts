/** What applications are delivered by a whole platform, through the gateway: every write is made by the API, and every frame read by the code of clients. */
import { type DeliveredPrompt, EventReader, type Frame, Replica, readFrame } from '@px0/delivery';
import { eventually, startTestPlatform, type TestPlatform } from '@px0/testing';
import { type Account, World } from '@px0/testing/world';
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
      { what: `a ${type}`, timeoutMs: 20_000 },
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

async function scene() {
  const account: Account = await world.account();
  const prompt = await world.emptyPrompt(account.key, account.team, { slug: 'greeting' });
  await world.live(account.key, prompt, 'Hello');
  return { account, prompt };
}

const revisionOf = ({ headers }: { headers: Headers }) => headers.get('px0-revision') ?? '';

describe('a delivery', () => {
  it.each(['identity', 'gzip'])(
    'tells of a promotion once, at once, and covers it (%s)',
    async (encoding) => {
      const { account, prompt } = await scene();
      const stream = await Stream.open(account.key.token, { 'accept-encoding': encoding });
      expect(stream.frames.map(({ type }) => type)).toEqual(['hello', 'begin', 'put', 'sync']);
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
