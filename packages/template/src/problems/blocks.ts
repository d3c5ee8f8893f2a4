/** Which blocks of a text have no end, and which ends have no block. */
import type { Action } from './actions.ts';

/** An action that ends or divides no block. */
export interface StrayAction extends Action {
  readonly reason: string;
}

export interface BrokenBlocks {
  /** The actions that begin a block without an end, the outermost first. */
  readonly open: readonly Action[];
  readonly stray: readonly StrayAction[];
}

const beginnings: ReadonlySet<string> = new Set(['if', 'with', 'range', 'define', 'block']);

export function brokenBlocks(text: string, actions: readonly Action[]): BrokenBlocks {
  const open: { readonly action: Action; isDivided: boolean }[] = [];
  const stray: StrayAction[] = [];
  for (const action of actions) {
    const written = text.slice(action.start, action.end);
    const keyword = keywordOf(written);
    if (beginnings.has(keyword)) open.push({ action, isDivided: false });
    else if (keyword === 'end') {
      if (open.pop() === undefined) stray.push({ ...action, reason: 'has no block to end' });
    } else if (keyword === 'else') {
      const block = open.at(-1);
      if (block === undefined) stray.push({ ...action, reason: 'is outside of a block' });
      else if (block.isDivided) stray.push({ ...action, reason: 'is the second of its block' });
      else block.isDivided = !/^\{\{-?\s*else\s+(?:if|with)\b/.test(written);
    }
  }
  return { open: open.map(({ action }) => action), stray };
}

/** The word at the beginning of an action; empty if there is none. */
export function keywordOf(action: string): string {
  return /^\{\{(?:-\s)?\s*(?<word>[a-z]+)(?![\p{L}\p{N}_])/u.exec(action)?.groups?.['word'] ?? '';
}
