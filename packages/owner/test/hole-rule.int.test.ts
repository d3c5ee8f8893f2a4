/** Every revision that a slow reader reports is true, whatever the server trims before it reads. */

import type { NextStep, Tracker } from '@px0/event-bus/internal';
import { eventually, testBus } from '@px0/testing';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { slowReader } from './slow-reader.ts';
import { closer, type MemoryView, type Owner, openOwner, openReader, type Place } from './support.ts';

const IDS = ['a', 'b', 'c', 'd', 'e'];
const WRITERS = 6;
const WRITES = 40;

let place: Place;
let cleanups = closer();

beforeEach(async () => {
  place = await testBus();
  cleanups = closer();
});
afterEach(() => cleanups.run());

interface Published {
  readonly subject: string;
  readonly revision: number;
  readonly sequence: number;
}

interface Sample {
  readonly reported: number;
  readonly held: ReadonlyMap<string, number>;
}

/** Reports whatever was delivered. */
class NaiveTracker implements Tracker {
  position = 0;
  readonly caughtUp = true;
  readonly wantsAnswer = false;
  get reported(): number {
    return this.position;
  }
  delivered(sequence: number): NextStep {
    this.position = Math.max(this.position, sequence);
    return 'nothing';
  }
  asked(): void {}
  answered(): NextStep {
    return 'nothing';
  }
  failed(): void {}
}

function recordPublishes(owner: Owner): Published[] {
  const log: Published[] = [];
  const publish = owner.bus.publish.bind(owner.bus);
  owner.bus.publish = async (request) => {
    const sequence = await publish(request);
    log.push({ subject: request.subject, revision: request.revision, sequence });
    return sequence;
  };
  return log;
}

function heldBy(view: MemoryView): Map<string, number> {
  return new Map([...view.states.values()].map(({ subject, revision }) => [subject, revision]));
}

/** The first report that claims something that the reader does not hold. */
function firstLie(samples: readonly Sample[], log: readonly Published[]): string | undefined {
  for (const { reported, held } of samples) {
    for (const { subject, revision, sequence } of log) {
      if (sequence <= reported && (held.get(subject) ?? 0) < revision && subject.includes('organization')) {
        return `reported ${reported} without ${subject}@${revision} of sequence ${sequence}`;
      }
    }
  }
  return undefined;
}

/** How long a reader waits before it asks for the next message; it is told how many there are by now, and whether more will come. */
type Pace = (log: readonly Published[], isOver: () => boolean) => number | Promise<void>;

const random: Pace = () => Math.random() * 6;

/** As slow as it must be, however slow the writers are. */
const behind: Pace = async (log, isOver) => {
  const ahead = log.length + WRITERS;
  await eventually(() => log.length >= ahead || isOver());
};

async function run(
  history: number,
  { tracker, pace = random }: { readonly tracker?: () => Tracker; readonly pace?: Pace } = {},
): Promise<{ lie: string | undefined; log: Published[] }> {
  const owner = await openOwner({ ...place, history }, cleanups);
  const log = recordPublishes(owner);
  await owner.projection.whenReady();

  const write = async (writer: number): Promise<void> => {
    for (let index = 0; index < WRITES; index += 1) {
      await owner.put(IDS[Math.floor(Math.random() * IDS.length)] ?? 'a', `${writer}-${index}`);
    }
  };
  let isOver = false;
  const writers = Promise.all(Array.from({ length: WRITERS }, (_, writer) => write(writer))).finally(() => {
    isOver = true;
  });
  await eventually(() => log.length > WRITERS * 2);

  const samples: Sample[] = [];
  const reader = await openReader(place, cleanups, {
    ...(tracker === undefined ? {} : { rules: { tracker } }),
    openReader: slowReader({
      pace: () => pace(log, () => isOver),
      afterDelivery: () => samples.push({ reported: reader.projection.reported, held: heldBy(reader.view) }),
    }),
  });
  await writers;
  const last = Math.max(...log.map(({ sequence }) => sequence));
  await eventually(() => reader.projection.reported >= last, { what: 'the last revision was reported' });
  samples.push({ reported: reader.projection.reported, held: heldBy(reader.view) });
  return { lie: firstLie(samples, log), log };
}

it('without the rule a slow reader claims what it has not seen', async () => {
  const { lie } = await run(1, { tracker: () => new NaiveTracker(), pace: behind });
  expect(lie).toBeDefined();
});

it.each([1, 2, 16])(
  'with history %i every reported revision is true, and the last is reported after silence',
  async (history) => {
    const { lie, log } = await run(history);
    expect(lie).toBeUndefined();
    // Publishing the newest state settles the older ones, so what counts is the last revision of each subject.
    const newest = Map.groupBy(
      log.filter(({ subject }) => subject.includes('organization')),
      ({ subject }) => subject,
    );
    const writes = [...newest.values()].map((published) =>
      Math.max(...published.map(({ revision }) => revision)),
    );
    expect(writes.reduce((sum, count) => sum + count, 0)).toBe(WRITERS * WRITES);
  },
);
