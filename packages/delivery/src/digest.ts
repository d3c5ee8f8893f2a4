/**
 * The digest of a set of delivered prompts: the XOR of their fingerprints. Two halves of 32 bits cost a third of what one BigInt costs.
 */

export class Digest {
  #high = 0;
  #low = 0;
  #count = 0;

  /** How many fingerprints are in it. */
  get count(): number {
    return this.#count;
  }

  /** 16 hexadecimal digits. */
  get text(): string {
    return hex(this.#high) + hex(this.#low);
  }

  add(fingerprint: string): void {
    this.#toggle(fingerprint);
    this.#count += 1;
  }

  /** Takes out one that is in it. */
  remove(fingerprint: string): void {
    this.#toggle(fingerprint);
    this.#count -= 1;
  }

  /** Adds all of another one. */
  addAll(other: Digest): void {
    this.#high ^= other.#high;
    this.#low ^= other.#low;
    this.#count += other.#count;
  }

  /** Whether it is what px0 says of the same set. */
  agrees({ digest, count }: { readonly digest: string; readonly count: number }): boolean {
    return this.#count === count && this.text === digest;
  }

  #toggle(fingerprint: string): void {
    this.#high ^= Number.parseInt(fingerprint.slice(0, 8), 16);
    this.#low ^= Number.parseInt(fingerprint.slice(8), 16);
  }
}

function hex(half: number): string {
  return (half >>> 0).toString(16).padStart(8, '0');
}
