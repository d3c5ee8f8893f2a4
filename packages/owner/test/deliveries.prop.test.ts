/** Deliveries may be shuffled, repeated, and dropped when something newer comes: the end state is the same. */
import { encodeEvent, stateSubject } from '@px0/contracts';
import { type Delivery, type OpenStreamReader, Projection, projectionRules } from '@px0/event-bus/internal';
import { testBus } from '@px0/testing';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { closer, logger, MemoryView, type Owner, openOwner, organization } from './support.ts';

const cleanups = closer();
let owner: Owner;

beforeAll(async () => {
  owner = await openOwner(await testBus(), cleanups);
  await owner.projection.whenReady();
});
afterAll(() => cleanups.run());

interface Life {
  readonly id: string;
  /** By revision, from 1 on; undefined for a tombstone. */
  readonly names: readonly (string | undefined)[];
}

const lives = fc.uniqueArray(
  fc.record({
    id: fc.constantFrom('a', 'b', 'c', 'd'),
    names: fc.array(fc.option(fc.string({ minLength: 1, maxLength: 4 }), { nil: undefined }), {
      minLength: 1,
      maxLength: 6,
    }),
  }),
  { selector: ({ id }) => id, minLength: 1 },
);

interface Numbered {
  readonly id: string;
  readonly revision: number;
  readonly name: string | undefined;
}

/** All events, with some superseded ones dropped, some repeated, in any order. */
const scenario = lives.chain((all) => {
  const newest = all.map(({ id, names }) => ({ id, revision: names.length, name: names.at(-1) }));
  const older = all.flatMap(({ id, names }) =>
    names.slice(0, -1).map((name, index) => ({ id, revision: index + 1, name })),
  );
  const events: Numbered[] = [...newest, ...older];
  return fc
    .tuple(fc.subarray(older), fc.array(fc.constantFrom(...events), { maxLength: 10 }))
    .chain(([kept, repeated]) => {
      const delivered = [...newest, ...kept, ...repeated];
      return fc.shuffledSubarray(delivered, { minLength: delivered.length, maxLength: delivered.length });
    })
    .map((deliveries) => ({ all, deliveries }));
});

/** Delivers what it is told, at once. */
function scripted(events: readonly Numbered[], done: () => void): OpenStreamReader {
  return async ({ onDelivery }) => {
    events.forEach((event, index) => void onDelivery(deliveryOf(event, index + 100)));
    done();
    return { close: () => undefined };
  };
}

function deliveryOf({ id, revision, name }: Numbered, sequence: number): Delivery {
  const state = name === undefined ? undefined : organization(name);
  const text = encodeEvent({ name: 'organization', id, revision, time: '2026-01-01T00:00:00.000Z', state });
  const subject = stateSubject('organization', id);
  return {
    subject,
    sequence,
    timestamp: '0',
    text: () => text,
    revision: () => revision,
    epoch: () => '',
    traceparent: () => undefined,
  };
}

async function endState(
  events: readonly Numbered[],
  admits: (held: number, incoming: number) => boolean,
): Promise<object> {
  const view = new MemoryView('organization');
  let done: () => void = () => undefined;
  const delivered = new Promise<void>((resolve) => {
    done = resolve;
  });
  const openReader = scripted(events, () => done());
  const projection = new Projection({ bus: owner.bus, views: [view], logger, openReader, rules: { admits } });
  await projection.start();
  await delivered;
  await projection.stop();
  return view.names();
}

function expected(all: readonly Life[]): object {
  return Object.fromEntries(
    all.flatMap(({ id, names }) => (names.at(-1) === undefined ? [] : [[id, names.at(-1)]])),
  );
}

it('without the comparison of revisions an old event wins', async () => {
  const run = await fc.check(
    fc.asyncProperty(scenario, async ({ all, deliveries }) => {
      expect(await endState(deliveries, () => true)).toEqual(expected(all));
    }),
    { numRuns: 50, seed: 3 },
  );
  expect(run.failed).toBe(true);
});

it('with it the newest state remains', async () => {
  await fc.assert(
    fc.asyncProperty(scenario, async ({ all, deliveries }) => {
      expect(await endState(deliveries, projectionRules.admits)).toEqual(expected(all));
    }),
    { numRuns: 150 },
  );
});
