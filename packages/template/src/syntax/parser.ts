/**
 * Parses a template into its trees: the template itself and each one that it defines. Accepts and rejects what
 * `text/template/parse` does, with its messages; nesting is bounded, so that no text can exhaust the stack.
 */

import { TemplateSyntaxError } from '../errors.ts';
import { isBlank } from '../unicode/white-space.ts';
import { quote, unquote } from '../values/quote.ts';
import type {
  BranchNode,
  ChainNode,
  CommandNode,
  ListNode,
  Node,
  Operand,
  PipeNode,
  TemplateNode,
  VariableNode,
} from './ast.ts';
import { isFunction } from './function-table.ts';
import { Lexer, type Token, type TokenType } from './lexer.ts';
import { nodeText } from './node-text.ts';
import { parseNumber } from './number-literal.ts';
import type { Source } from './source.ts';
import { describeToken, TokenStream } from './token-stream.ts';

export interface Tree {
  readonly name: string;
  readonly root: ListNode;
}

/** Actions and parentheses inside one another, taken together. */
const MAX_NESTING = 500;

const RIGHT_DELIMITER_LENGTH = 2;

export function parse(source: Source): ReadonlyMap<string, Tree> {
  const shared: Shared = { source, lexer: new Lexer(source.text), trees: new Map(), nesting: 0 };
  new TreeParser(shared).parseMain();
  return shared.trees;
}

/** A part of a source, as UTF-16 offsets. */
export interface Extent {
  readonly start: number;
  readonly end: number;
}

/** What the texts that are linked into one program share. */
export interface Linkage {
  /** The names of all their definitions. No tree is kept: what is linked is parsed again as one. */
  readonly names: Set<string>;
  isReserved(name: string, isDefinition: boolean): boolean;
}

/** Parses a text that becomes a definition of its own in a program; gives where its `{{define}}` actions stand, with their ends. */
export function parseLinked(source: Source, linkage: Linkage): readonly Extent[] {
  const definitions: Extent[] = [];
  // One deep already, as it will be inside its definition.
  const shared: Shared = {
    source,
    lexer: new Lexer(source.text),
    trees: new Map(),
    nesting: 1,
    link: { linkage, definitions },
  };
  new TreeParser(shared).parseMain();
  return definitions;
}

interface Shared {
  readonly source: Source;
  readonly lexer: Lexer;
  readonly trees: Map<string, Tree>;
  nesting: number;
  /** In a text that is linked with others. */
  readonly link?: { readonly linkage: Linkage; readonly definitions: Extent[] };
}

/** What ends a list of nodes. */
interface ListEnd {
  readonly type: 'end' | 'else';
  readonly position: number;
}

type Parsed = Node | ListEnd;

function isListEnd(parsed: Parsed): parsed is ListEnd {
  return parsed.type === 'end' || parsed.type === 'else';
}

/** Parses one tree; each definition has its own, with its own variables and look-ahead. */
class TreeParser {
  readonly #shared: Shared;
  readonly #tokens: TokenStream;
  readonly #variables: string[] = ['$'];
  /** How often each name is among the variables. */
  readonly #declared = new Map<string, number>([['$', 1]]);
  #actionLine = 0;
  #rangeDepth = 0;

  constructor(shared: Shared) {
    this.#shared = shared;
    this.#tokens = new TokenStream(shared.lexer);
  }

  parseMain(): void {
    const position = this.#tokens.peek().position;
    const nodes: Node[] = [];
    while (this.#tokens.peek().type !== 'eof') {
      if (this.#tokens.peek().type === '{{') {
        const delimiter = this.#tokens.next();
        const word = this.#tokens.nextNonSpace();
        if (word.type === 'define') {
          const end = new TreeParser(this.#shared).#definition();
          this.#shared.link?.definitions.push({ start: delimiter.position, end });
          continue;
        }
        this.#tokens.putBack(delimiter, word);
      }
      const parsed = this.#textOrAction();
      if (isListEnd(parsed)) this.#fail(`unexpected {{${parsed.type}}}`);
      nodes.push(parsed);
    }
    this.#add({ name: this.#shared.source.name, root: { type: 'list', position, nodes } });
  }

  #add(tree: Tree): void {
    const { trees, link } = this.#shared;
    if (link === undefined) {
      const existing = trees.get(tree.name);
      if (existing === undefined || isEmpty(existing)) trees.set(tree.name, tree);
      else if (!isEmpty(tree)) this.#failTwice(tree.name);
      return;
    }
    const { names } = link.linkage;
    if (names.has(tree.name)) this.#failTwice(tree.name);
    names.add(tree.name);
  }

  #failTwice(name: string): never {
    this.#fail(`template: multiple definition of template ${quote(name)}`);
  }

  /** Gives where the definition ends. */
  #definition(): number {
    const context = 'define clause';
    const name = this.#templateName(this.#tokens.nextNonSpace(), context);
    this.#expect('}}', context);
    return this.#body(name, context, this);
  }

  /** `blamed` reports an end that is none, at the token that it has read last. */
  #body(name: string, context: string, blamed: TreeParser): number {
    const { list, end } = this.#nested(() => this.#itemList());
    if (end.type !== 'end') blamed.#fail(`unexpected {{${end.type}}} in ${context}`);
    this.#add({ name, root: list });
    return end.position + RIGHT_DELIMITER_LENGTH;
  }

  #itemList(): { list: ListNode; end: ListEnd } {
    const position = this.#tokens.peekNonSpace().position;
    const nodes: Node[] = [];
    while (this.#tokens.peekNonSpace().type !== 'eof') {
      const parsed = this.#textOrAction();
      if (isListEnd(parsed)) return { list: { type: 'list', position, nodes }, end: parsed };
      nodes.push(parsed);
    }
    return this.#fail('unexpected EOF');
  }

  #textOrAction(): Parsed {
    const token = this.#tokens.nextNonSpace();
    if (token.type === 'text') return { type: 'text', position: token.position, text: token.text };
    if (token.type !== '{{') return this.#unexpected(token, 'input');
    this.#actionLine = token.line;
    const parsed = this.#action();
    this.#actionLine = 0;
    return parsed;
  }

  #action(): Parsed {
    const token = this.#tokens.nextNonSpace();
    switch (token.type) {
      case 'block':
        return this.#block();
      case 'break':
      case 'continue':
        return this.#jump(token, token.type);
      case 'else':
        return this.#else();
      case 'end':
        return { type: 'end', position: this.#expect('}}', 'end').position };
      case 'if':
      case 'range':
      case 'with':
        return this.#branch(token.type);
      case 'template':
        return this.#template();
      default:
        this.#tokens.putBack(token);
        return {
          type: 'action',
          position: this.#tokens.peek().position,
          pipe: this.#pipeline('command', '}}'),
        };
    }
  }

  #jump(word: Token, type: 'break' | 'continue'): Node {
    const token = this.#tokens.nextNonSpace();
    if (token.type !== '}}') this.#unexpected(token, `{{${type}}}`);
    if (this.#rangeDepth === 0) this.#fail(`{{${type}}} outside {{range}}`);
    return { type, position: word.position };
  }

  #else(): ListEnd {
    const next = this.#tokens.peekNonSpace();
    // What belongs to {{else if}} and {{else with}} is left for the one who asked for the list.
    if (next.type === 'if' || next.type === 'with') return { type: 'else', position: next.position };
    return { type: 'else', position: this.#expect('}}', 'else').position };
  }

  #branch(type: BranchNode['type']): BranchNode {
    return this.#nested(() => {
      const scope = this.#variables.length;
      const pipe = this.#pipeline(type, '}}');
      if (type === 'range') this.#rangeDepth += 1;
      const { list, end } = this.#itemList();
      if (type === 'range') this.#rangeDepth -= 1;
      const elseList = end.type === 'else' ? this.#elseList(type, end) : undefined;
      this.#leaveScope(scope);
      return { type, position: pipe.position, pipe, list, elseList };
    });
  }

  #elseList(type: BranchNode['type'], end: ListEnd): ListNode {
    if (type !== 'range' && this.#tokens.peek().type === type) {
      this.#tokens.next();
      return { type: 'list', position: end.position, nodes: [this.#branch(type)] };
    }
    const { list, end: next } = this.#itemList();
    if (next.type !== 'end') this.#fail(`expected end; found {{${next.type}}}`);
    return list;
  }

  #block(): TemplateNode {
    const context = 'block clause';
    const token = this.#tokens.nextNonSpace();
    const name = this.#templateName(token, context);
    const pipe = this.#pipeline(context, '}}');
    new TreeParser(this.#shared).#body(name, context, this);
    return { type: 'template', position: token.position, name, pipe };
  }

  #template(): TemplateNode {
    const context = 'template clause';
    const token = this.#tokens.nextNonSpace();
    const name = this.#templateName(token, context);
    const next = this.#tokens.nextNonSpace();
    if (next.type === '}}') return { type: 'template', position: token.position, name, pipe: undefined };
    this.#tokens.putBack(next);
    return { type: 'template', position: token.position, name, pipe: this.#pipeline(context, '}}') };
  }

  #templateName(token: Token, context: string): string {
    if (token.type !== 'string' && token.type !== 'raw string') this.#unexpected(token, context);
    const name = this.#unquoted(token);
    if (this.#shared.link?.linkage.isReserved(name, context !== 'template clause') === true)
      this.#fail(`the name ${quote(name)} is reserved`);
    return name;
  }

  #pipeline(context: string, end: TokenType): PipeNode {
    const position = this.#tokens.peekNonSpace().position;
    const { declarations, isAssignment } = this.#declarations(context);
    const commands: CommandNode[] = [];
    while (true) {
      const token = this.#tokens.nextNonSpace();
      if (token.type === end) break;
      if (!startsOperand(token.type)) this.#unexpected(token, context);
      this.#tokens.putBack(token);
      commands.push(this.#command());
    }
    if (commands.length === 0) this.#fail(`missing value for ${context}`);
    commands.forEach((command, index) => {
      // Only the first stage may be a mere value.
      if (index > 0 && isConstant(command.args[0])) {
        this.#fail(`non executable command in pipeline stage ${index + 1}`);
      }
    });
    return { type: 'pipe', position, isAssignment, declarations, commands };
  }

  #declarations(context: string): { declarations: VariableNode[]; isAssignment: boolean } {
    const declarations: VariableNode[] = [];
    while (this.#tokens.peekNonSpace().type === 'variable') {
      const variable = this.#tokens.next();
      // Space counts here: in "$x foo" the variable is an operand, and the space after it must be read again.
      const after = this.#tokens.peek();
      const next = this.#tokens.peekNonSpace();
      if (next.type === '=' || next.type === ':=') {
        this.#tokens.nextNonSpace();
        declarations.push(this.#declare(variable));
        return { declarations, isAssignment: next.type === '=' };
      }
      if (next.type !== 'char' || next.text !== ',') {
        // The look-ahead left `next` to be read; the space before it belongs between the two.
        if (after.type === 'space') this.#tokens.putBack(variable, after);
        else this.#tokens.putBack(variable);
        break;
      }
      this.#tokens.nextNonSpace();
      declarations.push(this.#declare(variable));
      if (context !== 'range' || declarations.length > 1) this.#fail(`too many declarations in ${context}`);
      const follower = this.#tokens.peekNonSpace().type;
      if (follower !== 'variable' && follower !== '}}' && follower !== ')') {
        this.#fail('range can only initialize variables');
      }
    }
    return { declarations, isAssignment: false };
  }

  #declare(token: Token): VariableNode {
    this.#variables.push(token.text);
    this.#declared.set(token.text, (this.#declared.get(token.text) ?? 0) + 1);
    return { type: 'variable', position: token.position, name: token.text, path: [] };
  }

  #leaveScope(scope: number): void {
    for (const name of this.#variables.splice(scope)) {
      this.#declared.set(name, (this.#declared.get(name) ?? 0) - 1);
    }
  }

  #command(): CommandNode {
    const position = this.#tokens.peekNonSpace().position;
    const args: Operand[] = [];
    while (true) {
      this.#tokens.peekNonSpace();
      const operand = this.#operand();
      if (operand !== undefined) args.push(operand);
      const token = this.#tokens.next();
      if (token.type === 'space') continue;
      if (token.type === '}}' || token.type === ')') this.#tokens.putBack(token);
      else if (token.type !== '|') this.#unexpected(token, 'operand');
      break;
    }
    const [first, ...rest] = args;
    if (first === undefined) return this.#fail('empty command');
    return { type: 'command', position, args: [first, ...rest] };
  }

  #operand(): Operand | undefined {
    const term = this.#term();
    if (term === undefined || this.#tokens.peek().type !== 'field') return term;
    const { position } = this.#tokens.peek();
    const path: string[] = [];
    while (this.#tokens.peek().type === 'field') path.push(this.#tokens.next().text.slice(1));
    switch (term.type) {
      case 'field':
        return { type: 'field', position, path: [...term.path, ...path] };
      case 'variable':
        return { type: 'variable', position, name: term.name, path };
      case 'identifier':
      case 'pipe':
        return { type: 'chain', position, operand: term, path } satisfies ChainNode;
      default:
        return this.#fail(`unexpected . after term ${quote(nodeText(term))}`);
    }
  }

  #term(): Operand | undefined {
    const token = this.#tokens.nextNonSpace();
    const { position, text } = token;
    switch (token.type) {
      case 'identifier':
        if (!isFunction(text)) this.#fail(`function ${quote(text)} not defined`);
        return { type: 'identifier', position, name: text };
      case '.':
        return { type: 'dot', position };
      case 'nil':
        return { type: 'nil', position };
      case 'variable':
        if ((this.#declared.get(text) ?? 0) === 0) this.#fail(`undefined variable ${quote(text)}`);
        return { type: 'variable', position, name: text, path: [] };
      case 'field':
        return { type: 'field', position, path: [text.slice(1)] };
      case 'bool':
        return { type: 'bool', position, value: text === 'true' };
      case 'character':
      case 'complex':
      case 'number':
        return this.#number(token, token.type);
      case '(':
        return this.#nested(() => this.#pipeline('parenthesized pipeline', ')'));
      case 'string':
      case 'raw string':
        return { type: 'string', position, quoted: text, text: this.#unquoted(token) };
      default:
        this.#tokens.putBack(token);
        return undefined;
    }
  }

  #number(token: Token, kind: 'character' | 'complex' | 'number'): Operand {
    const literal = parseNumber(token.text, kind);
    if ('error' in literal) return this.#fail(literal.error);
    return { type: 'number', position: token.position, literal };
  }

  #unquoted(token: Token): string {
    return unquote(token.text) ?? this.#fail('invalid syntax');
  }

  #nested<T>(parseInner: () => T): T {
    if (this.#shared.nesting >= MAX_NESTING) this.#fail('max expression depth exceeded');
    this.#shared.nesting += 1;
    const inner = parseInner();
    this.#shared.nesting -= 1;
    return inner;
  }

  #expect(type: TokenType, context: string): Token {
    const token = this.#tokens.nextNonSpace();
    return token.type === type ? token : this.#unexpected(token, context);
  }

  #unexpected(token: Token, context: string): never {
    if (token.type !== 'error') return this.#fail(`unexpected ${describeToken(token)} in ${context}`);
    if (this.#actionLine === 0 || this.#actionLine === token.line) return this.#fail(token.text);
    const place = `started at ${this.#shared.source.name}:${this.#actionLine}`;
    // Not "action in action".
    return this.#fail(`${token.text} ${token.text.endsWith(' action') ? '' : 'in action '}${place}`);
  }

  #fail(reason: string): never {
    const { source } = this.#shared;
    const latest = this.#tokens.latest;
    const line = latest?.line ?? 0;
    const column = latest === undefined ? 0 : source.locate(latest.position).column;
    throw new TemplateSyntaxError(
      `template: ${source.name}:${line}: ${reason}`,
      Math.max(line, 1),
      column,
      this.#shared.link && source.name,
    );
  }
}

function startsOperand(type: TokenType): boolean {
  switch (type) {
    case 'bool':
    case 'character':
    case 'complex':
    case '.':
    case 'field':
    case 'identifier':
    case 'number':
    case 'nil':
    case 'raw string':
    case 'string':
    case 'variable':
    case '(':
      return true;
    default:
      return false;
  }
}

function isConstant(operand: Operand): boolean {
  return ['bool', 'dot', 'nil', 'number', 'string'].includes(operand.type);
}

function isEmpty(tree: Tree): boolean {
  return tree.root.nodes.every((node) => node.type === 'text' && isBlank(node.text));
}
