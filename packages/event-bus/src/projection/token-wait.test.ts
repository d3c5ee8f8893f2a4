import { beforeEach, expect, it } from 'vitest';
import { TokenWait } from './token-wait.ts';
import { Waiters } from './waiters.ts';

const mark = { epoch: '20', sequence: 1, streamCreatedAt: '' };
const reader = { epoch: mark, reported: 10, connected: true, settledInEpoch: true };
let waiters: Waiters;

beforeEach(() => {
  waiters = new Waiters();
  Object.assign(reader, { epoch: mark, reported: 10, connected: true, settledInEpoch: true });
});

function advance(to: number): void {
  reader.reported = to;
  waiters.advance(to);
}

it('a token at or below the report is reached at once, also when NATS is away', async () => {
  reader.connected = false;
  expect(await new TokenWait(reader, waiters).wait({ epoch: '20', sequence: 10 }, 1_000)).toBe('reached');
});

it('a token ahead is reached when the report gets there', async () => {
  const waiting = new TokenWait(reader, waiters).wait({ epoch: '20', sequence: 12 }, 5_000);
  advance(11);
  advance(12);
  expect(await waiting).toBe('reached');
});

it('waiting is vain while NATS is away', async () => {
  reader.connected = false;
  expect(await new TokenWait(reader, waiters).wait({ epoch: '20', sequence: 11 }, 60_000)).toBe('vain');
});

it('after a wait without progress the next one is vain, until there is some', async () => {
  const tokens = new TokenWait(reader, waiters);
  expect(await tokens.wait({ epoch: '20', sequence: 12 }, 5)).toBe('timeout');
  expect(await tokens.wait({ epoch: '20', sequence: 12 }, 60_000)).toBe('vain');
  advance(11);
  const waiting = tokens.wait({ epoch: '20', sequence: 12 }, 60_000);
  advance(12);
  expect(await waiting).toBe('reached');
});

it('a token that nobody can reach does not keep others from waiting', async () => {
  const tokens = new TokenWait(reader, waiters);
  expect(await tokens.wait({ epoch: '20', sequence: 1_000_000 }, 5)).toBe('timeout');
  const waiting = tokens.wait({ epoch: '20', sequence: 11 }, 60_000);
  advance(11);
  expect(await waiting).toBe('reached');
});

it('an earlier epoch is covered once all contexts are complete in this one; a later one is foreign', async () => {
  const tokens = new TokenWait(reader, waiters);
  expect(await tokens.wait({ epoch: '19', sequence: 99_999 }, 5)).toBe('reached');
  expect(await tokens.wait({ epoch: '21', sequence: 1 }, 5)).toBe('foreign');
  reader.settledInEpoch = false;
  reader.reported = 11;
  expect(await tokens.wait({ epoch: '19', sequence: 1 }, 5)).toBe('foreign');
});

it('the number of waiters is bounded', async () => {
  const few = new Waiters(1);
  const tokens = new TokenWait(reader, few);
  const waiting = tokens.wait({ epoch: '20', sequence: 11 }, 60_000);
  expect(await tokens.wait({ epoch: '20', sequence: 11 }, 60_000)).toBe('vain');
  few.wakeAll();
  reader.reported = 11;
  few.advance(11);
  expect(await waiting).toBe('reached');
});
