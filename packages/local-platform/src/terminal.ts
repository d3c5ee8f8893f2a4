/** The launcher's output: one line per stage with its duration, and messages in between. */
import type { Writable } from 'node:stream';

export class Terminal {
  readonly #output: Writable;
  #lineOpen = false;

  constructor(output: Writable) {
    this.#output = output;
  }

  /** Shows a stage while it runs, and then its duration. */
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

  /** Writes text unchanged. */
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
