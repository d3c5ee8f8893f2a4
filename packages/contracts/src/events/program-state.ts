/** What renders a version, as events carry it: the program of `@px0/template`, and the configuration that goes with its output. */
import type { OutlineEntry, Program, SourceStretch } from '@px0/template';
import { z } from 'zod';

export interface ProgramState extends Program {
  readonly outline?: readonly OutlineEntry[];
  readonly sources?: readonly SourceStretch[];
  /** Compact JSON text, as it is put into answers. */
  readonly config?: string;
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
};

/**
 * A body's content as the outbox keeps it: the JSON text of the template, and behind it the further members, so that a relay of the
 * release before, which puts it behind `"template":`, publishes a whole body, too.
 */
export function bodyContent({ template, outline, sources, config }: ProgramState): string {
  const members = JSON.stringify({ outline, sources, config }).slice(1, -1);
  return `${JSON.stringify(template)}${members === '' ? '' : `,${members}`}`;
}
