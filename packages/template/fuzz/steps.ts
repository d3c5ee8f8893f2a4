/** Renders a template and tells how many steps that took. */
import { Run, runLimits } from '../src/backends/run.ts';
import type { Backend } from '../src/compile.ts';
import { TemplateExecutionError } from '../src/errors.ts';
import { planTemplate } from '../src/plan/planner.ts';
import { parse } from '../src/syntax/parser.ts';
import { Source } from '../src/syntax/source.ts';
import { IllFormedData, wellFormedCopy } from '../src/values/ill-formed.ts';
import { NIL_MAP } from '../src/values/values.ts';

export interface StepLimits {
  readonly maxSteps: number;
  readonly maxOutputBytes: number;
  readonly maxDepth: number;
}

export interface Steps {
  /** Taken up to the end, or up to the error. */
  readonly steps: number;
  readonly error: string | undefined;
}

/**
 * `isExact` is the render that a template falls back to (`ill-formed.ts`). The other one gives nothing where it gives up.
 *
 * @throws TemplateSyntaxError
 */
export function stepsOf(
  backend: Backend,
  template: string,
  data: Readonly<Record<string, unknown>> | null,
  limits: StepLimits,
  isExact: boolean,
): Steps | undefined {
  const source = new Source('prompt', template);
  const plan = planTemplate(source.name, parse(source));
  const run = new Run(source, runLimits(limits), 'error', isExact);
  const variables = data ?? NIL_MAP;
  let error: string | undefined;
  try {
    const [render] = backend(plan);
    render(run, isExact ? wellFormedCopy(variables) : variables, '');
  } catch (thrown) {
    if (thrown instanceof IllFormedData) return undefined;
    if (!(thrown instanceof TemplateExecutionError)) throw thrown;
    error = thrown.message;
  }
  return { steps: limits.maxSteps - run.steps, error };
}
