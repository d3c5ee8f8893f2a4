/** What the launcher shows a person: a line per stage with the time that it took, and sentences in between. */
import type { Writable } from 'node:stream';

export class Terminal {
  readonly #output: Writable;
  #lineOpen = false;

  constructor(output: Writable) {
    this.#output = output;
  }

  /** Shows the stage while it runs, and how long it took when it is done. */
  readonly step = async <T>(text: string, run: () => Promise<T>): Promise<T> => {
    const startedAt = performance.now();
    this.#closeLine();
    this.#output.write(`px0: ${text} ...`);
    this.#lineOpen = true;
    try {
      const result = await run();
      const took = `${seconds(performance.now() - startedAt)}\n`;
      this.#output.write(this.#lineOpen ? ` ${took}` : `px0: ${text}: ${took}`);
      this.#lineOpen = false;
      return result;
    } catch (error) {
      this.#closeLine();
      throw error;
    }
  };

  readonly say = (text: string): void => {
    this.#closeLine();
    this.#output.write(`px0: ${text}\n`);
  };

  /** Writes text as it is. */
  print(text: string): void {
    this.#closeLine();
    this.#output.write(text);
  }

  #closeLine(): void {
    if (!this.#lineOpen) return;
    this.#output.write('\n');
    this.#lineOpen = false;
  }
}

export function seconds(milliseconds: number): string {
  return `${(milliseconds / 1000).toFixed(1)} s`;
}
