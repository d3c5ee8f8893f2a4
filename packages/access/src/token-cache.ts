/**
 * A bounded cache of verified credentials, so that a render does not verify a signature or hash a key each
 * time. It holds what a token *is* (claims, or a key's entry), never whether it is still valid: the projection
 * decides that at each request, so a revocation evicts nothing.
 */

/**
 * Two generations instead of a list in order of use: a hit in the young one moves nothing, and the bound is kept by
 * forgetting the old one whole. It never holds more than `capacity` entries, and always the last `capacity / 2` used.
 */
export class TokenCache<Value> {
  readonly #generationSize: number;
  #young = new Map<string, Value>();
  #old = new Map<string, Value>();

  constructor(capacity: number) {
    this.#generationSize = Math.max(1, Math.floor(capacity / 2));
  }

  get size(): number {
    return this.#young.size + this.#old.size;
  }

  get(key: string): Value | undefined {
    const found = this.#young.get(key);
    if (found !== undefined) return found;
    const survivor = this.#old.get(key);
    if (survivor !== undefined) {
      this.#old.delete(key);
      this.set(key, survivor);
    }
    return survivor;
  }

  set(key: string, value: Value): void {
    if (this.#young.size >= this.#generationSize && !this.#young.has(key)) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    this.#young.set(key, value);
  }

  delete(key: string): void {
    this.#young.delete(key);
    this.#old.delete(key);
  }

  clear(): void {
    this.#young = new Map();
    this.#old = new Map();
  }
}
