/** Tests that tell whether a key exists without failing when it does not: `index . "key"` and `default`. */
import type { CommandNode, Operand, PipeNode } from '../syntax/ast.ts';
import { fieldOf, type Path } from './variable-path.ts';

export type Resolve = (operand: Operand) => Path | undefined;

/** The paths that exist wherever the pipeline is true, or where it is false. */
export function guardedPaths(pipe: PipeNode, when: boolean, resolve: Resolve): readonly Path[] {
  const [first, second, ...others] = pipe.commands;
  if (first === undefined || others.length > 0) return [];
  if (second === undefined) return guardedByCommand(first, when, resolve);
  if (!when || !isDefaultOfPiped(second) || first.args.length > 1) return [];
  return known(resolve(first.args[0]));
}

function guardedByCommand(command: CommandNode, when: boolean, resolve: Resolve): readonly Path[] {
  const [first, ...operands] = command.args;
  if (first.type === 'pipe') return guardedPaths(first, when, resolve);
  if (first.type !== 'identifier') return [];
  switch (first.name) {
    case 'index':
      return when ? guardedByIndex(operands, resolve) : [];
    case 'default':
      return when && operands[1] !== undefined ? known(resolve(operands[1])) : [];
    case 'not':
      return operands.flatMap((operand) => guardedByOperand(operand, !when, resolve));
    case 'and':
      return when ? operands.flatMap((operand) => guardedByOperand(operand, true, resolve)) : [];
    case 'or':
      return when ? [] : operands.flatMap((operand) => guardedByOperand(operand, false, resolve));
    default:
      return [];
  }
}

function guardedByOperand(operand: Operand, when: boolean, resolve: Resolve): readonly Path[] {
  return operand.type === 'pipe' ? guardedPaths(operand, when, resolve) : [];
}

function guardedByIndex(operands: readonly Operand[], resolve: Resolve): readonly Path[] {
  const [collection, ...keys] = operands;
  let path = collection && resolve(collection);
  for (const operand of keys) {
    const key = literalKey(operand);
    if (path === undefined || key === undefined) return [];
    path = fieldOf(path, key);
  }
  return known(path);
}

function known(path: Path | undefined): readonly Path[] {
  return path === undefined ? [] : [path];
}

/** A key that is written out. */
export function literalKey(operand: Operand): string | undefined {
  return operand.type === 'string' ? operand.text : undefined;
}

/** `… | default x`: what is piped in is the value that may be missing. */
export function isDefaultOfPiped(command: CommandNode): boolean {
  const [first] = command.args;
  return first.type === 'identifier' && first.name === 'default' && command.args.length === 2;
}
