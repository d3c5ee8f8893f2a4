/** The Dockerfile, read as far as the checks need it. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..', '..');

export interface Copy {
  /** The stage that it copies from; undefined for the build context. */
  readonly from: string | undefined;
  readonly sources: readonly string[];
  readonly target: string;
}

export interface Instruction {
  /** `RUN`, `COPY` and so on. */
  readonly name: string;
  readonly text: string;
}

export interface Stage {
  readonly name: string;
  /** Another stage, or an image. */
  readonly base: string;
  readonly instructions: readonly Instruction[];
}

export interface Dockerfile {
  readonly stages: readonly Stage[];
  readonly copies: readonly Copy[];
  /** Every `ARG` that has a default. */
  readonly arguments: Readonly<Record<string, string>>;
  /** What `RUN` runs. */
  readonly commands: readonly string[];
  readonly text: string;
}

export function dockerfile(): Dockerfile {
  const text = readFileSync(join(root, 'Dockerfile'), 'utf8');
  const instructions = instructionsIn(text);
  const of = (name: string) => instructions.filter((one) => one.name === name);
  return {
    text,
    stages: stagesOf(instructions),
    copies: of('COPY').map((one) => copyOf(one.text)),
    arguments: Object.fromEntries(
      of('ARG').flatMap((one) => {
        const { name, value } = argumentOf(one.text);
        return value === undefined ? [] : [[name, value]];
      }),
    ),
    commands: of('RUN').map((one) => commandOf(one.text)),
  };
}

function instructionsIn(text: string): Instruction[] {
  return text
    .replaceAll(/^\s*#.*\n/gm, '')
    .replaceAll(/\\\n\s*/g, ' ')
    .split('\n')
    .flatMap((line) => {
      const [, name, rest = ''] = /^([A-Z]+)\s+(.*)$/.exec(line.trim()) ?? [];
      return name === undefined ? [] : [{ name, text: rest.trim() }];
    });
}

function stagesOf(instructions: readonly Instruction[]): Stage[] {
  const stages: { name: string; base: string; instructions: Instruction[] }[] = [];
  for (const instruction of instructions) {
    if (instruction.name !== 'FROM') {
      // What stands before the first stage are the arguments of the FROM lines.
      stages.at(-1)?.instructions.push(instruction);
      continue;
    }
    const [, base, name] = /^(\S+) AS (\S+)$/.exec(instruction.text) ?? [];
    if (base === undefined || name === undefined)
      throw new Error(`the stage "${instruction.text}" has no name`);
    stages.push({ name, base, instructions: [] });
  }
  return stages;
}

export function copyOf(text: string): Copy {
  const words = text.split(/\s+/);
  const from = words.find((word) => word.startsWith('--from='))?.slice('--from='.length);
  const paths = words.filter((word) => !word.startsWith('--'));
  return { from, sources: paths.slice(0, -1), target: paths.at(-1) ?? '' };
}

/** A `RUN` without what tells the builder how to run it. */
export function commandOf(text: string): string {
  return text.replaceAll(/^(?:--\S+\s+)+/g, '');
}

export function argumentOf(text: string): { name: string; value: string | undefined } {
  const [name = '', value] = text.split('=');
  return { name, value };
}

/** `ENV` and `LABEL`: names and values, the values perhaps in quotation marks. */
export function pairsOf(text: string): [name: string, value: string][] {
  return [...text.matchAll(/([\w.]+)=("[^"]*"|\S+)/g)].map(([, name = '', value = '']) => [
    name,
    value.replaceAll(/^"|"$/g, ''),
  ]);
}
