/** A stream that has taken another's place is never read on as if it were that one: its sequences mean something else. */
import { encodeEvent } from '@px0/contracts';
import {
  type Delivery,
  EPOCH_SUBJECT,
  EpochFinder,
  type OpenStreamReader,
  pushReader,
  viewStream,
} from '@px0/event-bus/internal';
import { eventually, testBus } from '@px0/testing';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { closer, type Owner, openOwner, openReader, type Place } from './support.ts';

let place: Place;
let cleanups = closer();
let owner: Owner;

beforeEach(async () => {
  place = await testBus();
  cleanups = closer();
  owner = await openOwner(place, cleanups);
  await owner.projection.whenReady();
});
afterEach(() => cleanups.run());

it('a reader that is opened for a stream which was replaced meanwhile gets nothing of the new one', async () => {
  const delivered: Delivery[] = [];
  const opened = pushReader()({
    bus: owner.bus,
    from: 'last-per-subject',
    streamCreatedAt: '2026-01-01T00:00:00Z',
    onDelivery: (delivery) => void delivered.push(delivery),
    onContact: () => undefined,
    onBroken: () => undefined,
  });
  await expect(opened).rejects.toThrow('replaced');
  expect(delivered).toEqual([]);
});

it('a reader of a stream of another age reads anew, also when nothing lies where it had come to', async () => {
  for (let i = 0; i < 60; i += 1) await owner.put('o1', `${i}`);
  const view = await viewStream(owner.bus);
  const mark = view?.mark;
  if (view === undefined || mark === undefined) throw new Error('the owner declared no epoch');
  // Trimmed: nothing there contradicts the reader.
  const witness = { sequence: mark.sequence + 3, subject: 'elsewhere', timestamp: '1' };
  expect(await owner.bus.messageAt('state', witness.sequence)).toBeUndefined();
  const finder = new EpochFinder(owner.bus, undefined, () => Promise.resolve(true));
  const elsewhere = { epoch: '1', sequence: 1, streamCreatedAt: '2026-01-01T00:00:00Z' };
  expect(await finder.find({ mark: elsewhere, witness })).toEqual({ mark, replaced: true });
  expect(await finder.find({ mark, witness })).toEqual({ mark, replaced: false });
});

it('the event of an epoch that was declared in another stream begins no epoch', async () => {
  const inner = pushReader();
  let deliver: (delivery: Delivery) => void = () => undefined;
  const recording: OpenStreamReader = (options) => {
    deliver = (delivery) => void options.onDelivery(delivery);
    return inner(options);
  };
  const { projection } = await openReader(place, cleanups, { openReader: recording });
  await projection.whenReady();
  await eventually(() => projection.reported > 0);
  const before = projection.token();
  const state = { epoch: '9999999999999', stream_created_at: '2026-01-01T00:00:00Z' };
  const text = encodeEvent({
    name: 'epoch',
    id: 'current',
    revision: 9,
    time: '2026-01-01T00:00:00.000Z',
    state,
  });
  deliver({
    subject: EPOCH_SUBJECT,
    sequence: projection.reported,
    timestamp: '0',
    text: () => text,
    revision: () => 9,
    epoch: () => '',
    traceparent: () => undefined,
  });
  expect(projection.token()).toBe(before);
});
