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
    this.#high ^= half(fingerprint, 0);
    this.#low ^= half(fingerprint, HALF);
  }
}

/** Digits in 32 bits. */
const HALF = 8;
const ZERO = 0x30;
/** What a letter is above ten. */
const LETTER = 0x61 - 10;

/** By hand: a file has a hundred thousand of them, and texts for a parser would have to be made first. */
function half(fingerprint: string, from: number): number {
  let bits = 0;
  for (let at = from; at < from + HALF; at += 1) {
    const code = fingerprint.charCodeAt(at);
    bits = (bits << 4) | (code >= LETTER + 10 ? code - LETTER : code - ZERO);
  }
  return bits;
}

function hex(half: number): string {
  return (half >>> 0).toString(16).padStart(8, '0');
}
