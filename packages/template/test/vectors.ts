/** The vectors: what Go's real `text/template` does, with px0's functions. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { LimitCase } from '../fuzz/limit-cases.ts';
import type { MissingKey } from '../src/backends/run.ts';

export interface Vector {
  readonly id: string;
  readonly template: string;
  readonly data: Readonly<Record<string, unknown>> | null;
  /** `error` unless given. */
  readonly missing_key?: MissingKey;
  readonly output?: string;
  readonly output_b64?: string;
  readonly parse_error?: string;
  readonly exec_error?: string;
}

/** The charges and the limits; see `fuzz/limit-cases.ts`. */
export function readLimits(): readonly LimitCase[] {
  const cases: LimitCase[] = JSON.parse(
    readFileSync(join(import.meta.dirname, 'vectors/limits.json'), 'utf8'),
  );
  return cases;
}

export function readVectors(name: 'authored' | 'random' | 'options'): readonly Vector[] {
  const path = join(import.meta.dirname, 'vectors', `templates-${name}.json`);
  const vectors: Vector[] = JSON.parse(readFileSync(path, 'utf8'));
  return vectors;
}
