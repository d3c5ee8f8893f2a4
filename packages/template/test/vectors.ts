/** The vectors: what Go's real `text/template` does, with px0's functions. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ChatVector, ProgramVector } from '../fuzz/chat-vectors.ts';
import type { LimitCase } from '../fuzz/limit-cases.ts';
import type { MissingKey } from '../src/backends/run.ts';
import type { InferredSchema } from '../src/inference/inferred-schema.ts';
import type { ChatEntry } from '../src/program/program.ts';

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

export interface SchemaVector {
  readonly id: string;
  /** One of the two. */
  readonly template?: string;
  readonly entries?: readonly ChatEntry[];
  readonly schema: InferredSchema;
}

/** The charges and the limits; see `fuzz/limit-cases.ts`. */
export function readLimits(): readonly LimitCase[] {
  return readJson('limits.json');
}

export function readVectors(name: 'authored' | 'random' | 'options'): readonly Vector[] {
  return readJson(`templates-${name}.json`);
}

/** Programs of conversations: each unit, and the transcript. */
export function readPrograms(): readonly ProgramVector[] {
  return readJson('programs.json');
}

/** The messages of conversations. */
export function readChats(): readonly ChatVector[] {
  return readJson('chats.json');
}

/** What schemas are inferred of texts and conversations. */
export function readSchemas(): readonly SchemaVector[] {
  return readJson('schemas.json');
}

function readJson<Case>(name: string): readonly Case[] {
  const cases: Case[] = JSON.parse(readFileSync(join(import.meta.dirname, 'vectors', name), 'utf8'));
  return cases;
}
