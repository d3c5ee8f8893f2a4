/**
 * That a change may be made. Writes that a policy can guard take a permit, and nothing but this folder makes one: a new way to write that
 * forgets the policies does not compile.
 * See docs/decisions/200-permits.md.
 */
export class Permit {
  /** Private, so that nothing else can be taken for a permit. */
  readonly #isRollback: boolean;

  private constructor(isRollback: boolean) {
    this.#isRollback = isRollback;
  }

  /** For the gate only. */
  static grant({ isRollback = false }: { readonly isRollback?: boolean } = {}): Permit {
    return new Permit(isRollback);
  }

  /** Whether the change puts back what was live not long ago, for which policies make an exception. */
  get isRollback(): boolean {
    return this.#isRollback;
  }
}

/** For the removal of what belonged to a deleted team: nobody is left whom a policy could protect. */
export function deletionPermit(): Permit {
  return Permit.grant();
}
