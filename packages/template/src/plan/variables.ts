/**
 * Which variables a template reads, as far as its text tells. Follows data through fields, `index`, `range`, `with`,
 * variables and template calls; what functions compute is not followed.
 */
import type {
  BranchNode,
  ChainNode,
  CommandNode,
  ListNode,
  Node,
  Operand,
  PipeNode,
  TemplateNode,
} from '../syntax/ast.ts';
import type { Tree } from '../syntax/parser.ts';
import { guardedPaths, isDefaultOfPiped, literalKey } from './guards.ts';
import { elementOf, fieldOf, type Path, ROOT } from './variable-path.ts';

export interface TemplateVariable {
  /**
   * `user.name`; `messages[].role` for a key of a list's elements (or of a map's values, ranged over); a key that is no
   * identifier in brackets: `headers["x-id"]`.
   */
  readonly path: string;
  /** Rendering fails when the key is absent where it is read; its parent is another variable, which may be optional. */
  readonly required: boolean;
  /** What it is used as. */
  readonly shape: 'scalar' | 'list' | 'map';
}

/** Nodes visited at most: templates that call one another can be entered with any number of different data. */
const MAX_VISITS = 50_000;
/** Lists of nodes and pipelines inside one another at most, in all templates that call one another: the stack is finite. */
const MAX_NESTING = 1_000;
/** Characters of paths at most: a key may be as long as the text, and is then in the path of everything below it. */
const MAX_LOOKED_AT = 16 * 1_048_576;
const MAX_KEPT = 1_048_576;
/** Longer paths are cut off. */
const MAX_PATH_LENGTH = 32;

/** What reads the data: units, which all get it, and placeholders, which are lists in it. */
export type Reading =
  | { readonly unit: string }
  | { readonly placeholder: string; readonly required: boolean };

/** The variables of all of these, in their order. */
export function inferVariables(
  readings: readonly Reading[],
  trees: ReadonlyMap<string, Tree>,
): readonly TemplateVariable[] {
  const inference = new Inference(trees);
  for (const reading of readings) {
    if ('unit' in reading) inference.enter(reading.unit, ROOT);
    else inference.list(reading.placeholder, reading.required);
  }
  return inference.variables();
}

interface Found {
  readonly path: Path;
  isRequired: boolean;
  shape: TemplateVariable['shape'];
}

/** Nothing is known of other values. */
type Known = Path | undefined;

class Inference {
  readonly #trees: ReadonlyMap<string, Tree>;
  readonly #found = new Map<string, Found>();
  readonly #entered = new Set<string>();
  readonly #active = new Set<string>();
  /** Paths that are known to exist where we are, how often each was tested. */
  readonly #guards = new Map<string, number>();
  #variables: { readonly name: string; value: Known }[] = [];
  #dot: Known = ROOT;
  #visits = 0;
  #nesting = 0;
  /** Characters of the paths that were looked at, and of those that are kept. */
  #lookedAt = 0;
  #kept = 0;

  constructor(trees: ReadonlyMap<string, Tree>) {
    this.#trees = trees;
  }

  variables(): TemplateVariable[] {
    // An element as such is told by its list.
    return [...this.#found]
      .filter(([, { path, shape }]) => !path.isElement || shape === 'list')
      .map(([path, { isRequired, shape }]) => ({ path, required: isRequired, shape }));
  }

  /** Goes through a template with its data; each template once for each kind of data. */
  enter(name: string, data: Known): void {
    const tree = this.#trees.get(name);
    if (data !== undefined && !this.#looksAt(data)) return;
    const key = JSON.stringify([name, data === undefined ? null : data.text]);
    if (tree === undefined || this.#entered.has(key) || this.#active.has(name)) return;
    this.#entered.add(key);
    this.#active.add(name);
    const { outerDot, outerVariables } = { outerDot: this.#dot, outerVariables: this.#variables };
    this.#dot = data;
    this.#variables = [{ name: '$', value: data }];
    this.#list(tree.root);
    this.#dot = outerDot;
    this.#variables = outerVariables;
    this.#active.delete(name);
  }

  /** A variable that is read as a list, of whose elements nothing is known. */
  list(name: string, isRequired: boolean): void {
    const path = fieldOf(ROOT, name);
    this.#read(path, !isRequired);
    this.#use(path, 'list');
  }

  get #isFull(): boolean {
    return this.#lookedAt > MAX_LOOKED_AT || this.#kept > MAX_KEPT;
  }

  /** False when that is too much. */
  #looksAt({ text }: Path): boolean {
    if (!this.#isFull) this.#lookedAt += text.length;
    return !this.#isFull;
  }

  #list(list: ListNode | undefined): void {
    if (list === undefined || this.#nesting === MAX_NESTING) return;
    this.#nesting += 1;
    for (const node of list.nodes) {
      this.#visits += 1;
      if (this.#visits > MAX_VISITS || this.#isFull) break;
      this.#node(node);
    }
    this.#nesting -= 1;
  }

  #node(node: Node): void {
    switch (node.type) {
      case 'action':
        this.#pipe(node.pipe);
        return;
      case 'if':
      case 'with':
      case 'range': {
        this.#branch(node);
        return;
      }
      case 'template': {
        this.#template(node);
        return;
      }
      default:
    }
  }

  #template(node: TemplateNode): void {
    this.enter(node.name, node.pipe === undefined ? undefined : this.#pipe(node.pipe));
  }

  #branch(node: BranchNode): void {
    const mark = this.#variables.length;
    const outer = this.#dot;
    const value = this.#pipe(node.pipe, node.type === 'range');
    const resolve = (operand: Operand): Known => this.#quietly(operand);
    if (node.type === 'with') this.#dot = value;
    if (node.type === 'range') this.#enterLoop(node.pipe, value);
    this.#guarded(guardedPaths(node.pipe, true, resolve), () => this.#list(node.list));
    this.#variables.length = mark;
    this.#dot = outer;
    this.#guarded(guardedPaths(node.pipe, false, resolve), () => this.#list(node.elseList));
    this.#variables.length = mark;
  }

  #enterLoop(pipe: PipeNode, value: Known): void {
    if (value !== undefined) this.#use(value, 'list');
    this.#dot = value && elementOf(value);
    const names = pipe.declarations.map((variable) => variable.name);
    names.forEach((name, index) => {
      const item = index === names.length - 1 ? this.#dot : undefined;
      if (pipe.isAssignment) this.#forget(name);
      else this.#variables.push({ name, value: item });
    });
  }

  #guarded(paths: readonly Path[], visit: () => void): void {
    const keys = paths.filter((path) => this.#looksAt(path)).map(({ text }) => text);
    for (const key of keys) this.#guards.set(key, (this.#guards.get(key) ?? 0) + 1);
    visit();
    for (const key of keys) this.#guards.set(key, (this.#guards.get(key) ?? 0) - 1);
  }

  /** What the pipeline's value is known to be. `isLoop`: its variables are declared by the loop. */
  #pipe(pipe: PipeNode, isLoop = false): Known {
    let value: Known;
    pipe.commands.forEach((command, index) => {
      const follower = pipe.commands[index + 1];
      value = this.#command(command, follower !== undefined && isDefaultOfPiped(follower));
      if (index > 0) value = undefined;
    });
    if (isLoop) return value;
    for (const { name } of pipe.declarations) {
      if (pipe.isAssignment) this.#forget(name);
      else this.#variables.push({ name, value });
    }
    return value;
  }

  #forget(name: string): void {
    const variable = this.#variables.findLast((candidate) => candidate.name === name);
    if (variable !== undefined) variable.value = undefined;
  }

  #command(command: CommandNode, isOptional: boolean): Known {
    const [first, ...rest] = command.args;
    if (first.type !== 'identifier') {
      for (const operand of rest) this.#operand(operand, false);
      return this.#operand(first, isOptional);
    }
    if (first.name === 'index') return this.#index(rest);
    if (first.name === 'and') return this.#and(rest);
    rest.forEach((operand, position) => {
      const value = this.#operand(operand, first.name === 'default' && position === 1);
      if (first.name === 'join' && position === 1 && value !== undefined) this.#use(value, 'list');
    });
    return undefined;
  }

  /** Each operand is evaluated only when those before it are true. */
  #and(operands: readonly Operand[]): undefined {
    const guards: Path[] = [];
    for (const operand of operands) {
      this.#guarded(guards, () => this.#operand(operand, false));
      if (operand.type !== 'pipe') continue;
      guards.push(...guardedPaths(operand, true, (inner) => this.#quietly(inner)));
    }
    return undefined;
  }

  #index(operands: readonly Operand[]): Known {
    const [collection, ...keys] = operands;
    let value = collection && this.#operand(collection, false);
    keys.forEach((operand, position) => {
      this.#operand(operand, false);
      if (value === undefined) return;
      const key = literalKey(operand);
      if (key === undefined) {
        const isPosition = operand.type === 'number';
        this.#use(value, isPosition ? 'list' : 'map');
        value = isPosition ? elementOf(value) : undefined;
        return;
      }
      this.#use(value, 'map');
      value = fieldOf(value, key);
      // A key that is absent gives nil, in which only a further index fails.
      this.#read(value, position === keys.length - 1);
    });
    return value;
  }

  #operand(operand: Operand, isOptional: boolean): Known {
    switch (operand.type) {
      case 'dot':
        return this.#dot;
      case 'field':
        return this.#fields(this.#dot, operand.path, isOptional);
      case 'variable':
        return this.#fields(this.#lookUp(operand.name), operand.path, isOptional);
      case 'chain':
        return this.#chain(operand, isOptional);
      case 'pipe':
        return this.#inner(operand, isOptional);
      default:
        return undefined;
    }
  }

  /** A pipeline in parentheses. */
  #inner(pipe: PipeNode, isOptional: boolean): Known {
    if (this.#nesting === MAX_NESTING) return undefined;
    this.#nesting += 1;
    const [command] = pipe.commands;
    const isAlone = pipe.commands.length === 1 && pipe.declarations.length === 0;
    const value = isAlone && command !== undefined ? this.#command(command, isOptional) : this.#pipe(pipe);
    this.#nesting -= 1;
    return value;
  }

  #chain(node: ChainNode, isOptional: boolean): Known {
    const base = node.operand.type === 'pipe' ? this.#operand(node.operand, false) : undefined;
    return this.#fields(base, node.path, isOptional);
  }

  #lookUp(name: string): Known {
    return this.#variables.findLast((variable) => variable.name === name)?.value;
  }

  #fields(base: Known, keys: readonly string[], isOptional: boolean): Known {
    let value = base;
    for (const key of keys) {
      if (value === undefined || value.length >= MAX_PATH_LENGTH || this.#isFull) return undefined;
      this.#use(value, 'map');
      value = fieldOf(value, key);
      this.#read(value, isOptional);
    }
    return value;
  }

  /** What an operand refers to, without counting it as read. */
  #quietly(operand: Operand): Known {
    if (operand.type === 'dot') return this.#dot;
    if (operand.type !== 'field' && operand.type !== 'variable') return undefined;
    const base = operand.type === 'field' ? this.#dot : this.#lookUp(operand.name);
    return operand.path
      .slice(0, MAX_PATH_LENGTH)
      .reduce<Known>((value, key) => value && fieldOf(value, key), base);
  }

  #read(path: Path, isOptional: boolean): void {
    const isRequired = !isOptional && (this.#guards.get(path.text) ?? 0) === 0;
    const found = this.#find(path);
    if (found !== undefined) found.isRequired ||= isRequired;
  }

  #use(path: Path, shape: 'list' | 'map'): void {
    if (path.length === 0) return;
    const found = this.#find(path);
    if (found?.shape === 'scalar') found.shape = shape;
  }

  /** Undefined when there is no room for it. */
  #find(path: Path): Found | undefined {
    if (!this.#looksAt(path)) return undefined;
    const known = this.#found.get(path.text);
    if (known !== undefined) return known;
    const found: Found = { path, isRequired: false, shape: 'scalar' };
    this.#kept += path.text.length;
    this.#found.set(path.text, found);
    return found;
  }
}
