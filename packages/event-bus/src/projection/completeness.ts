/**
 * Tracks which contexts have published everything that they own in the present epoch, after which anything not shown is gone. A
 * starting reader is ready when all have; a running one drops what a complete context did not show.
 */
import { type EntityName, entities } from '@px0/contracts';
import type { Epoch } from '../revisions/token.ts';

export type Context = 'identity' | 'tenancy' | 'registry';

export const ALL_CONTEXTS: readonly Context[] = ['identity', 'tenancy', 'registry'];

/** The entity whose event says that a context has published all that it owns. */
export const completeEntities = {
  identity: 'identityComplete',
  tenancy: 'tenancyComplete',
  registry: 'registryComplete',
} as const satisfies Record<Context, EntityName>;

export function completedContext(name: EntityName): Context | undefined {
  return ALL_CONTEXTS.find((context) => completeEntities[context] === name);
}

export function contextOf(name: EntityName): string {
  return entities[name].context;
}

export class Completeness {
  readonly #required: readonly Context[];
  readonly #complete = new Set<Context>();
  /** Complete, but what it did not show has not been dropped yet. */
  readonly #toSweep = new Set<Context>();
  #epoch: Epoch | undefined;

  constructor(required: readonly Context[]) {
    this.#required = required;
  }

  /** A new epoch: nothing is complete in it yet. */
  enter(epoch: Epoch): void {
    this.#epoch = epoch;
    this.#complete.clear();
    this.#toSweep.clear();
  }

  /** A context's `complete` was read. One that names another epoch says nothing about this one. */
  note(context: Context, epoch: Epoch): void {
    if (epoch !== this.#epoch || this.#complete.has(context)) return;
    this.#complete.add(context);
    this.#toSweep.add(context);
  }

  get all(): boolean {
    return this.#required.every((context) => this.#complete.has(context));
  }

  get missing(): Context[] {
    return this.#required.filter((context) => !this.#complete.has(context));
  }

  get swept(): boolean {
    return this.#toSweep.size === 0;
  }

  /**
   * Hands out, once, the contexts whose unseen entities are to be dropped. To be called only when the reader's report follows its
   * position: while it reads the last message of each subject, an entity changed after `complete` has not been shown yet.
   */
  takeSweep(): Set<string> {
    const taken = new Set<string>(this.#toSweep);
    this.#toSweep.clear();
    return taken;
  }
}
