import { ApiError } from '@px0/service-kit';
import { describe, expect, it } from 'vitest';
import { ReportRoom } from './report-room.ts';

const MIB = 1024 * 1024;

/** Rooms of 32 MiB a minute, by a clock that stands still. */
function room() {
  let now = 0;
  const made = new ReportRoom(() => now);
  const refusal = async (owner: string, bytes: number) => {
    try {
      (await made.enter(owner, bytes)).leave();
      return undefined;
    } catch (error) {
      if (!(error instanceof ApiError)) throw error;
      return error;
    }
  };
  return {
    made,
    refusal,
    pass: (milliseconds: number) => {
      now += milliseconds;
    },
  };
}

describe('reports of one owner', () => {
  it('have an amount a minute, which takes nothing from others', async () => {
    const { refusal, pass } = room();
    for (let i = 0; i < 32; i += 1) expect(await refusal('noisy', MIB)).toBeUndefined();
    const refused = await refusal('noisy', 1);
    expect([refused?.status, refused?.code, refused?.retryAfterSeconds]).toEqual([429, 'tooManyRequests', 1]);
    expect(await refusal('quiet', MIB)).toBeUndefined();
    pass(1_000);
    expect(await refusal('noisy', 1)).toBeUndefined();
  });

  it('owe what their size did not show, but no more than a minute of it', async () => {
    const { made, refusal, pass } = room();
    const place = await made.enter('noisy', 1);
    place.charge(1_000 * MIB);
    place.leave();
    expect((await refusal('noisy', 1))?.retryAfterSeconds).toBe(61);
    pass(60_001);
    expect(await refusal('noisy', 1)).toBeUndefined();
  });

  it('may hold so many bytes at a time', async () => {
    const { made, refusal } = room();
    const places = await Promise.all(Array.from({ length: 8 }, () => made.enter('noisy', 2 * MIB)));
    expect((await refusal('noisy', 1))?.status).toBe(429);
    expect(await refusal('quiet', MIB)).toBeUndefined();
    for (const place of places) place.leave();
    expect(await refusal('noisy', 1)).toBeUndefined();
  });
});

it('all together may hold so many bytes at a time', async () => {
  const { made, refusal } = room();
  const owners = ['a', 'b', 'c', 'd'];
  const entered = owners.flatMap((owner) => Array.from({ length: 8 }, () => made.enter(owner, 2 * MIB)));
  const places = await Promise.all(entered);
  const refused = await refusal('e', 1);
  expect([refused?.status, refused?.code]).toEqual([503, 'serviceUnavailable']);
  for (const place of places) place.leave();
  expect(await refusal('e', 1)).toBeUndefined();
});

it('owners that have nothing here and owe nothing are forgotten', async () => {
  const { made, refusal, pass } = room();
  for (let i = 0; i < 100; i += 1) await refusal(`owner ${i}`, MIB);
  expect(made.size).toBe(100);
  pass(60_000);
  await refusal('last', 1);
  expect(made.size).toBe(1);
});
