/** What renders a version, as events carry it: the program of `@px0/template`, and what goes with its output and its variables. */
import type { InputSchema } from '@px0/input-contract';
import type { OutlineEntry, Program, SourceStretch } from '@px0/template';
import { z } from 'zod';

export interface ProgramState extends Program {
  readonly outline?: readonly OutlineEntry[];
  readonly sources?: readonly SourceStretch[];
  /** Compact JSON text, as it is put into answers. */
  readonly config?: string;
  /**
   * What the variables must be. In a prompt's event only while its contract is not off; in a body only where an author gave a schema. Where it is
   * absent, what counts is what the program needs of itself: `inputSchema` of the compiled program.
   */
  readonly schema?: InputSchema;
}

/**
 * The fields of `ProgramState`. What is inside the lists is the registry's own making and is not looked at here: a reader that starts
 * decodes every prompt of the installation.
 */
export const programFields = {
  template: z.string(),
  outline: z.custom<readonly OutlineEntry[]>(Array.isArray).exactOptional(),
  sources: z.custom<readonly SourceStretch[]>(Array.isArray).exactOptional(),
  config: z.string().exactOptional(),
  schema: z.custom<InputSchema>((value) => typeof value === 'object' && value !== null).exactOptional(),
};

/**
 * A body's content as the outbox keeps it: the JSON text of the template, and behind it the further members, so that a relay of the
 * release before, which puts it behind `"template":`, publishes a whole body, too.
 */
export function bodyContent({ template, outline, sources, config, schema }: ProgramState): string {
  const members = JSON.stringify({ outline, sources, config, schema }).slice(1, -1);
  return `${JSON.stringify(template)}${members === '' ? '' : `,${members}`}`;
}
