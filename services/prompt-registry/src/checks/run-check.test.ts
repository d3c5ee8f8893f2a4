import { BudgetSpent } from '@px0/heavy-renders';
import { TaskEnded } from '@px0/heavy-renders/thread';
import { compileProgram } from '@px0/template';
import { describe, expect, it } from 'vitest';
import { completeCheck } from './complete-check.ts';
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

const complete = (outcome: CheckOutcome, ...answers: (number | undefined)[]) =>
  completeCheck(outcome, answers, 5_000);
const payloadsOf = (outcome: CheckOutcome, ...answers: (number | undefined)[]): unknown =>
  JSON.parse(Buffer.concat(complete(outcome, ...answers).payloads).toString());

const rendered = (text: string) => ({ outcome: 'rendered', rendered: text, error: null });
const tookTooLong = {
  outcome: 'failed',
  rendered: null,
  error: 'template execution failed: render took too long',
};

describe('a check', () => {
  it('says of a render whose thread’s time is up what a render would', () => {
    const outcome = run(new TaskEnded('tookTooLong'));
    expect(complete(outcome).failed).toEqual(['one']);
    expect(payloadsOf(outcome)).toEqual([
      { payload_id: '1', name: 'one', version: tookTooLong, live: rendered('1'), diff: null, assertions: [] },
      { payload_id: '2', name: null, version: rendered('2'), live: rendered('2'), diff: '', assertions: [] },
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
    expect(complete(outcome).failed).toEqual(['one', '2']);
    expect(payloadsOf(outcome)).toEqual([
      { payload_id: '1', name: 'one', version: tookTooLong, live: tookTooLong, diff: null, assertions: [] },
      { payload_id: '2', name: null, version: tookTooLong, live: tookTooLong, diff: null, assertions: [] },
    ]);
    expect(payloadsOf(endlessCheck({ ...order, live: undefined }))).toMatchObject([{ live: null }, {}]);
    expect(payloadsOf(endlessCheck({ ...order, samples: [] }))).toEqual([]);
  });

  const ground = {
    meter: {
      maxUnits: Number.POSITIVE_INFINITY,
      proceed: () => undefined,
      tooLong: () => expect.unreachable(),
    },
    compile: compileProgram,
    beforeCompared: () => undefined,
  };
  const sample = { payloadId: '1', name: 'one', variablesJson: '{"a":"refund"}' };

  it('leaves gaps for patterns and tokens, which answers fill', () => {
    const assertions = [
      { type: 'contains', value: 'money' },
      { type: 'matches', value: 're+' },
      { type: 'max_tokens', value: 1, severity: 'warning' },
    ] as const;
    const samples = [sample, { ...sample, assertions }, { ...sample, assertions: assertions.slice(0, 1) }];
    const outcome = runCheck(
      { version: { template: '{{.a}}' }, live: undefined, samples, timeBudgetMs: 60_000 },
      ground,
    );
    expect(outcome.questions.texts).toEqual(['refund']);
    const contains = { type: 'contains', ok: false, severity: 'error', message: 'does not contain "money"' };
    const matches = { type: 'matches', severity: 'error' };
    const tokens = { type: 'max_tokens', severity: 'warning', ok: false };
    expect(payloadsOf(outcome, 1, 3)).toMatchObject([
      { assertions: [] },
      {
        assertions: [
          contains,
          { ...matches, ok: true, message: null },
          { ...tokens, message: 'has about 3 tokens, at most 1 are allowed' },
        ],
      },
      { assertions: [contains] },
    ]);
    expect(complete(outcome, 0, undefined)).toMatchObject({ failed: ['one', 'one'], warnings: 1 });
    expect(payloadsOf(outcome, 0, undefined)).toMatchObject([
      {},
      {
        assertions: [
          contains,
          { ...matches, ok: false, message: 'does not match /re+/' },
          { ...tokens, message: 'the check took longer than 5000 ms' },
        ],
      },
      {},
    ]);
  });

  it('takes no failure of its own for one that is expected', () => {
    const assertions = [{ type: 'fails' }] as const;
    const failing = { version: { template: '{{.b}}' }, live: undefined, timeBudgetMs: 60_000 };
    const samples = [{ ...sample, assertions }];
    expect(complete(runCheck({ ...failing, samples }, ground)).failed).toEqual([]);
    expect(complete(runCheck({ ...failing, samples, timeBudgetMs: 0 }, ground)).failed).toEqual(['one']);
    const unread = [{ ...sample, variablesJson: null, assertions }];
    expect(complete(runCheck({ ...failing, samples: unread }, ground)).failed).toEqual(['one']);
  });
});
