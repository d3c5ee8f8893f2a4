import { afterEach, expect, it } from 'vitest';
import { Crowd, type Visitor } from './crowd.ts';

let crowd: Crowd | undefined;
afterEach(() => crowd?.close());

/** Waits until each has had its sync. */
async function settled(visitors: readonly Visitor[]): Promise<void> {
  const waiting = new Set(visitors);
  while (waiting.size > 0) {
    for (const visitor of waiting) if (visitor.take().includes('event: sync')) waiting.delete(visitor);
    await new Promise((resolve) => setImmediate(resolve));
  }
}

it('is sent its heartbeats spread over the interval, also when for each that leaves another one has come', async () => {
  crowd = new Crowd(['a']);
  crowd.put('a', 'greeting');
  const visitors: Visitor[] = [];
  for (let index = 0; index < 120; index += 1) visitors.push(await crowd.visit());
  for (let round = 0; round < 240; round += 1) {
    visitors.shift()?.leave();
    visitors.push(await crowd.visit());
  }
  await settled(visitors);
  const ofEachMoment: number[] = [];
  for (let moment = 0; moment < 60; moment += 1) {
    await crowd.listeners.beat();
    ofEachMoment.push(visitors.filter((visitor) => visitor.take().includes('event: heartbeat')).length);
  }
  expect(ofEachMoment).toEqual(Array(60).fill(2));
});
