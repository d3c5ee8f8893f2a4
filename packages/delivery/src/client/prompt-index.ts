/** The prompts that a client holds, by slug: what a render looks up. */
import type { DeliveredPrompt } from '../frames/frame.ts';
import { precedes, type Ranked } from '../selection.ts';

/** A prompt and the team that it is in. */
export interface HeldPrompt extends Ranked {
  readonly teamId: string;
  readonly prompt: DeliveredPrompt;
}

export class PromptIndex {
  /** Those of a slug, the one that is meant first. */
  readonly #bySlug = new Map<string, HeldPrompt[]>();

  /** As a replica tells its edits. */
  edit(teamId: string, before: DeliveredPrompt | undefined, after: DeliveredPrompt | undefined): void {
    if (before !== undefined) this.#remove(teamId, before);
    if (after !== undefined) this.#add(teamId, after);
  }

  /** The prompt that a slug means, in one team or in any. */
  find(slug: string, teamId?: string): HeldPrompt | undefined {
    const held = this.#bySlug.get(slug);
    return teamId === undefined ? held?.[0] : held?.find((one) => one.teamId === teamId);
  }

  /** All of them, in no particular order. */
  *all(): Generator<HeldPrompt, void> {
    for (const held of this.#bySlug.values()) yield* held;
  }

  #add(teamId: string, prompt: DeliveredPrompt): void {
    const { id, slug, status, created_at } = prompt;
    const held: HeldPrompt = { id, archived: status === 'archived', createdAt: created_at, teamId, prompt };
    const others = this.#bySlug.get(slug);
    if (others === undefined) this.#bySlug.set(slug, [held]);
    else others.splice(placeOf(held, others), 0, held);
  }

  #remove(teamId: string, { id, slug }: DeliveredPrompt): void {
    const held = this.#bySlug.get(slug) ?? [];
    const index = held.findIndex((one) => one.id === id && one.teamId === teamId);
    if (index !== -1) held.splice(index, 1);
    if (held.length === 0) this.#bySlug.delete(slug);
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
