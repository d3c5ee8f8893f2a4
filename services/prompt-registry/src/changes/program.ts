/** What renders a version, and what its variables must be, from its columns. */
import type { ProgramState } from '@px0/contracts';
import { effectiveSchema, type InputSchema } from '@px0/input-contract';

/** Null: the version has none. */
export interface ProgramColumns {
  readonly template: string;
  readonly outline: NonNullable<ProgramState['outline']> | null;
  readonly sources: NonNullable<ProgramState['sources']> | null;
  /** Compact JSON text. */
  readonly config: string | null;
}

/** Compact JSON texts. */
export interface SchemaColumns {
  /** What the author gave; null: nothing. */
  readonly authoredSchema: string | null;
  /** What every render needs; null: not inferred yet, and then the author gave nothing. */
  readonly inferredSchema: string | null;
}

/** @param schema where those who read the program are told of it */
export function programOf(
  { template, outline, sources, config }: ProgramColumns,
  schema?: InputSchema,
): ProgramState {
  return {
    template,
    ...(outline !== null && { outline }),
    ...(sources !== null && { sources }),
    ...(config !== null && { config }),
    ...(schema !== undefined && { schema }),
  };
}

/** The program as a version's body carries it. Without an author's schema, what counts is what the program needs of itself. */
export function bodyOf(content: ProgramColumns & SchemaColumns): ProgramState {
  return programOf(content, content.authoredSchema === null ? undefined : inputSchemaOf(content));
}

/** What the variables must be; undefined if that has not been inferred yet. */
export function inputSchemaOf({ authoredSchema, inferredSchema }: SchemaColumns): InputSchema | undefined {
  if (inferredSchema === null) return undefined;
  const inferred: InputSchema = JSON.parse(inferredSchema);
  return authoredSchema === null ? inferred : effectiveSchema(inferred, JSON.parse(authoredSchema));
}

/** The same as compact JSON text. */
export function inputSchemaText(schemas: SchemaColumns): string | undefined {
  const { authoredSchema, inferredSchema } = schemas;
  if (inferredSchema === null || authoredSchema === null) return inferredSchema ?? undefined;
  return JSON.stringify(inputSchemaOf(schemas));
}
