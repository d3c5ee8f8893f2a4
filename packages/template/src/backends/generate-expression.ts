/** Expressions as generated code: each becomes statements before its use, and the name or literal of its value. */

import type {
  Argument,
  CallExpression,
  Candidates,
  Expression,
  FieldExpression,
  LogicExpression,
  Origin,
  Site,
  Target,
} from '../plan/plan.ts';
import { byteLength } from '../values/go-string.ts';
import { type CodeWriter, literal } from './code-writer.ts';
import { FREE_COMPARISON_BYTES } from './comparison.ts';
import { FUNCTIONS } from './functions.ts';

/** Calls that give a boolean, which needs no test of truth. */
const BOOLEAN_FUNCTIONS: ReadonlySet<string> = new Set(['not', 'eq', 'ne', 'lt', 'le', 'gt', 'ge']);

export class ExpressionWriter {
  readonly #writer: CodeWriter;
  readonly #slots: Set<string>;

  constructor(writer: CodeWriter, slots: Set<string>) {
    this.#writer = writer;
    this.#slots = slots;
  }

  evaluate(expression: Expression): string {
    const writer = this.#writer;
    switch (expression.kind) {
      case 'constant':
        return this.#constant(expression.value);
      case 'local':
        return this.#local(expression.candidates, expression.name, expression.site);
      case 'field':
        return this.#field(expression);
      case 'call':
        return this.#call(expression);
      case 'logic':
        return this.#logic(expression);
      case 'assign': {
        const value = writer.temporary(this.evaluate(expression.value));
        for (const target of expression.targets) this.assign(target, value, false);
        return value;
      }
      case 'sequence':
        this.evaluate(expression.first);
        return this.evaluate(expression.then);
      case 'settled':
        return writer.temporary(`${this.evaluate(expression.of)} ?? undefined`);
      case 'element': {
        const value = this.evaluate(expression.of);
        return writer.temporary(`elementIndex(${value}, ${this.#isElement(expression.origin)})`);
      }
      default:
        writer.line(`run.fail(${writer.reference(expression.site)}, ${literal(expression.message)});`);
        return 'undefined';
    }
  }

  /** The condition under which a value counts as true. */
  truth(expression: Expression, value: string): string {
    if (expression.kind === 'call' && BOOLEAN_FUNCTIONS.has(expression.name)) return value;
    return `typeof ${value} === "boolean" ? ${value} : typeof ${value} === "string" ? ${value} !== "" : isTrue(${value})`;
  }

  assign(target: Target, value: string, isElement: boolean): void {
    const writer = this.#writer;
    const { isDeclared, candidates, name, site } = target;
    const [only, ...older] = candidates;
    if (only !== undefined && older.length === 0 && (isDeclared || !only.isConditional)) {
      this.#set(only.slot, only.isMixed ? only.flagSlot : undefined, value, isElement);
      return;
    }
    const held = writer.temporary(value);
    for (const local of candidates) {
      writer.line(`if (${this.#slot(local.slot)} !== UNSET) {`);
      this.#set(local.slot, local.isMixed ? local.flagSlot : undefined, held, isElement);
      writer.line('} else');
    }
    writer.line(`run.fail(${writer.reference(site)}, ${literal(`undefined variable: ${name}`)});`);
  }

  #set(slot: number, flagSlot: number | undefined, value: string, isElement: boolean): void {
    this.#writer.line(`${this.#slot(slot)} = ${value};`);
    if (flagSlot !== undefined) this.#writer.line(`${this.#slot(flagSlot)} = ${isElement};`);
  }

  #constant(value: unknown): string {
    switch (typeof value) {
      case 'undefined':
      case 'boolean':
        return String(value);
      case 'string':
        return literal(value);
      case 'bigint':
        return `(${value}n)`;
      case 'number':
        return Object.is(value, -0) ? '(-0)' : `(${value})`;
      default:
        return this.#writer.reference(value);
    }
  }

  #local(candidates: Candidates, name: string, site: Site): string {
    const [only, ...older] = candidates;
    // A copy, since a later part of the expression may assign the variable.
    if (only !== undefined && older.length === 0 && !only.isConditional) {
      const slot = this.#slot(only.slot);
      return name === '.' ? slot : this.#writer.temporary(slot);
    }
    const writer = this.#writer;
    const value = writer.temporary('undefined');
    for (const local of candidates) {
      const slot = this.#slot(local.slot);
      writer.line(`if (${slot} !== UNSET) ${value} = ${slot}; else`);
    }
    writer.line(`run.fail(${writer.reference(site)}, ${literal(`undefined variable: ${name}`)});`);
    return value;
  }

  /** Evaluated only where a look-up has failed. */
  #isElement(origin: Origin): string {
    if (typeof origin === 'string') return String(origin === 'element');
    return origin.reduceRight((rest, local) => {
      const answer = local.isMixed ? `${this.#slot(local.flagSlot)} === true` : String(local.holdsElements);
      return local.isConditional
        ? `(${this.#slot(local.slot)} !== UNSET ? ${answer} : ${rest})`
        : `(${answer})`;
    }, 'false');
  }

  #field(expression: FieldExpression): string {
    const writer = this.#writer;
    const { path, isLenient, hasArguments } = expression;
    const site = writer.reference(expression.site);
    let value = this.evaluate(expression.base);
    path.forEach((key, index) => {
      const name = literal(key);
      const isElement = index > 0 ? 'true' : this.#isElement(expression.origin);
      if (hasArguments && index === path.length - 1) {
        value = writer.temporary(`fieldWithArguments(run, ${value}, ${name}, ${isElement}, ${site})`);
        return;
      }
      const found = writer.temporary(isInheritable(key) ? `own(${value}, ${name})` : `${value}?.[${name}]`);
      writer.line(
        `if (${found} === undefined) ${found} = field(run, ${value}, ${name}, ${isElement}, ${isLenient}, ${site});`,
      );
      value = found;
    });
    return value;
  }

  #call(expression: CallExpression): string {
    const writer = this.#writer;
    const { name, piped } = expression;
    const last = piped === undefined ? undefined : this.evaluate(piped.value);
    const values = expression.args.map((argument) => {
      const value = this.evaluate(argument.value);
      this.#check(argument, value);
      return value;
    });
    if (piped !== undefined && last !== undefined) {
      this.#check(piped, last);
      values.push(last);
    }
    const site = writer.reference(expression.site);
    if (name === 'eq' || name === 'ne') {
      const [a, b, ...others] = values;
      if (a !== undefined && b !== undefined && others.length === 0) {
        const equal = `${plainEquality(a, b)}equals(run, ${site}, "${name}", ${a}, ${b})`;
        return writer.temporary(name === 'eq' ? equal : `!(${equal})`);
      }
    }
    const call = writer.reference(FUNCTIONS[name]);
    return writer.temporary(`${call}(run, ${site}, [${values.join(', ')}])`);
  }

  #check({ type, site }: Argument, value: string): void {
    if (type === 'any') return;
    const javaScriptType = type === 'int' ? 'bigint' : 'string';
    const reference = this.#writer.reference(site);
    this.#writer.line(
      `if (typeof ${value} !== "${javaScriptType}") checkArgument(run, ${value}, "${type}", ${reference});`,
    );
  }

  #logic(expression: LogicExpression): string {
    const writer = this.#writer;
    const { args, conditional } = expression;
    const piped =
      expression.piped === undefined ? undefined : writer.temporary(this.evaluate(expression.piped));
    for (const local of conditional) writer.line(`${this.#slot(local.slot)} = UNSET;`);
    const result = writer.temporary('undefined');
    // A labelled block, not nested ones: any number of arguments must be possible.
    const label = `l${result}`;
    writer.line(`${label}: {`);
    args.forEach((argument, index) => {
      writer.line(`${result} = ${this.evaluate(argument)};`);
      if (argument.last !== undefined && expression.last === undefined) {
        writer.line(`run.last = ${writer.reference(argument.last)};`);
      }
      if (index === args.length - 1 && piped === undefined) return;
      const isTrue = this.truth(argument, result);
      writer.line(
        expression.name === 'or' ? `if (${isTrue}) break ${label};` : `if (!(${isTrue})) break ${label};`,
      );
    });
    if (piped !== undefined) writer.line(`${result} = ${piped};`);
    writer.line('}');
    return result;
  }

  #slot(slot: number): string {
    const name = `s${slot}`;
    this.#slots.add(name);
    return name;
  }
}

/**
 * Two texts are equal when they are the same; a literal without U+FFFD equals nothing else. A longer literal is
 * compared by `equals`, as that may cost steps.
 */
function plainEquality(a: string, b: string): string {
  const constant = [a, b].find((operand) => operand.startsWith('"'));
  if (constant === undefined || constant.includes('\\ufffd')) return '';
  if (byteLength(JSON.parse(constant)) > FREE_COMPARISON_BYTES) return '';
  const other = constant === a ? b : a;
  return `typeof ${other} === "string" ? ${a} === ${b} : `;
}

/** Whether a plain property load could find something that is no own value of JSON. */
function isInheritable(key: string): boolean {
  return (
    key in Object.prototype ||
    key in Array.prototype ||
    key in String.prototype ||
    key in Number.prototype ||
    key in Boolean.prototype ||
    key in BigInt.prototype
  );
}
