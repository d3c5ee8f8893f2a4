/** What renders a version, from its columns. */
import type { ProgramState } from '@px0/contracts';

/** Null: the version has none. */
export interface ProgramColumns {
  readonly template: string;
  readonly outline: NonNullable<ProgramState['outline']> | null;
  readonly sources: NonNullable<ProgramState['sources']> | null;
  /** Compact JSON text. */
  readonly config: string | null;
}

export function programOf({ template, outline, sources, config }: ProgramColumns): ProgramState {
  return {
    template,
    ...(outline !== null && { outline }),
    ...(sources !== null && { sources }),
    ...(config !== null && { config }),
  };
}
