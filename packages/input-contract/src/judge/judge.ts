/**
 * Judges variables by an effective schema: as what `JSON.parse` gives, numbers as floats. Nothing is generated as code. Most variables
 * are right, so a quick judgement says only whether they are; what is wrong is looked for afterwards.
 */
import type { MissingKey } from '@px0/template';
import type { Dict } from '../json.ts';
import type { InputSchema } from '../schema/schema.ts';
import { explain } from './explain.ts';
import { compileNode } from './node.ts';
import { type Violation, violationOf } from './violation.ts';

/** Undefined for variables that keep to the contract. Only where an absent key is an error of the render can one be missing. */
export type Judge = (variables: Dict, missingKey?: MissingKey) => Violation | undefined;

export function compileJudge(schema: InputSchema): Judge {
  const root = compileNode(schema, true);
  return (variables, missingKey = 'error') => {
    const demands = missingKey === 'error';
    return root.accepts(variables, demands) ? undefined : violationOf(explain(root, variables, demands));
  };
}
