/** The audit as a chain. The public face of `@px0/audit`. */
export { type AuditEntry, follow, genesis, type Head, headText, parseHead } from './chain.ts';
export { ChainError, ChainVerifier, type CheckedChain } from './verify.ts';
