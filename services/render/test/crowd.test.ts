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

/** Milliseconds that a new client of other slugs takes until its sync, in a team of so many prompts. */
async function costOfSomeSlugs(prompts: number): Promise<number> {
  const many = new Crowd(['a']);
  for (let index = 0; index < prompts; index += 1) many.put('a', `s${index}`);
  await settled([await many.visit(['s1', 's2'])]);
  const costs: number[] = [];
  for (let index = 0; index < 30; index += 1) {
    const began = performance.now();
    await settled([await many.visit([`s${index}`, 's2'])]);
    costs.push(performance.now() - began);
  }
  many.close();
  return Math.min(...costs);
}

it('of clients of some slugs each costs no more where there are many prompts than where there are few', async () => {
  // A look at each of the prompts takes tens of times as long.
  expect((await costOfSomeSlugs(20_000)) / (await costOfSomeSlugs(100))).toBeLessThan(10);
});

it('lets others run, also without a client, while thousands of prompts change', async () => {
  crowd = new Crowd(['a']);
  crowd.put('a', 'first');
  (await crowd.visit()).leave();
  const team = crowd.view.team('a');
  const before = team?.lastOrdinal ?? 0;
  for (let index = 0; index < 10_000; index += 1) crowd.put('a', `s${index}`);
  let turns = 0;
  for (; (team?.lastOrdinal ?? 0) < before + 10_000; turns += 1)
    await new Promise((resolve) => setImmediate(resolve));
  expect(turns).toBeGreaterThanOrEqual(20);
});

it('gets its transfers in turn, and a client that does not read gives up its own', async () => {
  crowd = new Crowd(['a'], 1);
  for (let index = 0; index < 10; index += 1) crowd.put('a', `s${index}`, 1, 'x'.repeat(50_000));
  // As many as have a turn at a time.
  const slow = await Promise.all(Array.from({ length: 8 }, () => crowd?.visit(undefined, { isSlow: true })));
  await settled([await crowd.visit()]);
  for (const visitor of slow) expect(visitor?.take()).not.toContain('event: sync');
  for (const visitor of slow) visitor?.goOn();
  await settled(slow.filter((visitor) => visitor !== undefined));
});
