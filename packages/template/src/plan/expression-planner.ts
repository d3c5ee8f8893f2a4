/**
 * Plans pipelines and operands. Follows the order in which Go enters nodes and evaluates things, since that order
 * decides which error is reported, and where.
 */
import type {
  ChainNode,
  CommandNode,
  FieldNode,
  IdentifierNode,
  LocatedNode,
  NumberNode,
  Operand,
  PipeNode,
  VariableNode,
} from '../syntax/ast.ts';
import { isFunction, type Parameter, signatureOf } from '../syntax/function-table.ts';
import { nodeText } from '../syntax/node-text.ts';
import type { NumberLiteral } from '../syntax/number-literal.ts';
import { quote } from '../values/quote.ts';
import { isDefaultOfPiped } from './guards.ts';
import type { Argument, Expression, FieldExpression, LogicExpression, Origin, Site, Target } from './plan.ts';
import type { Scope } from './scope.ts';

/** A pipeline's value so far, and the node entered last. */
interface Stage {
  readonly piped: Expression | undefined;
  readonly current: LocatedNode | undefined;
}

export class ExpressionPlanner {
  hasStrayBytes = false;
  readonly #unit: string;
  readonly #scope: Scope;

  constructor(unit: string, scope: Scope) {
    this.#unit = unit;
    this.#scope = scope;
  }

  /** The value is never nil in an interface: pipelines take values out of those. */
  pipeline(pipe: PipeNode, isLenient = false): Expression {
    const value = this.#commands(pipe, isLenient);
    if (pipe.declarations.length === 0) return value;
    const targets = pipe.declarations.map((variable) => this.#target(variable.name, pipe, value.last));
    return { kind: 'assign', value, targets, last: value.last };
  }

  /** Like `pipeline`, but what is declared is left to the loop; what is assigned is given as targets. */
  rangePipeline(pipe: PipeNode): { value: Expression; targets: readonly Target[] | undefined } {
    const value = this.#commands(pipe, false);
    if (pipe.declarations.length === 0 || !pipe.isAssignment) return { value, targets: undefined };
    const targets = pipe.declarations.map((variable) => this.#target(variable.name, pipe, value.last));
    return { value: { kind: 'assign', value, targets, last: value.last }, targets };
  }

  #target(name: string, pipe: PipeNode, last: LocatedNode | undefined): Target {
    const candidates = pipe.isAssignment ? this.#scope.find(name) : [this.#scope.declare(name)];
    for (const local of candidates) {
      local.holdsValues = true;
      local.isReassigned ||= pipe.isAssignment;
    }
    return { isDeclared: !pipe.isAssignment, candidates, name, site: this.#site(last) };
  }

  #commands(pipe: PipeNode, isLenient: boolean): Expression {
    let stage: Stage = { piped: undefined, current: pipe };
    pipe.commands.forEach((command, index) => {
      const follower = pipe.commands[index + 1];
      const isDefaulted = follower === undefined ? isLenient : isDefaultOfPiped(follower);
      const value = settled(this.#command(command, stage, isDefaulted));
      stage = { piped: value, current: value.last };
    });
    return stage.piped ?? this.#failure('missing value', pipe);
  }

  #command(command: CommandNode, stage: Stage, isLenient: boolean): Expression {
    const [first] = command.args;
    const hasArguments = command.args.length > 1 || stage.piped !== undefined;
    switch (first.type) {
      case 'field':
        return after(hasArguments ? stage.piped : undefined, this.#field(first, hasArguments, isLenient));
      case 'chain':
        return after(stage.piped, this.#chain(first, hasArguments, isLenient));
      case 'identifier':
        return this.#call(first, command, command.args.slice(1), stage.piped);
      case 'pipe':
        if (hasArguments) return after(stage.piped, this.#notAFunction(first, stage.current));
        return this.pipeline(first, isLenient);
      case 'variable':
        return after(stage.piped, this.#variable(first, hasArguments, isLenient));
      default:
        if (hasArguments) return after(stage.piped, this.#notAFunction(first, first));
        return first.type === 'nil' ? this.#failure('nil is not a command', first) : this.#constant(first);
    }
  }

  #notAFunction(operand: Operand, node: LocatedNode | undefined): Expression {
    return this.#failure(`can't give argument to non-function ${nodeText(operand)}`, node);
  }

  #field(node: FieldNode, hasArguments: boolean, isLenient: boolean): FieldExpression {
    const base: Expression = {
      kind: 'local',
      candidates: [this.#scope.dot],
      name: '.',
      site: this.#site(node),
      last: node,
    };
    return this.#fieldOf(base, [this.#scope.dot], node, node.path, hasArguments, isLenient);
  }

  #fieldOf(
    base: Expression,
    origin: Origin,
    node: LocatedNode,
    path: readonly string[],
    hasArguments: boolean,
    isLenient: boolean,
  ): FieldExpression {
    const { last } = base.kind === 'local' ? { last: node } : base;
    return { kind: 'field', base, origin, path, site: this.#site(last), isLenient, hasArguments, last };
  }

  #chain(node: ChainNode, hasArguments: boolean, isLenient: boolean): Expression {
    const { operand } = node;
    const base =
      operand.type === 'pipe' ? this.pipeline(operand) : this.#call(operand, operand, [], undefined);
    return this.#fieldOf(base, 'value', node, node.path, hasArguments, isLenient);
  }

  #variable(node: VariableNode, hasArguments: boolean, isLenient: boolean): Expression {
    const candidates = this.#scope.find(node.name);
    const site = this.#site(node);
    const value: Expression = { kind: 'local', candidates, name: node.name, site, last: node };
    if (node.path.length > 0)
      return this.#fieldOf(value, candidates, node, node.path, hasArguments, isLenient);
    return hasArguments ? after(value, this.#notAFunction(node, node)) : value;
  }

  #constant(node: Operand): Expression {
    switch (node.type) {
      case 'dot':
        return {
          kind: 'local',
          candidates: [this.#scope.dot],
          name: '.',
          site: this.#site(node),
          last: node,
        };
      case 'bool':
        return { kind: 'constant', value: node.value, last: node };
      case 'string':
        if (!node.text.isWellFormed()) this.hasStrayBytes = true;
        return { kind: 'constant', value: node.text, last: node };
      case 'number':
        return this.#number(node);
      default:
        return { kind: 'constant', value: undefined, last: node };
    }
  }

  #number(node: NumberNode): Expression {
    const { literal } = node;
    if (literal.complex !== undefined) return { kind: 'constant', value: literal.complex, last: node };
    if (literal.float !== undefined && isWrittenAsFloat(literal)) {
      return { kind: 'constant', value: literal.float, last: node };
    }
    if (literal.int !== undefined) return { kind: 'constant', value: literal.int, last: node };
    return this.#failure(`${literal.text} overflows int`, node);
  }

  /** `blamed` is the node that errors of the function itself are reported at. */
  #call(
    node: IdentifierNode,
    blamed: LocatedNode,
    operands: readonly Operand[],
    piped: Expression | undefined,
  ): Expression {
    const { name } = node;
    if (!isFunction(name)) return this.#failure(`${quote(name)} is not a defined function`, node);
    const { fixed, rest } = signatureOf(name);
    const count = operands.length + (piped === undefined ? 0 : 1);
    if (rest === undefined ? count !== fixed.length : count < fixed.length) {
      const wanted =
        rest === undefined
          ? `want ${fixed.length} got ${count}`
          : `want at least ${fixed.length} got ${operands.length}`;
      return after(piped, this.#failure(`wrong number of args for ${name}: ${wanted}`, node));
    }
    if (name === 'and' || name === 'or') return this.#logic(name, node, operands, piped);
    const args = operands.map((operand, index): Argument => {
      const value = this.#argument(operand, fixed[index] ?? 'any', name === 'default' && index === 1);
      const { last } = value;
      return {
        value: name === 'slice' && index > 0 ? this.#asSliceIndex(operand, value) : value,
        type: fixed[index] ?? 'any',
        site: this.#site(last),
      };
    });
    const lastArgument = args.at(-1);
    const last = lastArgument === undefined ? node : lastArgument.value.last;
    const pipedArgument: Argument | undefined = piped && {
      value: piped,
      type: fixed[operands.length] ?? 'any',
      site: this.#site(last),
    };
    if (name === 'call') args.unshift(this.#callee(operands[0]));
    return { kind: 'call', name, piped: pipedArgument, args, site: this.#site(blamed), last };
  }

  /** `call` names what it was given in its error. */
  #callee(operand: Operand | undefined): Argument {
    const value = operand === undefined ? undefined : nodeText(operand);
    return { value: { kind: 'constant', value, last: undefined }, type: 'any', site: this.#site(undefined) };
  }

  #logic(
    name: 'and' | 'or',
    node: IdentifierNode,
    operands: readonly Operand[],
    piped: Expression | undefined,
  ): LogicExpression {
    const [first, ...others] = operands;
    const firstValue = first === undefined ? [] : [this.#argument(first, 'any', false)];
    const { planned, declared } = this.#scope.conditionally(() =>
      others.map((operand) => this.#argument(operand, 'any', false)),
    );
    const args = [...firstValue, ...planned];
    // With one argument it is known which node was entered last.
    const last = args.length > 1 ? undefined : (args[0] ?? { last: node }).last;
    return { kind: 'logic', name, piped, args, conditional: declared, last };
  }

  #argument(node: Operand, type: Parameter, isLenient: boolean): Expression {
    switch (node.type) {
      case 'field':
        return this.#field(node, false, isLenient);
      case 'variable':
        return this.#variable(node, false, isLenient);
      case 'pipe':
        return this.pipeline(node, isLenient);
      case 'chain':
        return this.#chain(node, false, isLenient);
      case 'identifier':
        return this.#call(node, node, [], undefined);
      case 'dot':
        return this.#constant(node);
      case 'nil':
        return type === 'any' ? this.#constant(node) : this.#failure(`cannot assign nil to ${type}`, node);
      default:
        return type === 'any' ? this.#constant(node) : this.#typedConstant(node, type);
    }
  }

  #typedConstant(node: Operand, type: 'string' | 'int'): Expression {
    if (type === 'string') {
      if (node.type === 'string') return this.#constant(node);
      return this.#failure(`expected string; found ${nodeText(node)}`, node);
    }
    if (node.type === 'number' && node.literal.int !== undefined) {
      return { kind: 'constant', value: node.literal.int, last: node };
    }
    return this.#failure(`expected integer; found ${nodeText(node)}`, node);
  }

  /** `slice` alone looks at its indexes without taking them out of their interfaces. */
  #asSliceIndex(operand: Operand, value: Expression): Expression {
    const origin = this.#originOf(operand);
    return origin === 'value' ? value : { kind: 'element', of: value, origin, last: value.last };
  }

  #originOf(operand: Operand): Origin {
    switch (operand.type) {
      case 'field':
      case 'chain':
        return 'element';
      case 'dot':
        return [this.#scope.dot];
      case 'variable':
        return operand.path.length > 0 ? 'element' : this.#scope.find(operand.name);
      default:
        return 'value';
    }
  }

  #failure(message: string, node: LocatedNode | undefined): Expression {
    return { kind: 'failure', message, site: this.#site(node), last: node };
  }

  #site(node: LocatedNode | undefined): Site {
    return { unit: this.#unit, node };
  }
}

function after(first: Expression | undefined, then: Expression): Expression {
  return first === undefined ? then : { kind: 'sequence', first, then, last: then.last };
}

/** Functions whose result can be nil in an interface. */
const MAY_GIVE_NIL: ReadonlySet<string> = new Set(['index', 'default']);

function settled(value: Expression): Expression {
  switch (value.kind) {
    case 'constant':
    case 'assign':
    case 'settled':
    case 'failure':
      return value;
    case 'call':
      if (!MAY_GIVE_NIL.has(value.name)) return value;
      break;
    default:
  }
  return { kind: 'settled', of: value, origin: 'value', last: value.last };
}

/** The syntax of a number decides its type; the rules are those of `idealConstant`, odd ones included. */
function isWrittenAsFloat(literal: NumberLiteral): boolean {
  const { text } = literal;
  const isHexInteger = /^0[xX]./.test(text) && !/[pP]/.test(text);
  return !isHexInteger && !text.startsWith("'") && /[.eEpP]/.test(text);
}
