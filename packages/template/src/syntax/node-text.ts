/** A node written out anew, as error messages show it: single spaces, literals as they were written. */

import { quote } from '../values/quote.ts';
import type { LocatedNode, Operand, PipeNode } from './ast.ts';

export function nodeText(node: LocatedNode): string {
  switch (node.type) {
    case 'action':
      return `{{${pipeText(node.pipe)}}}`;
    case 'template':
      return `{{template ${quote(node.name)}${node.pipe === undefined ? '' : ` ${pipeText(node.pipe)}`}}}`;
    case 'command':
      return node.args.map(argumentText).join(' ');
    case 'if':
    case 'with':
    case 'range':
      return `{{${node.type} ${pipeText(node.pipe)}}}`;
    case 'break':
    case 'continue':
      return `{{${node.type}}}`;
    case 'text':
      return node.text;
    case 'list':
      return '';
    default:
      return operandText(node);
  }
}

function operandText(node: Operand): string {
  switch (node.type) {
    case 'identifier':
      return node.name;
    case 'field':
      return `.${node.path.join('.')}`;
    case 'variable':
      return [node.name, ...node.path].join('.');
    case 'chain':
      return `${argumentText(node.operand)}.${node.path.join('.')}`;
    case 'dot':
      return '.';
    case 'nil':
      return 'nil';
    case 'bool':
      return String(node.value);
    case 'number':
      return node.literal.text;
    case 'string':
      return node.quoted;
    default:
      return pipeText(node);
  }
}

function argumentText(node: Operand): string {
  return node.type === 'pipe' ? `(${pipeText(node)})` : operandText(node);
}

function pipeText(pipe: PipeNode): string {
  const commands = pipe.commands.map(nodeText).join(' | ');
  if (pipe.declarations.length === 0) return commands;
  return `${pipe.declarations.map(operandText).join(', ')} ${pipe.isAssignment ? '=' : ':='} ${commands}`;
}
