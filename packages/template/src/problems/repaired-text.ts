/** A text in which broken parts are replaced so that the rest can be read, and where its places are in the text as it was written. */

interface Piece {
  /** Of the text as it was written. */
  readonly start: number;
  readonly end: number;
  readonly text: string;
  readonly isReplaced: boolean;
}

export interface Span {
  readonly from: number;
  /** Exclusive. */
  readonly to: number;
}

export class RepairedText {
  #pieces: readonly Piece[];

  constructor(text: string) {
    this.#pieces = [{ start: 0, end: text.length, text, isReplaced: false }];
  }

  get text(): string {
    return this.#pieces.map(({ text }) => text).join('');
  }

  /** What is at this place of the repaired text, in the text as it was written. */
  original({ from, to }: Span): Span {
    return { from: this.#original(from, 'start'), to: this.#original(to, 'end') };
  }

  /** Whether the place is in a part that was replaced. */
  isReplaced(offset: number): boolean {
    return this.#at(offset)?.piece.isReplaced === true;
  }

  /** Replaces a part of the repaired text; of parts that were replaced before, all. */
  replace({ from, to }: Span, text: string): void {
    const next: Piece[] = [];
    let isDone = false;
    let begin = 0;
    const { from: start, to: end } = this.original({ from, to });
    for (const piece of this.#pieces) {
      const stop = begin + piece.text.length;
      const isTouched = begin < to && from < stop;
      if (!isTouched) next.push(piece);
      else {
        if (!piece.isReplaced && begin < from)
          next.push({ ...piece, end: start, text: piece.text.slice(0, from - begin) });
        if (!isDone) next.push({ start, end, text, isReplaced: true });
        isDone = true;
        if (!piece.isReplaced && to < stop)
          next.push({ ...piece, start: end, text: piece.text.slice(to - begin) });
      }
      begin = stop;
    }
    this.#pieces = next;
  }

  append(text: string): void {
    const end = this.#pieces.at(-1)?.end ?? 0;
    this.#pieces = [...this.#pieces, { start: end, end, text, isReplaced: true }];
  }

  #original(offset: number, side: 'start' | 'end'): number {
    const found = this.#at(side === 'end' && offset > 0 ? offset - 1 : offset);
    if (found === undefined) return this.#pieces.at(-1)?.end ?? 0;
    const { piece, begin } = found;
    return piece.isReplaced ? piece[side] : piece.start + offset - begin;
  }

  #at(offset: number): { readonly piece: Piece; readonly begin: number } | undefined {
    let begin = 0;
    for (const piece of this.#pieces) {
      if (offset < begin + piece.text.length) return { piece, begin };
      begin += piece.text.length;
    }
    return undefined;
  }
}
