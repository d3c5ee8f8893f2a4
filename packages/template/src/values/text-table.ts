/**
 * A map from long texts. The runtime's own hashes every long text of one length alike, and so compares a text with all others of its length,
 * perhaps up to their ends. Here no text is compared with more than one other.
 */

interface Leaf<Value> {
  readonly text: string;
  readonly value: Value;
}

/** Texts of one length that are told apart by the unit at one place. */
interface Fork<Value> {
  readonly at: number;
  readonly branches: Map<number, Fork<Value> | Leaf<Value>>;
}

type Tree<Value> = Fork<Value> | Leaf<Value>;

export class TextTable<Value> {
  readonly #byLength = new Map<number, Tree<Value>>();
  #size = 0;

  get size(): number {
    return this.#size;
  }

  get(text: string): Value | undefined {
    let tree = this.#byLength.get(text.length);
    while (tree !== undefined && 'branches' in tree) tree = tree.branches.get(text.charCodeAt(tree.at));
    // Takes no time when it is the very same text.
    return tree !== undefined && tree.text === text ? tree.value : undefined;
  }

  /** The text must not be there yet. */
  add(text: string, value: Value): void {
    this.#size += 1;
    const leaf: Leaf<Value> = { text, value };
    let level: Map<number, Tree<Value>> = this.#byLength;
    let key = text.length;
    for (let tree = level.get(key); tree !== undefined; tree = level.get(key)) {
      if ('text' in tree) {
        const at = firstDifference(tree.text, text);
        const branches = new Map<number, Tree<Value>>([[tree.text.charCodeAt(at), tree]]);
        level.set(key, { at, branches });
        level = branches;
        key = text.charCodeAt(at);
        break;
      }
      level = tree.branches;
      key = text.charCodeAt(tree.at);
    }
    level.set(key, leaf);
  }

  clear(): void {
    this.#byLength.clear();
    this.#size = 0;
  }
}

function firstDifference(a: string, b: string): number {
  let at = 0;
  while (a.charCodeAt(at) === b.charCodeAt(at)) at += 1;
  return at;
}
