import type { Meter } from '@px0/template';

/** The render needs more than the main thread may give it: it is to be run anew in a worker thread. */
export class BudgetSpent extends Error {
  override readonly name = 'BudgetSpent';

  constructor() {
    super('the budget of the main thread is spent');
  }
}

/** Longer outputs are serialised in a worker thread. In UTF-16 units. */
const MAX_UNITS = 1_048_576;

/** What a render may take of the main thread. The question comes every few microseconds, so a render hardly goes beyond it. */
const BUDGET_MS = 8;

/** For a caller whose organization has heavy renders under way: enough for nearly every render, too little to slow others by asking often. */
const SMALL_BUDGET_MS = 1;

/** The meter of renders on the main thread. They run one after another, so one meter serves them all. */
export class MainThreadMeter implements Meter {
  readonly maxUnits = MAX_UNITS;
  #deadline = 0;

  /** The meter of a render that begins now. */
  begin(isBusy: boolean): Meter {
    this.#deadline = performance.now() + (isBusy ? SMALL_BUDGET_MS : BUDGET_MS);
    return this;
  }

  /** @throws BudgetSpent */
  proceed(nanoseconds: number): void {
    if (performance.now() + nanoseconds / 1e6 > this.#deadline) throw new BudgetSpent();
  }

  /** @throws BudgetSpent */
  tooLong(): never {
    throw new BudgetSpent();
  }
}
