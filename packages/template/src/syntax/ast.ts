/** The parse tree. Positions are UTF-16 offsets into the source, of the token that Go locates the node at. */
import type { NumberLiteral } from './number-literal.ts';

export interface ListNode {
  readonly type: 'list';
  readonly position: number;
  readonly nodes: readonly Node[];
}

export interface TextNode {
  readonly type: 'text';
  readonly position: number;
  readonly text: string;
}

export interface ActionNode {
  readonly type: 'action';
  readonly position: number;
  readonly pipe: PipeNode;
}

export interface BranchNode {
  readonly type: 'if' | 'with' | 'range';
  readonly position: number;
  readonly pipe: PipeNode;
  readonly list: ListNode;
  readonly elseList: ListNode | undefined;
}

export interface JumpNode {
  readonly type: 'break' | 'continue';
  readonly position: number;
}

export interface TemplateNode {
  readonly type: 'template';
  readonly position: number;
  readonly name: string;
  readonly pipe: PipeNode | undefined;
}

export interface PipeNode {
  readonly type: 'pipe';
  readonly position: number;
  /** `=` rather than `:=`. */
  readonly isAssignment: boolean;
  readonly declarations: readonly VariableNode[];
  readonly commands: readonly CommandNode[];
}

export interface CommandNode {
  readonly type: 'command';
  readonly position: number;
  readonly args: readonly [Operand, ...Operand[]];
}

export interface IdentifierNode {
  readonly type: 'identifier';
  readonly position: number;
  readonly name: string;
}

export interface FieldNode {
  readonly type: 'field';
  readonly position: number;
  readonly path: readonly string[];
}

export interface VariableNode {
  readonly type: 'variable';
  readonly position: number;
  /** With its dollar sign. */
  readonly name: string;
  readonly path: readonly string[];
}

export interface ChainNode {
  readonly type: 'chain';
  readonly position: number;
  readonly operand: PipeNode | IdentifierNode;
  readonly path: readonly string[];
}

export interface DotNode {
  readonly type: 'dot' | 'nil';
  readonly position: number;
}

export interface BoolNode {
  readonly type: 'bool';
  readonly position: number;
  readonly value: boolean;
}

export interface NumberNode {
  readonly type: 'number';
  readonly position: number;
  readonly literal: NumberLiteral;
}

export interface StringNode {
  readonly type: 'string';
  readonly position: number;
  /** As written, with its quotes. */
  readonly quoted: string;
  readonly text: string;
}

export type Operand =
  | IdentifierNode
  | FieldNode
  | VariableNode
  | ChainNode
  | DotNode
  | BoolNode
  | NumberNode
  | StringNode
  | PipeNode;

export type Node = TextNode | ActionNode | BranchNode | JumpNode | TemplateNode;

/** A node that an execution error can be located at. */
export type LocatedNode = Node | ListNode | CommandNode | Operand;
