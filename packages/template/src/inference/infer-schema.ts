/**
 * Infers the schema of the data that a template can render. It is sound: data that renders, with missing keys being errors, is never
 * refused. So it demands only what every render reads: see "Schemas" in the package's README.
 *
 * Follows the plan rather than the tree, because the plan says what a name means, and which keys `default` forgives, exactly as a render
 * has it. `variables.ts` asks something else, which keys a render may miss, and follows guards instead.
 */
import type {
  Block,
  BranchStatement,
  CallExpression,
  Candidates,
  Expression,
  FieldExpression,
  IncludeStatement,
  Local,
  LogicExpression,
  LoopStatement,
  Plan,
  Statement,
  Unit,
} from '../plan/plan.ts';
import type { Reading } from '../plan/variables.ts';
import type { InferredSchema, JsonType } from './inferred-schema.ts';
import { JumpTable } from './jumps.ts';
import { Place } from './place.ts';

/** Statements and expressions visited at most: templates that call one another can be entered with much different data. */
const MAX_VISITS = 100_000;
/** Blocks and expressions inside one another at most, in all templates that call one another: the stack is finite. */
const MAX_NESTING = 1_000;

const OBJECT: readonly JsonType[] = ['object'];
/** `default` forgives a null that has become no value. */
const OBJECT_OR_NIL: readonly JsonType[] = ['object', 'null'];
const TEXT: readonly JsonType[] = ['string'];
const INDEXED_BY_POSITION: readonly JsonType[] = ['array', 'string'];
const ITERABLE: readonly JsonType[] = ['array', 'object', 'null'];
const PLACEHOLDER: readonly JsonType[] = ['array', 'null'];
const MEASURABLE: readonly JsonType[] = ['string', 'array', 'object'];

/** What is demanded of a function's only argument. */
const ARGUMENT_TYPES: ReadonlyMap<string, readonly JsonType[]> = new Map([
  ['len', MEASURABLE],
  ['upper', TEXT],
  ['lower', TEXT],
  ['trim', TEXT],
]);

/** The schema of data for all of these. */
export function inferSchema(plan: Plan, readings: readonly Reading[]): InferredSchema {
  const inference = new Inference(plan);
  for (const reading of readings) {
    if ('unit' in reading) inference.read(reading.unit);
    else inference.list(reading.placeholder, reading.required);
  }
  return inference.schema();
}

/** What runs once for each of the values that are bound in it: a template's call, or the body of a loop. */
interface Frame {
  /** Whether we are where every render comes by, for each of these values. */
  isSure: boolean;
}

/** A value that stands at a place of the data, if there is one. */
interface KnownValue {
  readonly place: Place;
  readonly frame: Frame;
  /** A null there has become no value at all. */
  readonly isSettled?: true;
}

/** Nothing is known of other values. */
type Value = KnownValue | undefined;

/** Of values that are not all looked at. */
const NOWHERE: Frame = { isSure: false };

/** The rest of a template is not followed, as its variables are not known after what was skipped. Its callers do not depend on it. */
class TooMuch extends Error {}

class Inference {
  readonly #units: readonly Unit[];
  readonly #root = Place.root();
  readonly #jumps = new JumpTable();
  readonly #locals = new Map<Local, KnownValue>();
  readonly #active = new Set<Unit>();
  /** For each template the data that it was followed with, and whether that was where every render comes by. */
  readonly #followed = new Map<Unit, Map<Place, boolean>>();
  #frame: Frame = { isSure: true };
  /** Inside operands that evaluation may skip. */
  #isSkippable = false;
  #visits = 0;
  #nesting = 0;

  constructor(plan: Plan) {
    this.#units = plan.units;
  }

  schema(): InferredSchema {
    return this.#root.rootSchema();
  }

  /** Follows a template that gets the data. */
  read(name: string): void {
    const unit = this.#units.find((candidate) => candidate.name === name);
    if (unit !== undefined) this.#follow(unit, { place: this.#root, frame: this.#frame });
  }

  /** A list of messages, which is judged before anything runs. */
  list(name: string, isRequired: boolean): void {
    const list = this.#root.property(name);
    if (isRequired) this.#root.require(name);
    list?.need(PLACEHOLDER);
    const message = list?.items();
    message?.need(OBJECT);
    const role = message?.property('role');
    message?.require('role');
    role?.need(TEXT);
  }

  #isSure(value: KnownValue): boolean {
    return value.frame === this.#frame && this.#frame.isSure;
  }

  #follow(unit: Unit, data: Value): void {
    // A template that calls itself reads the same again, further down.
    if (data === undefined || this.#active.has(unit)) return;
    const frame = { isSure: this.#isSure(data) };
    const followed = this.#followed.get(unit) ?? new Map<Place, boolean>();
    this.#followed.set(unit, followed);
    const before = followed.get(data.place);
    if (before !== undefined && (before || !frame.isSure)) return;
    followed.set(data.place, frame.isSure);
    const value = { ...data, frame };
    this.#set(unit.dot, value);
    this.#set(unit.root, value);
    this.#active.add(unit);
    const [outer, nesting] = [this.#frame, this.#nesting];
    try {
      this.#inside(frame, () => this.#block(unit.body));
    } catch (error) {
      if (!(error instanceof TooMuch)) throw error;
      this.#frame = outer;
      this.#nesting = nesting;
      this.#isSkippable = false;
    }
    this.#active.delete(unit);
  }

  #inside(frame: Frame, visit: () => void): void {
    const outer = this.#frame;
    this.#frame = frame;
    visit();
    this.#frame = outer;
  }

  /** What a render may skip. */
  #unsurely(visit: () => void): void {
    const frame = this.#frame;
    const { isSure } = frame;
    frame.isSure = false;
    visit();
    frame.isSure = isSure;
  }

  #deeper(): void {
    this.#visits += 1;
    this.#nesting += 1;
    if (this.#visits > MAX_VISITS || this.#nesting > MAX_NESTING) throw new TooMuch();
  }

  #block(block: Block | undefined): void {
    if (block === undefined) return;
    this.#deeper();
    for (const statement of block.statements) {
      this.#visits += 1;
      this.#statement(statement);
      const { breaks, continues } = this.#jumps.of(statement);
      if (breaks || continues) this.#frame.isSure = false;
    }
    this.#nesting -= 1;
  }

  #statement(statement: Statement): void {
    switch (statement.kind) {
      case 'print':
      case 'evaluate':
        this.#evaluate(statement.value);
        return;
      case 'branch':
        this.#branch(statement);
        return;
      case 'loop':
        this.#loop(statement);
        return;
      case 'include':
        this.#include(statement);
        return;
      default:
    }
  }

  #branch({ test, dot, body, otherwise }: BranchStatement): void {
    const value = this.#evaluate(test);
    if (dot !== undefined) this.#set(dot, value);
    this.#unsurely(() => {
      this.#block(body);
      this.#block(otherwise);
    });
  }

  #loop({ over, dot, index, item, body, otherwiseLocals, otherwise }: LoopStatement): void {
    const value = this.#evaluate(over);
    const isSure = value !== undefined && this.#isSure(value);
    if (isSure) value.place.need(ITERABLE);
    // Elements behind a break are not looked at.
    const frame = { isSure: isSure && !this.#jumps.of(body).breaks };
    const items = value?.place.items();
    const element = items && { place: items, frame };
    this.#inside(frame, () => {
      this.#set(dot, element);
      this.#setAll(index?.candidates ?? [], undefined);
      this.#setAll(item?.candidates ?? [], element);
      this.#block(body);
    });
    this.#setAll(otherwiseLocals, undefined);
    this.#unsurely(() => this.#block(otherwise));
  }

  #include({ data, target }: IncludeStatement): void {
    const value = data && this.#evaluate(data);
    const unit = target === undefined ? undefined : this.#units[target];
    if (unit !== undefined) this.#follow(unit, value);
  }

  #evaluate(expression: Expression): Value {
    this.#deeper();
    const value = this.#value(expression);
    this.#nesting -= 1;
    return value;
  }

  #value(expression: Expression): Value {
    switch (expression.kind) {
      case 'local':
        return this.#local(expression.candidates);
      case 'field':
        return this.#field(expression);
      case 'call':
        return this.#call(expression);
      case 'logic':
        return this.#logic(expression);
      case 'assign': {
        const value = this.#evaluate(expression.value);
        for (const { candidates } of expression.targets)
          this.#setAll(candidates, this.#isSkippable ? undefined : value);
        return value;
      }
      case 'sequence':
        this.#evaluate(expression.first);
        return this.#evaluate(expression.then);
      case 'settled': {
        const value = this.#evaluate(expression.of);
        return value && { ...value, isSettled: true };
      }
      case 'element':
        return this.#evaluate(expression.of);
      default:
        return undefined;
    }
  }

  #local([local, ...older]: Candidates): Value {
    if (local === undefined || older.length > 0 || local.isReassigned) return undefined;
    return this.#locals.get(local);
  }

  #setAll(locals: readonly Local[], value: Value): void {
    for (const local of locals) this.#set(local, value);
  }

  #set(local: Local, value: Value): void {
    if (value === undefined) this.#locals.delete(local);
    else this.#locals.set(local, value);
  }

  #field({ base, path, isLenient }: FieldExpression): Value {
    let value = this.#evaluate(base);
    let types = isLenient && value?.isSettled ? OBJECT_OR_NIL : OBJECT;
    for (const key of path) {
      if (value === undefined) return undefined;
      const outer: KnownValue = value;
      value = this.#key(outer, key, types);
      if (!isLenient && this.#isSure(outer)) outer.place.require(key);
      types = OBJECT;
    }
    return value;
  }

  /** The value of a key, which values of these types have. */
  #key(value: KnownValue, key: string, types: readonly JsonType[]): Value {
    const { place, frame } = value;
    if (this.#isSure(value)) place.need(types);
    const property = place.property(key);
    return property && { place: property, frame };
  }

  #call({ name, piped, args }: CallExpression): Value {
    // Go evaluates what is piped in first, and passes it last.
    const pipedValue = piped && this.#evaluate(piped.value);
    const values = args.map((argument) => this.#evaluate(argument.value));
    const literals = args.map((argument) => literal(argument.value));
    if (piped !== undefined) {
      values.push(pipedValue);
      literals.push(literal(piped.value));
    }
    const [first, second] = values;
    switch (name) {
      case 'index':
        return this.#index(first, literals.slice(1));
      case 'default':
        if (typeof literals[0] === 'string') second?.place.noteDefault(literals[0]);
        return undefined;
      case 'eq':
        for (const text of literals.slice(1)) if (typeof text === 'string') first?.place.noteExample(text);
        return undefined;
      default: {
        const types = ARGUMENT_TYPES.get(name);
        if (types !== undefined && first !== undefined && this.#isSure(first)) first.place.need(types);
        return undefined;
      }
    }
  }

  #index(collection: Value, keys: readonly unknown[]): Value {
    let value = collection;
    for (const key of keys) {
      if (value === undefined) return undefined;
      if (typeof key === 'string') value = this.#key(value, key, OBJECT);
      else if (typeof key === 'bigint') value = this.#element(value);
      // Only a render tells whether it is a key or a position.
      else return undefined;
    }
    return value;
  }

  /** One element of a list, or a byte of a text: nothing that is read there is read of every element. */
  #element(value: KnownValue): Value {
    if (this.#isSure(value)) value.place.need(INDEXED_BY_POSITION);
    const items = value.place.items();
    return items && { place: items, frame: NOWHERE };
  }

  /** Operands behind the first are evaluated only if the ones before them do not decide. */
  #logic({ piped, args: [first, ...others] }: LogicExpression): undefined {
    if (piped !== undefined) this.#evaluate(piped);
    if (first !== undefined) this.#evaluate(first);
    const isOuterSkippable = this.#isSkippable;
    this.#isSkippable = true;
    this.#unsurely(() => {
      for (const operand of others) this.#evaluate(operand);
    });
    this.#isSkippable = isOuterSkippable;
  }
}

function literal(expression: Expression): unknown {
  return expression.kind === 'constant' ? expression.value : undefined;
}
