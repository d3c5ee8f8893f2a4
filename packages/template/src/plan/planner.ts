/** Turns the statements of a parsed template into a plan; expressions are `expression-planner.ts`. */
import type { BranchNode, ListNode, LocatedNode, Node, TemplateNode } from '../syntax/ast.ts';
import type { Tree } from '../syntax/parser.ts';
import { FixedText } from '../values/fixed-text.ts';
import { ExpressionPlanner } from './expression-planner.ts';
import type { Block, Expression, Plan, Site, Statement, Target, TextStatement, Unit } from './plan.ts';
import { Scope } from './scope.ts';

export function planTemplate(mainName: string, trees: ReadonlyMap<string, Tree>): Plan {
  const names = [mainName, ...[...trees.keys()].filter((name) => name !== mainName)];
  const numbers = new Map(names.map((name, index) => [name, index]));
  let hasStrayBytes = false;
  let hasFixedTexts = false;
  const plans = names.map((name) => {
    const planner = new UnitPlanner(name, numbers);
    const root: ListNode = trees.get(name)?.root ?? { type: 'list', position: 0, nodes: [] };
    const unit = planner.plan(root);
    hasStrayBytes ||= planner.hasStrayBytes;
    hasFixedTexts ||= planner.hasFixedTexts;
    return unit;
  });
  const [main, ...others] = plans;
  if (main === undefined) throw new TypeError('a plan has a main unit');
  return { units: [main, ...others], hasStrayBytes, hasFixedTexts };
}

class UnitPlanner {
  readonly #name: string;
  readonly #numbers: ReadonlyMap<string, number>;
  readonly #scope = new Scope();
  readonly #expressions: ExpressionPlanner;
  hasFixedTexts = false;

  constructor(name: string, numbers: ReadonlyMap<string, number>) {
    this.#name = name;
    this.#numbers = numbers;
    this.#expressions = new ExpressionPlanner(name, this.#scope);
  }

  get hasStrayBytes(): boolean {
    return this.#expressions.hasStrayBytes;
  }

  plan(root: ListNode): Unit {
    const dot = this.#scope.newLocal();
    dot.holdsValues = true;
    this.#scope.dot = dot;
    const dollar = this.#scope.declare('$');
    dollar.holdsValues = true;
    const body = this.#block(root);
    return { name: this.#name, dot, root: dollar, slots: this.#scope.size, body };
  }

  #block(list: ListNode): Block {
    const statements: Statement[] = [];
    for (const node of list.nodes) {
      const statement = this.#statement(node);
      const before = statements.at(-1);
      // Comments leave texts side by side.
      if (statement.kind === 'text' && before?.kind === 'text') {
        statements[statements.length - 1] = this.#text(before.text + statement.text);
      } else statements.push(statement);
    }
    return { statements, cost: list.nodes.length + 1, site: this.#site(list.nodes[0] ?? list) };
  }

  #statement(node: Node): Statement {
    switch (node.type) {
      case 'text':
        return this.#text(node.text);
      case 'action': {
        const value = this.#expressions.pipeline(node.pipe);
        if (node.pipe.declarations.length > 0) return { kind: 'evaluate', value };
        return { kind: 'print', value: unsettled(value), site: this.#site(node) };
      }
      case 'if':
      case 'with':
        return this.#branch(node);
      case 'range':
        return this.#loop(node);
      case 'template':
        return this.#include(node);
      default:
        return { kind: node.type };
    }
  }

  #text(text: string): TextStatement {
    const fixed = FixedText.of(text);
    this.hasFixedTexts ||= fixed !== undefined;
    return { kind: 'text', text, fixed };
  }

  #branch(node: BranchNode): Statement {
    const scope = this.#scope;
    return scope.inside(() => {
      const value = this.#expressions.pipeline(node.pipe);
      const outer = scope.dot;
      const dot = node.type === 'with' ? scope.newLocal() : undefined;
      if (dot !== undefined) {
        dot.holdsValues = true;
        scope.dot = dot;
      }
      const body = scope.inside(() => this.#block(node.list));
      scope.dot = outer;
      const otherwise = this.#optionalBlock(node.elseList);
      return { kind: 'branch', test: dot === undefined ? unsettled(value) : value, dot, body, otherwise };
    });
  }

  #loop(node: BranchNode): Statement {
    const scope = this.#scope;
    return scope.inside(() => {
      const { pipe } = node;
      const { value: over, targets: assigned } = this.#expressions.rangePipeline(pipe);
      const site = this.#site(over.last);
      const names = pipe.declarations.map((variable) => variable.name);
      const outer = scope.dot;
      const loop = scope.inside(() => {
        const targets =
          assigned ??
          names.map((name): Target => ({ isDeclared: true, candidates: [scope.declare(name)], name, site }));
        const [first, second] = targets;
        const index = second === undefined ? undefined : first;
        const item = second ?? first;
        for (const local of index?.candidates ?? []) local.holdsValues = true;
        for (const local of item?.candidates ?? []) local.holdsElements = true;
        const dot = scope.newLocal();
        dot.holdsElements = true;
        scope.dot = dot;
        return { index, item, dot, body: scope.inside(() => this.#block(node.list)) };
      });
      scope.dot = outer;
      const otherwiseLocals =
        assigned === undefined && node.elseList !== undefined ? names.map((name) => scope.declare(name)) : [];
      for (const local of otherwiseLocals) local.holdsValues = true;
      const otherwise = this.#optionalBlock(node.elseList);
      return { kind: 'loop', over: unsettled(over), site, ...loop, otherwiseLocals, otherwise };
    });
  }

  #optionalBlock(list: ListNode | undefined): Block | undefined {
    return list === undefined ? undefined : this.#scope.inside(() => this.#block(list));
  }

  #include(node: TemplateNode): Statement {
    return {
      kind: 'include',
      target: this.#numbers.get(node.name),
      name: node.name,
      data: node.pipe === undefined ? undefined : this.#expressions.pipeline(node.pipe),
      site: this.#site(node),
    };
  }

  #site(node: LocatedNode | undefined): Site {
    return { unit: this.#name, node };
  }
}

/** For a consumer that treats nil in an interface like no value. */
function unsettled(value: Expression): Expression {
  return value.kind === 'settled' ? value.of : value;
}
