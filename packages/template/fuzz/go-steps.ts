/** Has Go count the steps of the cases of `limits.json` again, and tells where it counts otherwise. */
import type { LimitCase } from './limit-cases.ts';

/** What the Go program says of a case. */
export interface CountedSteps {
  readonly outcome: 'output' | 'steps' | 'depth' | 'size' | 'exec error' | 'parse error';
  /** Up to the end, or up to where the render ended. */
  readonly steps: number;
  /** In base64. */
  readonly output?: string;
  /** Of an error that is no limit. */
  readonly error?: string;
}

export type AskSteps = (cases: readonly LimitCase[]) => CountedSteps[];

export interface StepDifference {
  readonly expected: LimitCase;
  readonly counted: CountedSteps;
}

/** Bounds that Go's template package does not have. */
const OURS = /data nested more than 1000 deep|max expression depth exceeded/;

export function compareStepsWithGo(ask: AskSteps, cases: readonly LimitCase[]): StepDifference[] {
  const shared = cases.filter(({ exec_error, parse_error }) => !OURS.test(exec_error ?? parse_error ?? ''));
  const answers = ask(shared);
  return shared.flatMap((one, index) => {
    const counted = answers[index];
    if (counted === undefined) throw new Error(`no answer for ${one.id}`);
    return isSame(one, counted) ? [] : [{ expected: one, counted }];
  });
}

function isSame(expected: LimitCase, counted: CountedSteps): boolean {
  switch (counted.outcome) {
    case 'output':
      return (
        expected.output !== undefined &&
        counted.output === (expected.output_b64 ?? Buffer.from(expected.output).toString('base64'))
      );
    case 'exec error':
      return expected.exec_error === counted.error;
    case 'parse error':
      return expected.parse_error === counted.error;
    default:
      return expected.limit === (counted.outcome === 'size' ? 'output' : counted.outcome);
  }
}
