/**
 * The hole rule against a model of the server: a log whose superseded messages are trimmed at any moment, read by a slow reader that
 * starts at any moment, with questions that are answered late.
 */
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { PositionTracker, type Tracker } from './position-tracker.ts';

type Step =
  | { readonly kind: 'write'; readonly subject: number }
  | { readonly kind: 'deliver' | 'reach-server' | 'answer' };

const steps = fc.array(
  fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({ kind: fc.constant('write' as const), subject: fc.integer({ min: 0, max: 3 }) }),
    },
    { weight: 3, arbitrary: fc.record({ kind: fc.constant('deliver' as const) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('reach-server' as const) }) },
    { weight: 1, arbitrary: fc.record({ kind: fc.constant('answer' as const) }) },
  ),
  { minLength: 1, maxLength: 120 },
);

/** Runs the steps and returns the first report that was wrong, if any. */
class Model {
  readonly log: { readonly sequence: number; readonly subject: number }[] = [];
  readonly newestApplied = new Map<number, number>();
  readonly #history: number;
  readonly #tracker: Tracker;
  /** Sequences that the consumer will deliver first: the last of each subject at its creation. */
  readonly #firstRead: number[];
  #next: number;
  #question: 'none' | 'sent' | number = 'none';
  wrong: string | undefined;

  constructor(history: number, before: readonly number[], tracker: Tracker) {
    this.#history = history;
    this.#tracker = tracker;
    for (const subject of before) this.write(subject);
    this.#firstRead = [...new Set(before)].map((subject) => this.#lastOf(subject)).toSorted((a, b) => a - b);
    this.#next = this.log.length + 1;
    this.#askIf(tracker.wantsAnswer);
  }

  get finished(): boolean {
    return this.#firstRead.length === 0 && this.#next > this.log.length && this.#question === 'none';
  }

  get reported(): number {
    return this.#tracker.reported;
  }

  run(step: Step): void {
    if (step.kind === 'write') this.write(step.subject);
    else if (step.kind === 'deliver') this.deliver();
    else if (step.kind === 'reach-server' && this.#question === 'sent') this.#question = this.log.length;
    else if (step.kind === 'answer' && typeof this.#question === 'number') this.#answer(this.#question);
    this.#check();
  }

  write(subject: number): void {
    this.log.push({ sequence: this.log.length + 1, subject });
  }

  deliver(): void {
    const sequence = this.#firstRead.shift() ?? this.#next++;
    const message = this.log[sequence - 1];
    if (message === undefined) {
      this.#next = this.log.length + 1;
      return;
    }
    if (this.#isTrimmed(message)) return;
    this.newestApplied.set(message.subject, Math.max(this.newestApplied.get(message.subject) ?? 0, sequence));
    this.#askIf(this.#tracker.delivered(sequence) === 'ask');
  }

  #answer(lastSequence: number): void {
    this.#question = 'none';
    this.#askIf(this.#tracker.answered(lastSequence) === 'ask');
  }

  #askIf(wanted: boolean): void {
    if (!wanted || this.#question !== 'none') return;
    this.#tracker.asked();
    this.#question = 'sent';
  }

  #isTrimmed(message: { readonly sequence: number; readonly subject: number }): boolean {
    const newer = this.log.filter(
      ({ subject, sequence }) => subject === message.subject && sequence > message.sequence,
    );
    return newer.length >= this.#history;
  }

  #lastOf(subject: number): number {
    return this.log.findLast((message) => message.subject === subject)?.sequence ?? 0;
  }

  #check(): void {
    for (const { subject, sequence } of this.log) {
      if (sequence > this.reported) break;
      if ((this.newestApplied.get(subject) ?? 0) < sequence)
        this.wrong ??= `reported ${this.reported} without ${sequence}`;
    }
  }
}

const scenario = fc.record({
  history: fc.constantFrom(1, 2, 16),
  before: fc.array(fc.integer({ min: 0, max: 3 }), { minLength: 1 }),
  steps,
});

/** Reports what it was delivered: the anomaly that the rule prevents. */
class NaiveTracker implements Tracker {
  position = 0;
  caughtUp = true;
  wantsAnswer = false;
  get reported(): number {
    return this.position;
  }
  delivered(sequence: number): 'nothing' {
    this.position = Math.max(this.position, sequence);
    return 'nothing';
  }
  asked(): void {}
  answered(): 'nothing' {
    return 'nothing';
  }
  failed(): void {}
}

it('without the rule a reader reports revisions whose state it does not have', () => {
  const run = fc.check(
    fc.property(scenario, ({ history, before, steps: list }) => {
      const model = new Model(history, before, new NaiveTracker());
      for (const step of list) model.run(step);
      return model.wrong === undefined;
    }),
    { seed: 1 },
  );
  expect(run.failed).toBe(true);
});

it('with the rule every reported revision is true, and the last one is reported soon after silence', () => {
  fc.assert(
    fc.property(scenario, ({ history, before, steps: list }) => {
      const model = new Model(history, before, new PositionTracker());
      for (const step of list) model.run(step);
      for (let round = 0; round < 400 && !model.finished; round += 1) {
        model.run({ kind: 'deliver' });
        model.run({ kind: 'reach-server' });
        model.run({ kind: 'answer' });
      }
      expect(model.wrong).toBeUndefined();
      expect(model.reported).toBe(model.log.length);
    }),
    { numRuns: 2_000 },
  );
});
