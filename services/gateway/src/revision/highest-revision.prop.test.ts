import { compareTokens, encodeToken } from '@px0/event-bus';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { HighestRevision } from './highest-revision.ts';

const token = fc.record({
  epoch: fc.constantFrom('9', '1700000000000', '1700000000001'),
  sequence: fc.nat(20),
});

describe('the highest revision', () => {
  it('is the latest of all that were seen, in whatever order, and no demand lowers or raises it', () => {
    fc.assert(
      fc.property(fc.array(token, { minLength: 1 }), fc.array(token), (seen, demands) => {
        const highest = new HighestRevision();
        for (const one of seen) highest.see(encodeToken(one));
        const latest = seen.toSorted(compareTokens).at(-1);
        for (const demand of demands) highest.demand(encodeToken(demand));
        expect(highest.demand(undefined)).toBe(latest && encodeToken(latest));
      }),
    );
  });

  it('and the client’s own demand: the later one is asked for', () => {
    fc.assert(
      fc.property(token, token, (seen, own) => {
        const highest = new HighestRevision();
        highest.see(encodeToken(seen));
        const later = compareTokens(own, seen) >= 0 ? own : seen;
        expect(highest.demand(encodeToken(own))).toBe(encodeToken(later));
      }),
    );
  });

  it('is not touched by malformed texts, and malformed demands go on unchanged', () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        const highest = new HighestRevision();
        highest.see(text);
        expect(highest.demand(undefined)).toBeUndefined();
        highest.see(encodeToken({ epoch: '1', sequence: 1 }));
        expect(highest.demand(text)).toBe(text);
      }),
    );
  });
});
