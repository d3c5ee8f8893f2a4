/** The variables in sight while a template is planned, as Go's stack of them will be when it runs. */
import { type Candidates, Local } from './plan.ts';

export class Scope {
  /** The present dot. */
  dot: Local = new Local(0, 0, false);
  #size = 0;
  /** Above zero inside arguments that evaluation may skip. */
  #conditionalDepth = 0;
  /** How many scopes are open. */
  #level = 0;
  readonly #byName = new Map<string, { readonly local: Local; readonly level: number }[]>();
  readonly #order: { readonly name: string; readonly local: Local }[] = [];

  /** How many slots the frame needs. */
  get size(): number {
    return this.#size;
  }

  newLocal(): Local {
    const local = new Local(this.#size, this.#size + 1, this.#conditionalDepth > 0);
    this.#size += 2;
    return local;
  }

  /**
   * A variable that is declared again before its scope ends keeps its slot: nobody can see the older one any more,
   * and where the newer declaration is skipped the slot still holds the older value, as it has to.
   */
  declare(name: string): Local {
    const entries = this.#byName.get(name) ?? [];
    const newest = entries.at(-1);
    if (newest !== undefined && newest.level === this.#level) return newest.local;
    const local = this.newLocal();
    entries.push({ local, level: this.#level });
    this.#byName.set(name, entries);
    this.#order.push({ name, local });
    return local;
  }

  /** What the name may mean, newest first, up to the first that is certain to be set. */
  find(name: string): Candidates {
    const entries = this.#byName.get(name) ?? [];
    const found: Local[] = [];
    for (let i = entries.length - 1; i >= 0; i--) {
      const local = entries[i]?.local;
      if (local === undefined) break;
      found.push(local);
      if (!local.isConditional) break;
    }
    return found;
  }

  /** What is declared inside is forgotten after. */
  inside<T>(plan: () => T): T {
    const mark = this.#order.length;
    this.#level += 1;
    const planned = plan();
    this.#level -= 1;
    for (const { name } of this.#order.splice(mark)) this.#byName.get(name)?.pop();
    return planned;
  }

  /** Plans what evaluation may skip, and gives the locals declared there. */
  conditionally<T>(plan: () => T): { planned: T; declared: readonly Local[] } {
    const mark = this.#order.length;
    this.#conditionalDepth += 1;
    const planned = plan();
    this.#conditionalDepth -= 1;
    return { planned, declared: this.#order.slice(mark).map((entry) => entry.local) };
  }
}
