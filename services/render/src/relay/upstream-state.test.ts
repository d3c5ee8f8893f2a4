import { expect, it } from 'vitest';
import { UpstreamState } from './upstream-state.ts';

const following = { isFollowing: true, isRefused: false, isUsable: true };

it('a revision of an earlier epoch is covered once the present one is here whole, and a later one is not', async () => {
  const state = new UpstreamState(following);
  state.advance({ epoch: '1', sequence: 5 }, { epoch: '1', sequence: 5 });
  expect(await state.waitFor({ epoch: '1', sequence: 5 }, 0)).toBe('reached');
  expect(state.advance({ epoch: '2', sequence: 1 }, undefined)).toBe(true);
  expect(await state.waitFor({ epoch: '1', sequence: 5 }, 0)).toBe('timeout');
  state.advance({ epoch: '2', sequence: 1 }, { epoch: '2', sequence: 1 });
  expect(await state.waitFor({ epoch: '1', sequence: 9 }, 0)).toBe('reached');
  expect(await state.waitFor({ epoch: '2', sequence: 2 }, 0)).toBe('timeout');
  expect(await state.waitFor({ epoch: '3', sequence: 1 }, 0)).toBe('timeout');
});

it('who waits for a revision of an earlier epoch hears when the present one is here whole', async () => {
  const state = new UpstreamState(following);
  state.advance({ epoch: '2', sequence: 1 }, undefined);
  const waiting = state.waitFor({ epoch: '1', sequence: 5 }, 30_000);
  state.advance({ epoch: '2', sequence: 1 }, { epoch: '2', sequence: 1 });
  state.wake();
  expect(await waiting).toBe('reached');
});
