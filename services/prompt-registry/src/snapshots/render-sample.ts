/** What a version makes of one payload, and how that differs from what was accepted. Free of database and transport: it runs in a worker thread. */
import type { CompiledProgram, Meter, Program } from '@px0/template';
import { CheckBudget, type Contracted, DIFF_CHARACTERS, type Sample, Trial } from '../checks/thread.ts';
import { unifiedDiff } from '../diff/thread.ts';

export interface SampleOrder {
  readonly version: Contracted;
  readonly isEnforced: boolean;
  readonly sample: Sample;
  readonly timeBudgetMs: number;
  /** The accepted output to compare with; undefined: nothing is compared. */
  readonly accepted?: string | undefined;
}

export type SampleOutcome =
  | { readonly outcome: 'failed'; readonly error: string }
  | { readonly outcome: 'rendered'; readonly text: string; readonly diff: string | null };

/** What differs between threads. */
export interface SampleGround {
  readonly meter: Meter;
  /** @throws TemplateSyntaxError */
  compile(program: Program): CompiledProgram;
}

export function renderSample(
  { version, isEnforced, sample, timeBudgetMs, accepted }: SampleOrder,
  ground: SampleGround,
): SampleOutcome {
  const rendition = new Trial(version, new CheckBudget(timeBudgetMs), ground, isEnforced).render(sample);
  if (rendition.outcome === 'failed') return { outcome: 'failed', error: rendition.error };
  const { rendered: text } = rendition;
  const isCompared = accepted !== undefined && accepted.length + text.length <= DIFF_CHARACTERS;
  return {
    outcome: 'rendered',
    text,
    diff: isCompared ? unifiedDiff(accepted, text, 'accepted', 'actual') : null,
  };
}
