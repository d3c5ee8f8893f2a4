/**
 * A template made ready to run: variables resolved to slots, arguments checked as far as the text allows, and for
 * each place that can fail the node that Go would blame. Both backends run this and nothing else, so they cannot differ.
 */
import type { LocatedNode } from '../syntax/ast.ts';
import type { FunctionName } from '../syntax/function-table.ts';
import type { FixedText } from '../values/fixed-text.ts';

/** Where an error is reported. Without a node it is the one that `Run.last` names. */
export interface Site {
  /** The template that is executing. */
  readonly unit: string;
  readonly node: LocatedNode | undefined;
}

/** A variable, or a dot: one slot of a template's frame. */
export class Local {
  readonly slot: number;
  /** Declared where evaluation may not come by: until then the slot holds `UNSET`. */
  readonly isConditional: boolean;
  /** Set to elements of lists and maps, which Go keeps in an interface that some messages name as the type. */
  holdsElements = false;
  /** Set to values of expressions. */
  holdsValues = false;
  /** Set anew somewhere (`$x = …`), so that its declaration does not tell what it holds. */
  isReassigned = false;
  /** Says at run time which of the two it is, for a local that holds both. */
  readonly flagSlot: number;

  constructor(slot: number, flagSlot: number, isConditional: boolean) {
    this.slot = slot;
    this.flagSlot = flagSlot;
    this.isConditional = isConditional;
  }

  get isMixed(): boolean {
    return this.holdsElements && this.holdsValues;
  }
}

/** The locals that a name may mean, newest first: the first one that is set. */
export type Candidates = readonly Local[];

/** Whether a value is an element in an interface: known from the text, or from the local that it came out of. */
export type Origin = 'value' | 'element' | Candidates;

export type Expression =
  | ConstantExpression
  | LocalExpression
  | FieldExpression
  | CallExpression
  | LogicExpression
  | AssignExpression
  | SequenceExpression
  | WrappedExpression
  | FailureExpression;

interface Evaluated {
  /** The node entered last when the expression has been evaluated; nothing when only the run can tell. */
  readonly last: LocatedNode | undefined;
}

export interface ConstantExpression extends Evaluated {
  readonly kind: 'constant';
  readonly value: unknown;
}

export interface LocalExpression extends Evaluated {
  readonly kind: 'local';
  readonly candidates: Candidates;
  readonly name: string;
  readonly site: Site;
}

export interface FieldExpression extends Evaluated {
  readonly kind: 'field';
  readonly base: Expression;
  readonly origin: Origin;
  readonly path: readonly string[];
  readonly site: Site;
  /** A missing key gives nothing instead of an error. */
  readonly isLenient: boolean;
  /** Followed by arguments, which no field takes. */
  readonly hasArguments: boolean;
}

export interface Argument {
  readonly value: Expression;
  readonly type: 'any' | 'string' | 'int';
  readonly site: Site;
}

export interface CallExpression extends Evaluated {
  readonly kind: 'call';
  readonly name: Exclude<FunctionName, 'and' | 'or'>;
  /** Evaluated before the others, though it is passed as the last one. */
  readonly piped: Argument | undefined;
  readonly args: readonly Argument[];
  readonly site: Site;
}

export interface LogicExpression extends Evaluated {
  readonly kind: 'logic';
  readonly name: 'and' | 'or';
  readonly piped: Expression | undefined;
  readonly args: readonly Expression[];
  /** Declared inside, to be unset before. */
  readonly conditional: readonly Local[];
}

export interface AssignExpression extends Evaluated {
  readonly kind: 'assign';
  readonly value: Expression;
  readonly targets: readonly Target[];
}

/** A local to set. */
export interface Target {
  /** There is one candidate, and it is set whether or not it has been before. */
  readonly isDeclared: boolean;
  readonly candidates: Candidates;
  readonly name: string;
  readonly site: Site;
}

export interface SequenceExpression extends Evaluated {
  readonly kind: 'sequence';
  readonly first: Expression;
  readonly then: Expression;
}

/** `settled`: nil in an interface becomes no value. `element`: an element that is no integer becomes nil. */
export interface WrappedExpression extends Evaluated {
  readonly kind: 'settled' | 'element';
  readonly of: Expression;
  readonly origin: Origin;
}

export interface FailureExpression extends Evaluated {
  readonly kind: 'failure';
  readonly message: string;
  readonly site: Site;
}

export type Statement =
  | TextStatement
  | { readonly kind: 'print'; readonly value: Expression; readonly site: Site }
  | { readonly kind: 'evaluate'; readonly value: Expression }
  | BranchStatement
  | LoopStatement
  | IncludeStatement
  | { readonly kind: 'break' | 'continue' };

export interface TextStatement {
  readonly kind: 'text';
  readonly text: string;
  /** The text once more, where it is long. */
  readonly fixed?: FixedText | undefined;
}

export interface BranchStatement {
  readonly kind: 'branch';
  readonly test: Expression;
  /** Takes the value of the test, in a `with`. */
  readonly dot: Local | undefined;
  readonly body: Block;
  readonly otherwise: Block | undefined;
}

export interface LoopStatement {
  readonly kind: 'loop';
  readonly over: Expression;
  readonly site: Site;
  readonly dot: Local;
  readonly index: Target | undefined;
  readonly item: Target | undefined;
  readonly body: Block;
  /** These hold the value that was ranged over, in the else branch. */
  readonly otherwiseLocals: readonly Local[];
  readonly otherwise: Block | undefined;
}

export interface IncludeStatement {
  readonly kind: 'include';
  /** The unit's number; nothing when no template has the name. */
  readonly target: number | undefined;
  readonly name: string;
  readonly data: Expression | undefined;
  readonly site: Site;
}

export interface Block {
  readonly statements: readonly Statement[];
  /** What one pass costs of the budget of steps. */
  readonly cost: number;
  readonly site: Site;
}

/** One template: the main one or a defined one. */
export interface Unit {
  readonly name: string;
  /** Holds the data at the start; `$` is another local with the same value. */
  readonly dot: Local;
  readonly root: Local;
  readonly slots: number;
  readonly body: Block;
}

export interface Plan {
  /** The main template is the first. */
  readonly units: readonly [Unit, ...Unit[]];
  /** The template itself contains bytes that are not UTF-8. */
  readonly hasStrayBytes: boolean;
  /** It contains texts that are long. */
  readonly hasFixedTexts: boolean;
}

/** What a conditional local holds before its declaration is evaluated. */
export const UNSET: unique symbol = Symbol('unset');
