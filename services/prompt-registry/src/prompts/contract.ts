/** What happens to renders whose variables the version refuses. See docs/decisions/191-input-contracts.md. */
import { ApiError } from '@px0/service-kit';
import { type Authoring, requireAuthoringOn } from '../changes/mod.ts';

export type Contract = 'off' | 'warn' | 'enforce';

/** @throws ApiError invalidContract; serviceUnavailable while an old registry could publish the prompt without it */
export function requireContract(text: string, authoring: Authoring): Contract {
  if (text !== 'off' && text !== 'warn' && text !== 'enforce') throw new ApiError('invalidContract');
  if (text !== 'off') requireAuthoringOn(authoring);
  return text;
}

/** From what to what, as the audit says it. */
export function contractDetail(from: Contract, to: Contract) {
  return { contract_from: from, contract_to: to };
}
