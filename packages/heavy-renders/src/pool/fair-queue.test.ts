import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { FairQueue } from './fair-queue.ts';

const job = (organization: string, number: number) => ({ organization, number, bytes: number });
const nobody = () => false;

describe('the queue', () => {
  it('gives each organization its turn, in the order in which they came', () => {
    const queue = new FairQueue<ReturnType<typeof job>>();
    for (const one of [job('a', 1), job('a', 2), job('a', 3), job('b', 1), job('c', 1), job('b', 2)])
      queue.add(one);
    const order = Array.from({ length: 6 }, () => queue.next(nobody)).map(
      (one) => `${one?.organization}${one?.number}`,
    );
    expect(order).toEqual(['a1', 'b1', 'c1', 'a2', 'b2', 'a3']);
    expect(queue.next(nobody)).toBeUndefined();
  });

  it('passes over organizations, whose turn stays theirs', () => {
    const queue = new FairQueue<ReturnType<typeof job>>();
    for (const one of [job('a', 1), job('b', 1), job('a', 2)]) queue.add(one);
    expect(queue.next((organization) => organization === 'a')).toEqual(job('b', 1));
    expect(queue.next((organization) => organization === 'a')).toBeUndefined();
    expect(queue.next(nobody)).toEqual(job('a', 1));
  });

  it('loses nothing, keeps the order of each organization, and knows its size', () => {
    const step = fc.oneof(
      fc.record({ kind: fc.constant('add' as const), organization: fc.constantFrom('a', 'b', 'c') }),
      fc.record({ kind: fc.constant('next' as const), organization: fc.constantFrom('a', 'none') }),
      fc.record({ kind: fc.constant('remove' as const), organization: fc.constantFrom('a', 'b', 'c') }),
    );
    fc.assert(
      fc.property(fc.array(step), (steps) => {
        const queue = new FairQueue<ReturnType<typeof job>>();
        const waiting: ReturnType<typeof job>[] = [];
        steps.forEach(({ kind, organization }, number) => {
          const first = waiting.find((one) => one.organization === organization);
          if (kind === 'add') {
            const added = job(organization, number);
            queue.add(added);
            waiting.push(added);
          } else if (kind === 'remove') {
            if (first !== undefined) expect(queue.remove(first)).toBe(true);
            waiting.splice(0, waiting.length, ...waiting.filter((one) => one !== first));
          } else {
            const taken = queue.next((one) => one === organization);
            const candidates = waiting.filter((one) => one.organization !== organization);
            if (taken === undefined) expect(candidates).toEqual([]);
            else expect(waiting.find((one) => one.organization === taken.organization)).toBe(taken);
            waiting.splice(0, waiting.length, ...waiting.filter((one) => one !== taken));
            if (taken !== undefined) expect(queue.remove(taken)).toBe(false);
          }
          expect(queue.size).toBe(waiting.length);
          expect(queue.bytes).toBe(waiting.reduce((sum, one) => sum + one.bytes, 0));
        });
        expect(queue.takeAll()).toHaveLength(waiting.length);
        expect(queue.size).toBe(0);
      }),
    );
  });
});
