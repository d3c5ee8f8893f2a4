/**
 * Effects that a saga's lead has committed but not published: nothing at or after the oldest of them is reported. A new lead
 * starts without debts, and late answers about the debts of the previous lead are ignored.
 */

/** Poll for rows that inline publishing left to the relay. */
export const DEBT_POLL_MS = 50;
/** Effects committed but not published at a time. */
const MAX_DEBTS = 64;

export class SagaDebts {
  /** A set keeps the order of insertion, which is the stream's. Each lead has another one. */
  #sequences = new Set<number>();
  readonly #onPaid: () => void;

  constructor(onPaid: () => void) {
    this.#onPaid = onPaid;
  }

  get oldest(): number | undefined {
    const [oldest] = this.#sequences;
    return oldest;
  }

  get full(): boolean {
    return this.#sequences.size >= MAX_DEBTS;
  }

  /** Holds the sequence until `owes` says no. A question that fails counts as a yes. */
  add(sequence: number, owes: () => Promise<boolean>): void {
    const ofThisLead = this.#sequences;
    ofThisLead.add(sequence);
    const settle = async (): Promise<void> => {
      while (this.#sequences === ofThisLead && (await owes().catch(() => true))) {
        await new Promise((resolve) => setTimeout(resolve, DEBT_POLL_MS));
      }
      if (this.#sequences !== ofThisLead) return;
      ofThisLead.delete(sequence);
      this.#onPaid();
    };
    void settle();
  }

  /** The lead ended. */
  forget(): void {
    this.#sequences = new Set();
  }
}
