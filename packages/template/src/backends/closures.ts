/**
 * The backend that works everywhere: a plan as functions that call one another. For places where code may not be
 * generated, and for templates so large that generating it would not pay.
 */

import {
  type Argument,
  type Block,
  type BranchStatement,
  type CallExpression,
  type Candidates,
  type Expression,
  type FieldExpression,
  type IncludeStatement,
  type LogicExpression,
  type LoopStatement,
  type Origin,
  type Plan,
  type Site,
  type Statement,
  type Target,
  UNSET,
  type Unit,
} from '../plan/plan.ts';
import { quote } from '../values/quote.ts';
import { isTrue } from '../values/values.ts';
import { FUNCTIONS } from './functions.ts';
import {
  checkArgument,
  elementIndex,
  field,
  fieldWithArguments,
  iterate,
  show,
  startsWithHalf,
} from './operations.ts';
import type { Run } from './run.ts';

/** Renders a unit with its data, behind what its caller has printed. */
type UnitRenderer = (run: Run, data: unknown, output: string) => string;

/** What renders each unit of a plan; the main template is the first. */
export type Renderers = readonly [UnitRenderer, ...UnitRenderer[]];

/** What has been printed, and the slots of the locals. */
interface Frame {
  output: string;
  readonly slots: unknown[];
}

type Evaluate = (run: Run, frame: Frame) => unknown;
type Signal = 'break' | 'continue' | undefined;
type Execute = (run: Run, frame: Frame) => Signal;

export function compileClosures(plan: Plan): Renderers {
  const bodies: Execute[] = [];
  for (const unit of plan.units) bodies.push(compileBlock(unit.body, plan.units, bodies));
  const renderer = (unit: Unit, number: number): UnitRenderer => {
    const body = bodies[number];
    return (run, data, output) => {
      const frame = newFrame(unit, data, output);
      body?.(run, frame);
      return frame.output;
    };
  };
  const [main, ...others] = plan.units;
  return [renderer(main, 0), ...others.map((unit, index) => renderer(unit, index + 1))];
}

function newFrame(unit: Unit, data: unknown, output: string): Frame {
  const slots: unknown[] = new Array(unit.slots).fill(undefined);
  slots[unit.dot.slot] = data;
  slots[unit.root.slot] = data;
  return { output, slots };
}

function compileBlock(block: Block, units: readonly Unit[], bodies: readonly Execute[]): Execute {
  const steps = block.statements.map((statement, index) =>
    compileStatement(statement, block.statements[index - 1]?.kind === 'text', units, bodies),
  );
  const { cost, site } = block;
  return (run, frame) => {
    run.steps -= cost;
    if (run.steps < 0) run.nextSlice(site);
    for (const step of steps) {
      const signal = step(run, frame);
      if (signal !== undefined) return signal;
    }
    if (frame.output.length > run.units) run.grow(frame.output, site);
    return undefined;
  };
}

function compileStatement(
  statement: Statement,
  isAfterText: boolean,
  units: readonly Unit[],
  bodies: readonly Execute[],
): Execute {
  switch (statement.kind) {
    case 'text': {
      const { text, fixed } = statement;
      return (run, frame) => {
        if (fixed === undefined || run.pieces === undefined) frame.output += text;
        else frame.output = run.cut(frame.output, fixed);
        return undefined;
      };
    }
    case 'print':
      return compilePrint(compileExpression(statement.value), statement.site, isAfterText);
    case 'evaluate': {
      const value = compileExpression(statement.value);
      return (run, frame) => {
        value(run, frame);
        return undefined;
      };
    }
    case 'branch':
      return compileBranch(statement, units, bodies);
    case 'loop':
      return compileLoop(statement, units, bodies);
    case 'include':
      return compileInclude(statement, units, bodies);
    default: {
      const { kind } = statement;
      return () => kind;
    }
  }
}

function compilePrint(value: Evaluate, site: Site, isAfterText: boolean): Execute {
  return (run, frame) => {
    const text = show(run, value(run, frame), site);
    if (!isAfterText && startsWithHalf(text)) run.isSuspect = true;
    frame.output += text;
    if (frame.output.length > run.units) run.grow(frame.output, site);
    return undefined;
  };
}

function compileBranch(
  statement: BranchStatement,
  units: readonly Unit[],
  bodies: readonly Execute[],
): Execute {
  const test = compileExpression(statement.test);
  const body = compileBlock(statement.body, units, bodies);
  const otherwise = statement.otherwise && compileBlock(statement.otherwise, units, bodies);
  const slot = statement.dot?.slot;
  return (run, frame) => {
    const value = test(run, frame);
    if (!isTrue(value)) return otherwise?.(run, frame);
    if (slot !== undefined) frame.slots[slot] = value;
    return body(run, frame);
  };
}

function compileLoop(statement: LoopStatement, units: readonly Unit[], bodies: readonly Execute[]): Execute {
  const { site, dot, otherwiseLocals } = statement;
  const over = compileExpression(statement.over);
  const body = compileBlock(statement.body, units, bodies);
  const otherwise = statement.otherwise && compileBlock(statement.otherwise, units, bodies);
  const setIndex = statement.index && compileTarget(statement.index, false);
  const setItem = statement.item && compileTarget(statement.item, true);
  return (run, frame) => {
    const value = over(run, frame);
    const { count, items, keys, integer } = iterate(run, value, setIndex !== undefined, site);
    if (count === 0) {
      for (const local of otherwiseLocals) frame.slots[local.slot] = value ?? undefined;
      // As Go: a break here ends this loop, though it is written for the one around it; a continue goes on with the one around it.
      const signal = otherwise?.(run, frame);
      return signal === 'break' ? undefined : signal;
    }
    for (let i = 0; i < count; i++) {
      const item = integer === undefined ? (items[i] ?? null) : integer(i);
      frame.slots[dot.slot] = item;
      setIndex?.(run, frame, keys === undefined ? BigInt(i) : keys[i]);
      setItem?.(run, frame, item);
      if (body(run, frame) === 'break') break;
    }
    return undefined;
  };
}

function compileInclude(
  statement: IncludeStatement,
  units: readonly Unit[],
  bodies: readonly Execute[],
): Execute {
  const { site, name, target } = statement;
  const data = statement.data && compileExpression(statement.data);
  const unit = target === undefined ? undefined : units[target];
  if (target === undefined || unit === undefined) {
    return (run) => run.fail(site, `template ${quote(name)} not defined`);
  }
  return (run, frame) => {
    if (run.depth >= run.limits.maxDepth) run.failDepth(site);
    const inner = newFrame(unit, data?.(run, frame), frame.output);
    run.depth += 1;
    bodies[target]?.(run, inner);
    run.depth -= 1;
    frame.output = inner.output;
    return undefined;
  };
}

type SetTarget = (run: Run, frame: Frame, value: unknown) => void;

function compileTarget(target: Target, isElement: boolean): SetTarget {
  const { isDeclared, candidates, name, site } = target;
  return (run, frame, value) => {
    const local = isDeclared
      ? candidates[0]
      : candidates.find((candidate) => frame.slots[candidate.slot] !== UNSET);
    if (local === undefined) return run.fail(site, `undefined variable: ${name}`);
    frame.slots[local.slot] = value;
    if (local.isMixed) frame.slots[local.flagSlot] = isElement;
  };
}

function compileExpression(expression: Expression): Evaluate {
  switch (expression.kind) {
    case 'constant': {
      const { value } = expression;
      return () => value;
    }
    case 'local':
      return compileLocal(expression.candidates, expression.name, expression.site);
    case 'field':
      return compileField(expression);
    case 'call':
      return compileCall(expression);
    case 'logic':
      return compileLogic(expression);
    case 'assign': {
      const value = compileExpression(expression.value);
      const targets = expression.targets.map((target) => compileTarget(target, false));
      return (run, frame) => {
        const result = value(run, frame);
        for (const set of targets) set(run, frame, result);
        return result;
      };
    }
    case 'sequence': {
      const first = compileExpression(expression.first);
      const then = compileExpression(expression.then);
      return (run, frame) => {
        first(run, frame);
        return then(run, frame);
      };
    }
    case 'settled': {
      const of = compileExpression(expression.of);
      return (run, frame) => of(run, frame) ?? undefined;
    }
    case 'element': {
      const of = compileExpression(expression.of);
      const isElement = compileOrigin(expression.origin);
      return (run, frame) => elementIndex(of(run, frame), isElement(frame));
    }
    default: {
      const { message, site } = expression;
      return (run) => run.fail(site, message);
    }
  }
}

function compileLocal(candidates: Candidates, name: string, site: Site): Evaluate {
  const [only, ...older] = candidates;
  if (only !== undefined && older.length === 0 && !only.isConditional) {
    const { slot } = only;
    return (_run, frame) => frame.slots[slot];
  }
  return (run, frame) => {
    for (const { slot } of candidates) {
      if (frame.slots[slot] !== UNSET) return frame.slots[slot];
    }
    return run.fail(site, `undefined variable: ${name}`);
  };
}

function compileOrigin(origin: Origin): (frame: Frame) => boolean {
  if (typeof origin === 'string') return () => origin === 'element';
  return ({ slots }) => {
    const local = origin.find((candidate) => slots[candidate.slot] !== UNSET);
    if (local === undefined) return false;
    return local.isMixed ? slots[local.flagSlot] === true : local.holdsElements;
  };
}

function compileField(expression: FieldExpression): Evaluate {
  const { path, site, isLenient, hasArguments } = expression;
  const base = compileExpression(expression.base);
  const isElement = compileOrigin(expression.origin);
  const last = path.length - 1;
  return (run, frame) => {
    let value = base(run, frame);
    for (let i = 0; i <= last; i++) {
      const key = path[i] ?? '';
      const isInterface = i > 0 || isElement(frame);
      if (hasArguments && i === last) value = fieldWithArguments(run, value, key, isInterface, site);
      else value = field(run, value, key, isInterface, isLenient, site);
    }
    return value;
  };
}

function compileCall(expression: CallExpression): Evaluate {
  const { name, site } = expression;
  const call = FUNCTIONS[name];
  const piped = expression.piped && compileExpression(expression.piped.value);
  const args = expression.args.map((argument) => compileArgument(argument));
  const checkPiped = expression.piped && checked(expression.piped);
  return (run, frame) => {
    const last = piped?.(run, frame);
    const values = args.map((argument) => argument(run, frame));
    if (checkPiped !== undefined) {
      checkPiped(run, last);
      values.push(last);
    }
    return call(run, site, values);
  };
}

function compileArgument(argument: Argument): Evaluate {
  const value = compileExpression(argument.value);
  if (argument.type === 'any') return value;
  const check = checked(argument);
  return (run, frame) => {
    const result = value(run, frame);
    check(run, result);
    return result;
  };
}

function checked({ type, site }: Argument): (run: Run, value: unknown) => void {
  return type === 'any' ? () => undefined : (run, value) => checkArgument(run, value, type, site);
}

function compileLogic(expression: LogicExpression): Evaluate {
  const piped = expression.piped && compileExpression(expression.piped);
  const args = expression.args.map((argument) => ({
    value: compileExpression(argument),
    last: argument.last,
  }));
  const stopsAt = expression.name === 'or';
  return (run, frame) => {
    const final = piped?.(run, frame);
    for (const local of expression.conditional) frame.slots[local.slot] = UNSET;
    let result: unknown;
    for (const { value, last } of args) {
      result = value(run, frame);
      if (last !== undefined) run.last = last;
      if (isTrue(result) === stopsAt) return result;
    }
    return piped === undefined ? result : final;
  };
}
