/** Cases that the judges of all languages share; they stand where each language's tests look for vectors. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { MissingKey } from '@px0/template';
import type { InputSchema } from '../src/mod.ts';

export interface ContractCase {
  readonly id: string;
  readonly schema: InputSchema;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly missing_key?: MissingKey;
  readonly ok?: true;
  readonly error?: string;
  readonly header?: string;
}

export interface BreakCase {
  readonly id: string;
  readonly from: InputSchema;
  readonly to: InputSchema;
  /** Both of a text unless given. */
  readonly kinds?: readonly ['text' | 'chat', 'text' | 'chat'];
  readonly breaks: readonly string[];
  readonly notices: readonly string[];
}

export function readContracts(): readonly ContractCase[] {
  return readJson('contracts.json');
}

export function readBreaks(): readonly BreakCase[] {
  return readJson('breaks.json');
}

function readJson<Case>(name: string): readonly Case[] {
  const folder = join(import.meta.dirname, '..', '..', 'template', 'test', 'vectors');
  const cases: Case[] = JSON.parse(readFileSync(join(folder, name), 'utf8'));
  return cases;
}
