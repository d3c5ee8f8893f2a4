/** What scenarios do not say: promises of the client's own functions, and that nothing which is sent to it harms it. */
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  asEvent,
  type ClientState,
  DeliveryClient,
  DeliveryRefusedError,
  type Frame,
  Replica,
} from '../src/mod.ts';
import { A, begin, hello, live, mark, put, STREAM, sync, whole } from './scenarios/builders.ts';
import { PlayedClock, PlayedNetwork, settle } from './scenarios/played.ts';

function start() {
  const clock = new PlayedClock();
  const network = new PlayedNetwork(clock);
  const states: ClientState[] = [];
  const client = new DeliveryClient({
    mode: 'stream',
    transport: network.transport,
    clock,
    onState: (state) => states.push(state),
  });
  client.start();
  /** Answers the request that waits, and gives a way to send on it. */
  const accept = async () => {
    const request = network.waiting.splice(0).findLast(({ body }) => !body.isClosed);
    request?.answer(STREAM.status, STREAM.headers);
    await settle();
    return async (bytes: string | Uint8Array) => {
      request?.body.push(typeof bytes === 'string' ? new TextEncoder().encode(bytes) : bytes);
      await settle();
    };
  };
  return { clock, network, client, states, accept };
}

const eventsOf = (...frames: readonly Frame[]) => frames.map(asEvent).join('');
const one = live('one', 1);

describe('a client', () => {
  it('is ready when its first state was applied, and says each state once', async () => {
    const { client, accept, states } = start();
    const ready = client.ready(5_000);
    const send = await accept();
    await send(eventsOf(hello(), ...whole({ [A]: [one] })));
    await send(eventsOf(put(A, 11, live('one', 2)), mark(A, 10, 11, live('one', 2))));
    expect(await ready).toBe(true);
    expect(states).toEqual(['ready']);
    client.close();
    expect(states).toEqual(['ready', 'closed']);
  });

  it('is not ready in time if nothing comes', async () => {
    const { client, clock } = start();
    const ready = client.ready(500);
    await clock.advanceTo(500);
    expect(await ready).toBe(false);
    client.close();
  });

  it('throws while it waits only when px0 refuses', async () => {
    const { client, accept } = start();
    const ready = client.ready(5_000);
    const failure = expect(ready).rejects.toThrow(DeliveryRefusedError);
    await (await accept())(eventsOf(hello(), { type: 'end', status: 401, error: 'unauthorized' }));
    await failure;
    client.close();
  });

  it('gives the same object for a version until that changes, so that it is compiled once', async () => {
    const { client, accept } = start();
    const send = await accept();
    await send(eventsOf(hello(), ...whole({ [A]: [one] })));
    const located = () => {
      const location = client.locate({ slug: 'one' });
      return location.kind === 'held' ? location.version : undefined;
    };
    const first = located();
    await send(eventsOf(begin(A), put(A, 10, structuredClone(one)), sync(11, { [A]: 10 }, one)));
    expect(first).toBeDefined();
    expect(located()).toBe(first);
    client.close();
  });

  it('gives others a turn while many frames come at once', async () => {
    const { client, accept, clock } = start();
    const send = await accept();
    let turns = 0;
    const takeTurn = async () => {
      turns += 1;
    };
    let ms = clock.now();
    Object.assign(clock, { now: () => ++ms, turn: takeTurn });
    const prompts = Array.from({ length: 50 }, (_, index) => live(`p${index}`, 1));
    await send(eventsOf(hello({ heartbeat_ms: 1_000_000 }), ...whole({ [A]: prompts })));
    expect(client.replica.size).toBe(50);
    expect(turns).toBeGreaterThan(5);
    client.close();
  });

  it('uses of a bundle the teams that are later than what is held', () => {
    const { client } = start();
    const bundle = (sequence: number, number: number) => {
      const replica = new Replica();
      for (const frame of whole({ [A]: [live('one', number)] }, sequence)) replica.apply(frame);
      return replica;
    };
    client.load(bundle(10, 1), 'snapshot', 0);
    client.load(bundle(9, 7), 'bundle', 0);
    expect(client.locate({ slug: 'one' })).toMatchObject({ version: { version: 1 } });
    client.load(bundle(11, 2), 'bundle', 0);
    expect(client.locate({ slug: 'one' })).toMatchObject({ version: { version: 2 } });
    client.close();
  });

  it('comes to a good end whatever bytes it was sent before', async () => {
    const noise = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.constantFrom(
        'data: ',
        'event: ',
        '\n\n',
        '{"type":"',
        '":null}',
        'put',
        'sync',
        'mark',
        'hello',
        '\r\n',
      ),
      fc.constantFrom(
        ...[hello(), begin(A), put(A, 3, one), mark(A, 2, 3, one), sync(3, { [A]: 3 }, one)].map(asEvent),
      ),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(noise, { maxLength: 12 }), async (pieces) => {
        const { client, accept, clock, network } = start();
        const first = await accept();
        for (const piece of pieces) await first(piece);
        // No wait is longer than half a minute, nor any attempt without an answer.
        for (let at = 1_000; !network.waiting.some(({ body }) => !body.isClosed); at += 1_000)
          await clock.advanceTo(at);
        const send = await accept();
        await send(eventsOf(hello(), ...whole({ [A]: [one] })));
        expect(client.locate({ slug: 'one' })).toMatchObject({
          kind: 'held',
          version: { template: 'one 1' },
        });
        client.close();
      }),
      { numRuns: 50 },
    );
  });
});
