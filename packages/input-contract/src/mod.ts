/** Input contracts: what a version's variables must be. */

export { checkInputSchema } from './schema/check-schema.ts';
export { effectiveSchema } from './schema/effective-schema.ts';
export type { InputSchema, JsonType } from './schema/schema.ts';
export { SchemaFault } from './schema/schema-fault.ts';
