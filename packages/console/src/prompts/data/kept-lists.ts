/** What a browser keeps of prompts, as lists that are bounded and hold each prompt once. */

export interface KeptPrompt {
  readonly id: string;
  readonly teamId: string;
}

export interface KeptPrompts {
  /** The last one opened first. */
  readonly recent: readonly KeptPrompt[];
  /** The last one added first. */
  readonly favourites: readonly KeptPrompt[];
}

const MOST_RECENT = 20;
const MOST_FAVOURITES = 100;
const nothing: KeptPrompts = { recent: [], favourites: [] };

/** What a browser has stored; anything but a list of IDs is none. */
export function readKept(text: string | null): KeptPrompts {
  try {
    const kept: unknown = JSON.parse(text ?? 'null');
    if (typeof kept !== 'object' || kept === null) return nothing;
    return { recent: listAt(kept, 'recent'), favourites: listAt(kept, 'favourites') };
  } catch {
    return nothing;
  }
}

export function withVisit(kept: KeptPrompts, prompt: KeptPrompt): KeptPrompts {
  return { ...kept, recent: first(prompt, kept.recent).slice(0, MOST_RECENT) };
}

export function withFavourite(kept: KeptPrompts, prompt: KeptPrompt, isOn: boolean): KeptPrompts {
  const favourites = isOn ? first(prompt, kept.favourites) : without(prompt.id, kept.favourites);
  return { ...kept, favourites: favourites.slice(0, MOST_FAVOURITES) };
}

export function withoutPrompt(kept: KeptPrompts, id: string): KeptPrompts {
  return { recent: without(id, kept.recent), favourites: without(id, kept.favourites) };
}

function first(prompt: KeptPrompt, others: readonly KeptPrompt[]): readonly KeptPrompt[] {
  return [prompt, ...without(prompt.id, others)];
}

function without(id: string, prompts: readonly KeptPrompt[]): readonly KeptPrompt[] {
  return prompts.filter((one) => one.id !== id);
}

function listAt(kept: object, key: keyof KeptPrompts): readonly KeptPrompt[] {
  const list: unknown = Reflect.get(kept, key);
  if (!Array.isArray(list)) return [];
  return list.flatMap((one: unknown) => {
    if (typeof one !== 'object' || one === null || !('id' in one) || !('teamId' in one)) return [];
    const { id, teamId } = one;
    return typeof id === 'string' && typeof teamId === 'string' ? [{ id, teamId }] : [];
  });
}
