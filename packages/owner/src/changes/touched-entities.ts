/** The entities that a change has written, in the order in which it first wrote them: parents before what belongs to them. */
import type { EntityName } from '@px0/contracts';

export class TouchedEntities<Name extends EntityName> {
  readonly #ids = new Map<Name, Set<string>>();
  readonly #order: { readonly name: Name; readonly id: string }[] = [];

  add(name: Name, id: string): void {
    const ids = this.#ids.get(name) ?? new Set();
    if (ids.has(id)) return;
    this.#ids.set(name, ids.add(id));
    this.#order.push({ name, id });
  }

  get inOrder(): readonly { readonly name: Name; readonly id: string }[] {
    return this.#order;
  }

  get byName(): ReadonlyMap<Name, ReadonlySet<string>> {
    return this.#ids;
  }
}
