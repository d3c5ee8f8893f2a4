/** The face of this feature for worker threads. */
export type { ContractPolicy, KnownSchema } from './contract.ts';
