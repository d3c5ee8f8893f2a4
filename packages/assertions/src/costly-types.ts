/** Which assertions are judged in a thread of their own, which can be ended: patterns and tokens take as long as they take. */
import { type Assertion, type AssertionType, numberOf, textOf } from './assertion.ts';

export type CostlyType = 'matches' | 'not_matches' | 'max_tokens';

export function isCostlyType(type: AssertionType): type is CostlyType {
  return type === 'matches' || type === 'not_matches' || type === 'max_tokens';
}

/** Characters that stand for themselves in every pattern. */
const LITERAL = /^[\w \t\n,:;"'<>=!@#%&~`/-]*$/;

/** The text that a pattern looks for if it has no operator. */
export function literalOf(pattern: string): string | undefined {
  return LITERAL.test(pattern) ? pattern : undefined;
}

/** Whether the assertion may need a pattern or tokens, whatever the output is. */
export function mayBeCostly(assertion: Assertion): boolean {
  if (assertion.type === 'max_tokens') return true;
  return isCostlyType(assertion.type) && literalOf(textOf(assertion)) === undefined;
}

/** A token holds a byte at least. */
export function hasFewTokens(text: string, assertion: Assertion): boolean {
  return Buffer.byteLength(text) <= numberOf(assertion);
}
