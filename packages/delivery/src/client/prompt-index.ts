/** The prompts that a client holds, by slug: what a render looks up. */
import type { DeliveredPrompt } from '../frames/frame.ts';
import { precedes, type Ranked } from '../selection.ts';

/** A prompt and the team that it is in. */
export interface HeldPrompt extends Ranked {
  readonly teamId: string;
  readonly prompt: DeliveredPrompt;
}

export class PromptIndex {
  /** Those of a slug: one, or several with the one that is meant first. */
  readonly #bySlug = new Map<string, HeldPrompt | HeldPrompt[]>();

  /** As a replica tells its edits. */
  edit(teamId: string, before: DeliveredPrompt | undefined, after: DeliveredPrompt | undefined): void {
    if (before !== undefined) this.#remove(teamId, before);
    if (after !== undefined) this.#add(teamId, after);
  }

  /** The prompt that a slug means, in one team or in any. */
  find(slug: string, teamId?: string): HeldPrompt | undefined {
    const held = this.#bySlug.get(slug);
    if (Array.isArray(held))
      return teamId === undefined ? held[0] : held.find((one) => one.teamId === teamId);
    return teamId === undefined || held?.teamId === teamId ? held : undefined;
  }

  /** All of them, in no particular order. */
  *all(): Generator<HeldPrompt, void> {
    for (const held of this.#bySlug.values()) {
      if (Array.isArray(held)) yield* held;
      else yield held;
    }
  }

  #add(teamId: string, prompt: DeliveredPrompt): void {
    const { id, slug, status, created_at } = prompt;
    const held: HeldPrompt = { id, archived: status === 'archived', createdAt: created_at, teamId, prompt };
    const others = this.#bySlug.get(slug);
    if (others === undefined) this.#bySlug.set(slug, held);
    else if (Array.isArray(others)) others.splice(placeOf(held, others), 0, held);
    else this.#bySlug.set(slug, precedes(others, held) ? [others, held] : [held, others]);
  }

  #remove(teamId: string, { id, slug }: DeliveredPrompt): void {
    const held = this.#bySlug.get(slug);
    if (held === undefined) return;
    const isIt = (one: HeldPrompt) => one.id === id && one.teamId === teamId;
    if (!Array.isArray(held)) {
      if (isIt(held)) this.#bySlug.delete(slug);
      return;
    }
    const [only, ...others] = held.filter((one) => !isIt(one));
    if (only === undefined) this.#bySlug.delete(slug);
    else this.#bySlug.set(slug, others.length === 0 ? only : [only, ...others]);
  }
}

/** Where it belongs among others, by halves: thousands of teams may share a slug. */
function placeOf(held: HeldPrompt, others: readonly HeldPrompt[]): number {
  let low = 0;
  let high = others.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const other = others[middle];
    if (other !== undefined && precedes(other, held)) low = middle + 1;
    else high = middle;
  }
  return low;
}
