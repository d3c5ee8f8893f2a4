import { BudgetSpent } from '@px0/heavy-renders';
import { TaskEnded } from '@px0/heavy-renders/thread';
import { compileProgram } from '@px0/template';
import { describe, expect, it } from 'vitest';
import { type CheckOutcome, endlessCheck, runCheck } from './run-check.ts';

const order = {
  version: { template: '{{if .long}}{{range 200000}}{{end}}{{end}}{{.a}}' },
  live: { template: '{{.a}}' },
  samples: [
    { payloadId: '1', name: 'one', variablesJson: '{"a":1,"long":true}' },
    { payloadId: '2', name: null, variablesJson: '{"a":2,"long":false}' },
  ],
  timeBudgetMs: 60_000,
};

/** On a ground that ends the first render that asks. */
function run(reason: Error): CheckOutcome {
  let asked = 0;
  return runCheck(order, {
    meter: {
      maxUnits: Number.POSITIVE_INFINITY,
      proceed: () => {
        asked += 1;
        // The first question is the check's own.
        if (asked === 2) throw reason;
      },
      tooLong: () => expect.unreachable(),
    },
    compile: (program) => compileProgram(program),
    beforeCompared: () => undefined,
  });
}

const payloadsOf = ({ payloads }: CheckOutcome): unknown => JSON.parse(Buffer.concat(payloads).toString());

const rendered = (text: string) => ({ outcome: 'rendered', rendered: text, error: null });
const tookTooLong = {
  outcome: 'failed',
  rendered: null,
  error: 'template execution failed: render took too long',
};

describe('a check', () => {
  it('says of a render whose thread’s time is up what a render would', () => {
    const outcome = run(new TaskEnded('tookTooLong'));
    expect(outcome.failed).toEqual(['one']);
    expect(payloadsOf(outcome)).toEqual([
      { payload_id: '1', name: 'one', version: tookTooLong, live: rendered('1'), diff: null },
      { payload_id: '2', name: null, version: rendered('2'), live: rendered('2'), diff: '' },
    ]);
  });

  it('goes on when the thread’s time is up, which stays so: what was rendered before is not lost', () => {
    let asked = 0;
    const long = order.samples[0];
    const samples = [order.samples[1], long, order.samples[1]].flatMap((sample) => sample ?? []);
    const outcome = runCheck(
      { ...order, samples, timeBudgetMs: 60_000 },
      {
        meter: {
          maxUnits: Number.POSITIVE_INFINITY,
          proceed: () => {
            asked += 1;
            // The checks' own before the first two payloads, then the long render.
            if (asked > 2) throw new TaskEnded('tookTooLong');
          },
          tooLong: () => expect.unreachable(),
        },
        compile: (program) => compileProgram(program),
        beforeCompared: () => undefined,
      },
    );
    expect(payloadsOf(outcome)).toMatchObject([
      { version: rendered('2') },
      { version: tookTooLong },
      { version: rendered('2') },
    ]);
  });

  it.each([new TaskEnded('abandoned'), new BudgetSpent()])('ends with %s', (reason) => {
    expect(() => run(reason)).toThrow(reason);
  });

  it('that did not end blames every payload', () => {
    const outcome = endlessCheck(order);
    expect(outcome.failed).toEqual(['one', '2']);
    expect(payloadsOf(outcome)).toEqual([
      { payload_id: '1', name: 'one', version: tookTooLong, live: tookTooLong, diff: null },
      { payload_id: '2', name: null, version: tookTooLong, live: tookTooLong, diff: null },
    ]);
    expect(payloadsOf(endlessCheck({ ...order, live: undefined }))).toMatchObject([{ live: null }, {}]);
    expect(payloadsOf(endlessCheck({ ...order, samples: [] }))).toEqual([]);
  });
});
