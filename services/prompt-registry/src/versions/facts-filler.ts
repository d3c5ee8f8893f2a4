/**
 * The loop that fills in the content hash and the contributors of versions: those that are older than these columns, those that a process of
 * the release before has written, and those that a key has written before anybody knew its maker.
 */
import { setImmediate } from 'node:timers/promises';
import type { PromptId } from '@px0/contracts';
import type { BackgroundOptions, Progress, Reader } from '@px0/owner';
import { bodyOf, type Change, type Changes, systemActor } from '../changes/mod.ts';
import { contentHashOf, digestOf } from './content-hash.ts';
import { type KeyMakers, type Writers, writersByVersion } from './contributors.ts';
import {
  type FoundContributors,
  type FoundHash,
  type Incomplete,
  listIncomplete,
  lockIncomplete,
  programsOf,
  storeContributors,
  storeHashes,
} from './facts-store.ts';

export interface FactsFillerDependencies {
  readonly reader: Reader;
  readonly changes: Changes;
  readonly access: KeyMakers;
  /** Whether all keys that exist are known. */
  readonly projection: { readonly ready: boolean };
}

/** Versions in a step, which is one transaction. */
const STEP_SIZE = 500;
/** During a rolling deployment, processes of the release before go on writing versions without them. */
const PAUSE_MS = 60_000;

export function factsFiller(dependencies: FactsFillerDependencies): Omit<BackgroundOptions, 'logger'> {
  const filler = new FactsFiller(dependencies);
  return { name: 'version facts', step: () => filler.step(), pauseMs: PAUSE_MS, jitter: 0.2 };
}

class FactsFiller {
  readonly #deps: FactsFillerDependencies;
  /** Up to where this round has come: some versions stay incomplete until identity names the makers of keys. */
  #after: string | undefined;

  constructor(deps: FactsFillerDependencies) {
    this.#deps = deps;
  }

  async step(): Promise<Progress> {
    const { reader, changes } = this.#deps;
    const ids = await listIncomplete(reader, this.#after, STEP_SIZE);
    this.#after = ids.at(-1);
    if (ids.length === 0) return 'none';
    await changes.make(systemActor, (change) => this.#fill(change, ids), 'relay');
    return 'more';
  }

  async #fill(change: Change, ids: readonly string[]): Promise<void> {
    const versions = await lockIncomplete(change, ids);
    const unhashed = versions.filter(({ isHashed }) => !isHashed).map(({ id }) => id);
    const hashes: FoundHash[] = [];
    for (const { id, ...program } of await programsOf(change, unhashed)) {
      hashes.push({ id, digest: digestOf(contentHashOf(bodyOf(program))).toString('hex') });
      await setImmediate();
    }
    await storeHashes(change, hashes);
    await storeContributors(change, await this.#contributors(change, versions));
  }

  async #contributors(change: Change, versions: readonly Incomplete[]): Promise<FoundContributors[]> {
    const { access, projection } = this.#deps;
    // Every key would look like a deleted one.
    if (!projection.ready) return [];
    const writers = new Map<PromptId, ReadonlyMap<number, Writers>>();
    const found: FoundContributors[] = [];
    for (const { id, promptId, number, hasContributors } of versions) {
      if (hasContributors) continue;
      const ofPrompt = writers.get(promptId) ?? (await writersByVersion(change, access, promptId));
      writers.set(promptId, ofPrompt);
      const { people = [], goneKeys = [], namelessKeys = [] } = ofPrompt.get(number) ?? {};
      if ([...namelessKeys].length > 0) continue;
      found.push({ id, promptId, people: [...people], keys: [...goneKeys] });
    }
    return found;
  }
}
