/** Patterns and tokens: for a thread that can be ended, never for an event loop. */
export { Patterns, reasonAgainst } from './patterns.ts';
export { countTokens, loadVocabulary } from './tokens.ts';
