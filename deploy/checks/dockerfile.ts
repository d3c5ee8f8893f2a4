/** The Dockerfile, read as far as the checks need it. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const root = join(import.meta.dirname, '..', '..');

export interface Copy {
  /** The stage that it copies from; undefined for the build context. */
  readonly from: string | undefined;
  readonly sources: readonly string[];
}

export interface Dockerfile {
  readonly stages: readonly string[];
  readonly copies: readonly Copy[];
  readonly arguments: Readonly<Record<string, string>>;
  /** What `RUN` runs. */
  readonly commands: readonly string[];
  readonly text: string;
}

export function dockerfile(): Dockerfile {
  const text = readFileSync(join(root, 'Dockerfile'), 'utf8');
  const lines = text
    .replaceAll(/^#.*\n/gm, '')
    .replaceAll(/\\\n/g, ' ')
    .split('\n');
  const of = (instruction: string) =>
    lines
      .filter((line) => line.startsWith(`${instruction} `))
      .map((line) => line.slice(instruction.length + 1).trim());
  return {
    text,
    stages: of('FROM').flatMap((line) => / AS (\S+)$/.exec(line)?.[1] ?? []),
    copies: of('COPY').map((line) => {
      const words = line.split(/\s+/);
      const from = words.find((word) => word.startsWith('--from='))?.slice('--from='.length);
      return { from, sources: words.filter((word) => !word.startsWith('--')).slice(0, -1) };
    }),
    arguments: Object.fromEntries(
      of('ARG').flatMap((line) => {
        const [name = '', value] = line.split('=');
        return value === undefined ? [] : [[name, value]];
      }),
    ),
    commands: of('RUN'),
  };
}
