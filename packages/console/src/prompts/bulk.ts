/** The same change for many prompts: one request for each, a few at a time. One that fails keeps none of the others from it. */

export interface BulkFailure<Item> {
  readonly item: Item;
  readonly error: unknown;
}

export interface BulkResult<Item> {
  readonly done: readonly Item[];
  readonly failed: readonly BulkFailure<Item>[];
}

export interface BulkOptions {
  readonly onProgress?: (finished: number) => void;
  /** How long to wait before the next try of what may pass, such as too many requests. */
  readonly pause?: (tries: number) => Promise<void>;
}

const AT_ONCE = 4;
const MOST_TRIES = 5;

export async function forEachPrompt<Item>(
  items: readonly Item[],
  act: (item: Item) => Promise<unknown>,
  { onProgress, pause = pauseFor }: BulkOptions = {},
): Promise<BulkResult<Item>> {
  const outcomes = new Map<Item, { readonly error: unknown } | undefined>();
  const waiting = items.values();
  const worker = async (): Promise<void> => {
    for (const item of waiting) {
      outcomes.set(item, await outcomeOf(() => act(item), pause));
      onProgress?.(outcomes.size);
    }
  };
  await Promise.all(Array.from({ length: AT_ONCE }, worker));
  // In the order of the items, whichever was done first.
  return {
    done: items.filter((item) => outcomes.get(item) === undefined),
    failed: items.flatMap((item) => {
      const outcome = outcomes.get(item);
      return outcome === undefined ? [] : [{ item, error: outcome.error }];
    }),
  };
}

async function outcomeOf(
  act: () => Promise<unknown>,
  pause: (tries: number) => Promise<void>,
): Promise<{ readonly error: unknown } | undefined> {
  for (let tries = 1; ; tries++) {
    try {
      await act();
      return undefined;
    } catch (error) {
      if (tries >= MOST_TRIES || !isTooMuch(error)) return { error };
      await pause(tries);
    }
  }
}

/** A refusal because of the pace: nothing was done, so that it may be sent again. */
function isTooMuch(error: unknown): boolean {
  return error instanceof Error && 'status' in error && error.status === 429;
}

function pauseFor(tries: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, 500 * 2 ** tries));
}

/** `1 prompt`, `12 prompts`. */
export function promptCount(count: number): string {
  return count === 1 ? '1 prompt' : `${count.toLocaleString('en')} prompts`;
}

/** Slugs for one request each: a URL has a limit, and slugs may be long. */
export function slugGroups(slugs: readonly string[], longest = 6_000): readonly string[] {
  const groups: string[] = [];
  for (const slug of slugs) {
    const last = groups.at(-1);
    if (last !== undefined && last.length + 1 + slug.length <= longest)
      groups.splice(-1, 1, `${last},${slug}`);
    else groups.push(slug);
  }
  return groups;
}
