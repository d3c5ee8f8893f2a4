import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  compactLedger,
  endAllSessions,
  endOtherSessions,
  endSession,
  isEnded,
  ledgerFromText,
  MAX_RANGES,
  revokedText,
  type SessionLedger,
} from './session-ledger.ts';

type Step =
  | { readonly kind: 'login' }
  | { readonly kind: 'logout' | 'change-password'; readonly pick: number }
  | { readonly kind: 'expire-oldest' | 'reset-password' | 'compact' };

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 5, arbitrary: fc.record({ kind: fc.constant('login' as const) }) },
  {
    weight: 4,
    arbitrary: fc.record({
      kind: fc.constantFrom('logout' as const, 'change-password' as const),
      pick: fc.nat(50),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constantFrom('expire-oldest' as const, 'reset-password' as const, 'compact' as const),
    }),
  },
);

const fresh: SessionLedger = { next: 1, floor: 1, revoked: [] };

/** The ledger beside the plain set of usable sessions that it must agree with. */
function run(steps: readonly Step[]): { ledger: SessionLedger; usable: Set<number>; expired: Set<number> } {
  let ledger = fresh;
  let usable = new Set<number>();
  const expired = new Set<number>();
  const picked = (pick: number) => [...usable][pick % Math.max(1, usable.size)];
  for (const each of steps) {
    if (each.kind === 'login') {
      usable.add(ledger.next);
      ledger = { ...ledger, next: ledger.next + 1 };
    } else if (each.kind === 'logout' || each.kind === 'change-password') {
      const number = picked(each.pick);
      if (number === undefined) continue;
      ledger = each.kind === 'logout' ? endSession(ledger, number) : endOtherSessions(ledger, number);
      if (each.kind === 'logout') usable.delete(number);
      else usable = new Set([number]);
    } else if (each.kind === 'reset-password') {
      ledger = endAllSessions(ledger);
      usable.clear();
    } else if (each.kind === 'expire-oldest') {
      const oldest = Math.min(...usable);
      if (usable.delete(oldest)) expired.add(oldest);
    } else {
      ledger = compactLedger(ledger, usable.size === 0 ? undefined : Math.min(...usable));
    }
  }
  return { ledger, usable, expired };
}

describe('the session ledger', () => {
  it('calls exactly those sessions ended that were ended, but for the expired, which it may forget', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 120 }), (steps) => {
        const { ledger, usable, expired } = run(steps);
        for (let number = 1; number < ledger.next; number++) {
          if (usable.has(number)) expect(isEnded(ledger, number)).toBe(false);
          else if (!expired.has(number)) expect(isEnded(ledger, number)).toBe(true);
        }
        expect(isEnded(ledger, ledger.next)).toBe(false);
      }),
    );
  });

  it('keeps its ranges sorted, apart, and above the floor', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 120 }), (steps) => {
        const { ledger } = run(steps);
        let end = ledger.floor - 1;
        for (const [from, to] of ledger.revoked) {
          expect(from).toBeGreaterThan(end + 1);
          expect(to).toBeGreaterThanOrEqual(from);
          end = to;
        }
      }),
    );
  });

  it('is what Postgres gives back', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const { ledger } = run(steps);
        expect(ledgerFromText(ledger.next, ledger.floor, revokedText(ledger))).toEqual(ledger);
      }),
    );
  });

  it('ends the oldest sessions of an account with thousands of gaps, to stay small', () => {
    let ledger: SessionLedger = { ...fresh, next: 10_001 };
    for (let number = 2; number <= 4_000; number += 2) ledger = endSession(ledger, number);
    const compact = compactLedger(ledger, 1);
    expect(compact.revoked.length).toBeLessThanOrEqual(MAX_RANGES);
    expect(isEnded(compact, 1)).toBe(true);
    expect(isEnded(compact, 3_999)).toBe(false);
    expect(isEnded(compact, 4_000)).toBe(true);
  });
});
