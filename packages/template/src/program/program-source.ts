/** The text of a program that knows which author's text each part of it comes from. */
import { locationIn, type Place, Source } from '../syntax/source.ts';
import type { SourceStretch } from './program.ts';

export class ProgramSource extends Source {
  readonly #stretches: readonly SourceStretch[];

  /** @throws TemplateSyntaxError when the program is too large */
  constructor(name: string, text: string, stretches: readonly SourceStretch[]) {
    super(name, text);
    this.#stretches = stretches;
  }

  override place(position: number): Place {
    // The end of a text belongs to it: that is where an empty one begins.
    const stretch = this.#stretches.findLast(([, at, length]) => at <= position && position <= at + length);
    if (stretch === undefined) return super.place(position);
    const [name, at, , from] = stretch;
    return { name, source: name, ...locationIn(this.#textOf(name), from + position - at) };
  }

  /** An author's text, put together from its stretches. What was exchanged between two of them becomes spaces. */
  #textOf(source: string): string {
    const own = this.#stretches.filter(([name]) => name === source);
    let text = '';
    for (const [, at, length, from] of own.toSorted((a, b) => a[3] - b[3]))
      text = text.padEnd(from) + this.text.slice(at, at + length);
    return text;
  }
}
