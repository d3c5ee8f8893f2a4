/**
 * The fast backend: a plan as one JavaScript function for each template, so that the engine's own optimiser sees plain
 * property loads and string additions. Meaning lives in `operations.ts` and `functions.ts`, as for the other backend.
 */

import {
  type Block,
  type BranchStatement,
  type IncludeStatement,
  type LoopStatement,
  type Plan,
  type Statement,
  type TextStatement,
  UNSET,
  type Unit,
} from '../plan/plan.ts';
import { quote } from '../values/quote.ts';
import { isTrue } from '../values/values.ts';
import type { Renderers } from './closures.ts';
import { CodeWriter, literal } from './code-writer.ts';
import { equals } from './comparison.ts';
import { ExpressionWriter } from './generate-expression.ts';
import {
  checkArgument,
  elementIndex,
  field,
  fieldWithArguments,
  iterate,
  own,
  show,
  startsWithHalf,
} from './operations.ts';

const OPERATIONS = {
  checkArgument,
  elementIndex,
  equals,
  field,
  fieldWithArguments,
  isTrue,
  iterate,
  own,
  show,
  startsWithHalf,
  UNSET,
};

/** @throws CodeTooLarge, also when blocks stand inside one another more than `maxNesting` deep */
export function generateRenderer(plan: Plan, maxNesting = Number.POSITIVE_INFINITY): Renderers {
  const table: unknown[] = [];
  const numbers = new Map<unknown, number>();
  const functions = plan.units.map((unit, index) =>
    new UnitWriter(unit, index, new CodeWriter(table, numbers, maxNesting)).write(),
  );
  const code = [
    '"use strict";',
    `const { ${Object.keys(OPERATIONS).join(', ')} } = R;`,
    ...functions,
    `return [${functions.map((_code, index) => `u${index}`).join(', ')}];`,
  ].join('\n');
  return new Function('R', 'K', code)(OPERATIONS, table);
}

class UnitWriter {
  readonly #unit: Unit;
  readonly #index: number;
  readonly #writer: CodeWriter;
  readonly #expressions: ExpressionWriter;
  readonly #slots = new Set<string>();
  #loops = 0;
  /** What a `break` leaves: the innermost JavaScript loop, or the labelled `else` of a loop. */
  #breakTarget = '';

  constructor(unit: Unit, index: number, writer: CodeWriter) {
    this.#unit = unit;
    this.#index = index;
    this.#writer = writer;
    this.#expressions = new ExpressionWriter(this.#writer, this.#slots);
  }

  write(): string {
    const { dot, root } = this.#unit;
    this.#block(this.#unit.body);
    const slots = [...this.#slots].filter((slot) => slot !== `s${dot.slot}` && slot !== `s${root.slot}`);
    return [
      `function u${this.#index}(run, s${dot.slot}, out) {`,
      `let s${root.slot} = s${dot.slot};`,
      slots.length === 0 ? '' : `let ${slots.join(', ')};`,
      this.#writer.code,
      'return out;',
      '}',
    ].join('\n');
  }

  #block(block: Block): void {
    const writer = this.#writer;
    const site = writer.reference(block.site);
    writer.line(`if ((run.steps -= ${block.cost}) < 0) run.nextSlice(${site});`);
    writer.block(() => {
      block.statements.forEach((statement, index) => {
        this.#statement(statement, block.statements[index - 1]?.kind === 'text');
      });
    });
    const ending = block.statements.at(-1)?.kind;
    // What is printed last has just been checked.
    if (ending !== 'break' && ending !== 'continue' && ending !== 'print') this.#checkOutput(site);
  }

  #checkOutput(site: string): void {
    this.#writer.line(`if (out.length > run.units) run.grow(out, ${site});`);
  }

  #statement(statement: Statement, isAfterText: boolean): void {
    switch (statement.kind) {
      case 'text': {
        this.#text(statement);
        return;
      }
      case 'print': {
        const value = this.#expressions.evaluate(statement.value);
        const site = this.#writer.reference(statement.site);
        const text = this.#writer.temporary(
          `typeof ${value} === "string" ? ${value} : show(run, ${value}, ${site})`,
        );
        if (!isAfterText)
          this.#writer.line(`if (${text}.length !== 0 && startsWithHalf(${text})) run.isSuspect = true;`);
        this.#writer.line(`out += ${text};`);
        this.#checkOutput(site);
        return;
      }
      case 'evaluate':
        this.#expressions.evaluate(statement.value);
        return;
      case 'branch': {
        this.#branch(statement);
        return;
      }
      case 'loop': {
        this.#loop(statement);
        return;
      }
      case 'include': {
        this.#include(statement);
        return;
      }
      case 'break': {
        this.#writer.line(`break${this.#breakTarget};`);
        return;
      }
      default: {
        this.#writer.line('continue;');
        return;
      }
    }
  }

  #text({ text, fixed }: TextStatement): void {
    if (fixed === undefined) this.#writer.line(`out += ${literal(text)};`);
    else {
      const reference = this.#writer.reference(fixed);
      this.#writer.line(
        `out = run.pieces === undefined ? out + ${reference}.text : run.cut(out, ${reference});`,
      );
    }
  }

  #branch(statement: BranchStatement): void {
    const writer = this.#writer;
    writer.line('{');
    const value = this.#expressions.evaluate(statement.test);
    writer.line(`if (${this.#expressions.truth(statement.test, value)}) {`);
    if (statement.dot !== undefined) writer.line(`${this.#slot(statement.dot.slot)} = ${value};`);
    this.#block(statement.body);
    if (statement.otherwise !== undefined) {
      writer.line('} else {');
      this.#block(statement.otherwise);
    }
    writer.line('}}');
  }

  #loop(statement: LoopStatement): void {
    const writer = this.#writer;
    this.#loops += 1;
    const n = this.#loops;
    const { dot, index, item, otherwise, otherwiseLocals } = statement;
    const dotSlot = this.#slot(dot.slot);
    writer.line('{');
    const over = this.#expressions.evaluate(statement.over);
    const site = writer.reference(statement.site);
    writer.line(`let items${n} = ${over}, keys${n}, integer${n}, count${n};`);
    writer.line(`if (Array.isArray(items${n})) count${n} = items${n}.length;`);
    writer.line(
      `else ({ items: items${n}, keys: keys${n}, integer: integer${n}, count: count${n} } = iterate(run, ${over}, ${index !== undefined}, ${site}));`,
    );
    writer.line(`for (let i${n} = 0; i${n} < count${n}; i${n}++) {`);
    writer.line(`${dotSlot} = integer${n} === undefined ? items${n}[i${n}] : integer${n}(i${n});`);
    if (index !== undefined) {
      this.#expressions.assign(index, `keys${n} === undefined ? BigInt(i${n}) : keys${n}[i${n}]`, false);
    }
    if (item !== undefined) this.#expressions.assign(item, dotSlot, true);
    this.#loopBlock(statement.body, '');
    writer.line('}');
    if (otherwise !== undefined) {
      // As Go: a break in it ends this loop, though it is written for the one around it; a continue goes on with the one around it.
      writer.line(`else${n}: if (count${n} === 0) {`);
      for (const local of otherwiseLocals) writer.line(`${this.#slot(local.slot)} = ${over} ?? undefined;`);
      this.#loopBlock(otherwise, ` else${n}`);
      writer.line('}');
    }
    writer.line('}');
  }

  #loopBlock(block: Block, breakTarget: string): void {
    const outer = this.#breakTarget;
    this.#breakTarget = breakTarget;
    this.#block(block);
    this.#breakTarget = outer;
  }

  #include(statement: IncludeStatement): void {
    const writer = this.#writer;
    const site = writer.reference(statement.site);
    if (statement.target === undefined) {
      writer.line(`run.fail(${site}, ${literal(`template ${quote(statement.name)} not defined`)});`);
      return;
    }
    writer.line(`if (run.depth >= run.limits.maxDepth) run.failDepth(${site});`);
    const data = statement.data === undefined ? 'undefined' : this.#expressions.evaluate(statement.data);
    writer.line('run.depth += 1;');
    writer.line(`out = u${statement.target}(run, ${data}, out);`);
    writer.line('run.depth -= 1;');
  }

  #slot(slot: number): string {
    const name = `s${slot}`;
    this.#slots.add(name);
    return name;
  }
}
