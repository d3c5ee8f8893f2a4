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

it('counts the lag of what is shown, not of old events that change nothing of it', async () => {
  crowd = new Crowd(['a']);
  crowd.put('a', 'same');
  crowd.put('a', 'other');
  const visitor = await crowd.visit();
  await settled([visitor]);
  const lags: number[] = [];
  crowd.listeners.fanout.onPass = ({ lagMs }) => lags.push(lagMs);
  crowd.put('a', 'same', 1, { writtenAt: '2026-01-01T00:00:00Z' });
  crowd.put('a', 'other', 2, { writtenAt: '2999-01-01T00:00:00Z' });
  while (!visitor.take().includes('event: mark')) await new Promise((resolve) => setImmediate(resolve));
  // The old event is months old.
  expect(lags.map((lag) => lag < 86_400_000)).toEqual([true]);
});

it('tells who comes about a new team at once, also beside others of the same key', async () => {
  crowd = new Crowd(['a']);
  crowd.put('a', 'first');
  crowd.put('b', 'second');
  await settled([await crowd.visit()]);
  await crowd.view.ready(['b']);
  crowd.addTeam('b');
  const visitor = await crowd.visit();
  let text = '';
  while (!text.includes('event: sync')) {
    text += visitor.take();
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(text.slice(0, text.indexOf('event: sync'))).toContain('second');
});

it('keeps the text of a version that stays tagged when another one becomes live, though nobody could be asked for it', async () => {
  crowd = new Crowd(['a']);
  crowd.put('a', 'greeting', 1, { tags: { prod: 1 } });
  const visitor = await crowd.visit();
  await settled([visitor]);
  crowd.put('a', 'greeting', 2, { tags: { prod: 1 } });
  let text = '';
  while (!text.includes('event: mark')) {
    text += visitor.take();
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(text).toContain('text 1');
  expect(text).toContain('text 2');
});
