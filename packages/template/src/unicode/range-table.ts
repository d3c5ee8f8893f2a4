/** A set of code points, encoded as `tables.ts` describes and decoded on first use. */
export class RangeTable {
  readonly #encoded: string;
  #bounds: Uint32Array | undefined;

  constructor(encoded: string) {
    this.#encoded = encoded;
  }

  has(codePoint: number): boolean {
    this.#bounds ??= decode(this.#encoded);
    const bounds = this.#bounds;
    let low = 0;
    let high = bounds.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((bounds[middle] ?? 0) <= codePoint) low = middle + 1;
      else high = middle;
    }
    // An odd number of bounds at or below the code point: it lies inside a range.
    return (low & 1) === 1;
  }
}

/** Starts and exclusive ends of the ranges, in turn. */
function decode(encoded: string): Uint32Array {
  const ranges = encoded.split(' ');
  const bounds = new Uint32Array(ranges.length * 2);
  let end = 0;
  ranges.forEach((range, index) => {
    const [distance = '0', extra = '0'] = range.split('.');
    const start = end + Number.parseInt(distance, 36);
    end = start + Number.parseInt(extra, 36) + 1;
    bounds[index * 2] = start;
    bounds[index * 2 + 1] = end;
  });
  return bounds;
}
