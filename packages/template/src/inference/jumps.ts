/** Where a block may be left before its end. */
import type { Block, Statement } from '../plan/plan.ts';

export interface Jumps {
  readonly breaks: boolean;
  readonly continues: boolean;
}

const NONE: Jumps = { breaks: false, continues: false };

/** Which jumps leave statements and blocks. Each is looked at once. */
export class JumpTable {
  readonly #known = new WeakMap<Statement | Block, Jumps>();

  of(node: Statement | Block | undefined): Jumps {
    if (node === undefined) return NONE;
    const known = this.#known.get(node);
    if (known !== undefined) return known;
    const jumps = this.#find(node);
    this.#known.set(node, jumps);
    return jumps;
  }

  #find(node: Statement | Block): Jumps {
    if (!('kind' in node)) return any(node.statements.map((statement) => this.of(statement)));
    switch (node.kind) {
      case 'break':
        return { breaks: true, continues: false };
      case 'continue':
        return { breaks: false, continues: true };
      case 'branch':
        return any([this.of(node.body), this.of(node.otherwise)]);
      case 'loop':
        // What is in its body ends in the loop. A `continue` in its else branch goes on with the loop around it.
        return this.of(node.otherwise);
      default:
        return NONE;
    }
  }
}

function any(all: readonly Jumps[]): Jumps {
  return { breaks: all.some(({ breaks }) => breaks), continues: all.some(({ continues }) => continues) };
}
