/** The real render service, as a scenario needs it: with processes that are full, small, or on their way out, cut off from NATS, or in a new epoch. */
import type { GoawayFrame } from '@px0/delivery';
import type { ExpectedRequest, Scenario, ScenarioAnswer } from '@px0/delivery/scenarios';
import { decodeToken, encodeToken } from '@px0/event-bus';
import { eventually, type OwnNats, ownNats } from '@px0/testing';
import { Listener } from '../delivery-client.ts';
import { RenderFixture } from '../render-fixture.ts';
import type { PlayedFacts } from './played-facts.ts';

const HEARTBEAT = { DELIVERY_HEARTBEAT_MS: '600' };
/** Of the scenarios. */
const EPOCH = 5;
const MOST_STREAMS = 8;
const MOST_PROMPTS = 5;

interface Process {
  readonly url: string;
  stop(): Promise<void>;
}

/** What all scenarios share. */
export class House {
  readonly main: RenderFixture;
  /** Delivers few prompts. */
  readonly small: Process;
  /** Has as many streams as it may. */
  readonly full: Process;

  private constructor(main: RenderFixture, small: Process, full: Process) {
    this.main = main;
    this.small = small;
    this.full = full;
  }

  static async start(): Promise<House> {
    const main = await RenderFixture.start({ ...HEARTBEAT, DELIVERY_STREAMS_PER_CALLER: `${MOST_STREAMS}` });
    const small = await main.another({ ...HEARTBEAT, DELIVERY_MAX_PROMPTS: `${MOST_PROMPTS}` });
    const full = await main.another({ ...HEARTBEAT, DELIVERY_STREAMS: '1' });
    const { orgId } = await main.organization();
    const { token } = await main.identity.createKey(orgId);
    await eventually(async () => (await Listener.open(full.url, token)).status === 200, {
      what: 'the only stream',
    });
    return new House(main, small, full);
  }

  async stop(): Promise<void> {
    await Promise.all([this.full.stop(), this.small.stop()]);
    await this.main.stop();
  }

  /** A px0 for this scenario, which must be closed. */
  async px0For(scenario: Scenario): Promise<Px0> {
    const text = JSON.stringify(scenario.steps);
    if (/"stale":true[,}]|"px0-stale":"true"/.test(text.replaceAll(/"result":\{[^}]*\}/g, ''))) {
      const nats = await ownNats();
      const bus = { servers: nats.servers, streamPrefix: 'scenario' };
      return new Px0(this, await RenderFixture.start(HEARTBEAT, bus), nats);
    }
    return hasNewEpoch(scenario) ? new Px0(this, await RenderFixture.start(HEARTBEAT)) : new Px0(this);
  }
}

export interface Asked {
  readonly facts: PlayedFacts;
  readonly request: ExpectedRequest;
  readonly query: Readonly<Record<string, string>>;
  readonly headers: Readonly<Record<string, string>>;
  readonly answer: Exclude<ScenarioAnswer, string>;
}

export interface Refusing {
  ask(): Promise<{ readonly status: number; readonly headers: Headers; readonly text: string }>;
  /** Nothing is refused any more. */
  over(): Promise<void>;
}

export class Px0 {
  /** Where facts are published. */
  readonly fixture: RenderFixture;
  readonly #house: House;
  readonly #nats: OwnNats | undefined;
  readonly #isOwn: boolean;
  #leaving: Process | undefined;
  #left: Promise<void> | undefined;
  #isSmall = false;
  isAway = false;

  constructor(house: House, own?: RenderFixture, nats?: OwnNats) {
    this.#house = house;
    this.fixture = own ?? house.main;
    this.#isOwn = own !== undefined;
    this.#nats = nats;
  }

  get url(): string {
    return this.#isSmall ? this.#house.small.url : this.fixture.url;
  }

  async close(): Promise<void> {
    await (this.#left ?? this.#leaving?.stop());
    await this.#nats?.start();
    if (this.#isOwn) await this.fixture.stop();
    await this.#nats?.close();
  }

  /** The process that will send this away, or any. */
  async urlFor(goaway: GoawayFrame | undefined): Promise<string> {
    if (goaway === undefined) return this.url;
    // Both go on for as long as any scenario takes.
    const settings =
      goaway.reason === 'drain'
        ? { DRAIN_DELAY_MS: '400', SHUTDOWN_TIMEOUT_MS: '20000' }
        : { DELIVERY_STREAM_MS: '1000' };
    this.#leaving = await this.fixture.another({ ...HEARTBEAT, ...settings });
    return this.#leaving.url;
  }

  sendAway({ reason }: GoawayFrame): void {
    if (this.#leaving === undefined) throw new Error('nobody was to be sent away');
    if (reason === 'drain') this.#left = this.#leaving.stop();
  }

  /** The process has no NATS. */
  async away(): Promise<void> {
    if (this.isAway) return;
    if (this.#nats === undefined) throw new Error('this px0 has its NATS');
    this.isAway = true;
    await this.#nats.stop();
    await this.#connected(false);
  }

  async back(): Promise<void> {
    if (!this.isAway) return;
    this.isAway = false;
    await this.#nats?.start();
    await this.#connected(true);
    const { fixture } = this;
    await eventually(() => fixture.organization().catch(() => undefined), { what: 'a stream to publish to' });
  }

  async #connected(expected: boolean): Promise<void> {
    await eventually(
      async () => {
        const ready = await (await fetch(`${this.url}/readyz`)).text();
        return ready.includes(`"connected":${expected}`);
      },
      { what: `connected: ${expected}` },
    );
  }

  /** Everything is published again, in a new epoch. */
  async newEpoch(facts: PlayedFacts): Promise<void> {
    if (!this.#isOwn) throw new Error('px0 says sync without a transfer in a new epoch only');
    const { contexts, identity } = this.fixture;
    await contexts.declareEpoch();
    await identity.start();
    await facts.again();
    await contexts.complete('identity', 'tenancy', 'registry');
  }

  /** Makes px0 refuse a request with these words. */
  async refusal(error: string, asked: Asked): Promise<Refusing> {
    const { facts } = asked;
    const nothing = async () => {};
    switch (error) {
      case 'unauthorized':
      case 'user is not verified':
        await facts.refuse();
        return { ask: () => this.#ask(asked), over: nothing };
      case 'forbidden':
        return { ask: () => this.#ask(asked), over: nothing };
      case 'too many streams': {
        // Of another selection than the scenario's, so that they share nothing else with its stream.
        const open = () => Listener.open(this.url, facts.token, { query: { slugs: 'none' } });
        const streams = await Promise.all(Array.from({ length: MOST_STREAMS }, open));
        const over = async () => {
          for (const stream of streams) stream.leave();
          const isTaken = async () => {
            const stream = await open();
            stream.leave();
            return stream.status === 200;
          };
          await eventually(isTaken, { what: 'room' });
        };
        return { ask: () => this.#ask(asked), over };
      }
      case 'audience is too large; name teams or slugs': {
        this.#isSmall = true;
        const ids = await facts.fill(MOST_PROMPTS + 1);
        await facts.shownBy(this.url);
        return { ask: () => this.#ask(asked), over: () => facts.empty(ids) };
      }
      case 'service unavailable':
        return this.#unavailable(asked);
      case 'revision not yet available':
        return { ask: () => this.#ask({ ...asked, headers: this.#later(asked) }), over: nothing };
      default:
        throw new Error(`px0 does not refuse a delivery with ${error}`);
    }
  }

  /** A process that has as many streams as it may; for a snapshot, one that stops. */
  async #unavailable(asked: Asked): Promise<Refusing> {
    const isStream = asked.request.path.startsWith('/v1/delivery/stream');
    if (isStream) return { ask: () => this.#ask(asked, this.#house.full.url), over: async () => {} };
    const { url, stop } = await this.fixture.another({ DRAIN_DELAY_MS: '2000' });
    let stopped: Promise<void> | undefined;
    const ask = () => {
      stopped = stop();
      return this.#ask(asked, url);
    };
    return { ask, over: async () => stopped };
  }

  async #ask({ facts, request, query, headers, answer }: Asked, url = this.url): ReturnType<Refusing['ask']> {
    const search = new URLSearchParams(query).toString();
    const path = new URL(request.path, 'http://px0').pathname;
    const response = await fetch(`${url}${path}${search === '' ? '' : `?${search}`}`, {
      headers: { ...headers, authorization: `Bearer ${facts.token}` },
    });
    // On a busy machine it may take too long to make sure of a refusal.
    if (response.headers.has('px0-stale') && !this.isAway)
      return this.#ask({ facts, request, query, headers, answer }, url);
    // A stream that was not refused has no end.
    const text = response.status === 200 ? '' : await response.text();
    return { status: response.status, headers: response.headers, text };
  }

  /** The client has seen what this process has not: of this epoch, or, as the answer tells, of a later one. */
  #later({ request, headers, answer }: Asked): Record<string, string> {
    const { epoch, lastSequence } = this.fixture.contexts;
    const [seen, here] = [request.headers?.['px0-min-revision'], answer.headers?.['px0-revision']].map(
      (text) => decodeToken(text ?? ''),
    );
    const later = encodeToken({
      epoch: seen?.epoch === here?.epoch ? epoch : `${epoch}0`,
      sequence: lastSequence + 1_000_000,
    });
    const isRevision = (name: string) => name === 'last-event-id' || name === 'px0-min-revision';
    return Object.fromEntries(
      Object.entries(headers).map(([name, value]) => [name, isRevision(name) ? later : value]),
    );
  }
}

function hasNewEpoch({ steps }: Scenario): boolean {
  return steps.some((step) => {
    if (!('frame' in step) || !('revision' in step.frame)) return false;
    return Number(decodeToken(String(step.frame.revision))?.epoch ?? 0) > EPOCH;
  });
}
