/**
 * Whether a render's variables are judged, and how. Worker threads load this module, too.
 * See docs/decisions/193-contracts-at-the-render.md.
 */
import type { Judge } from '@px0/input-contract';
import type { ContractPolicy } from '../prompts/thread.ts';

/** How variables are judged, where they are. */
export interface Contract {
  readonly policy: ContractPolicy;
  readonly judge: Judge;
}

/** That of the prompt, or what the caller asks for where that is stricter. */
export function policyOf(
  ofPrompt: ContractPolicy | undefined,
  asked: ContractPolicy | undefined,
): ContractPolicy | undefined {
  return ofPrompt === 'enforce' || asked === undefined ? ofPrompt : asked;
}
