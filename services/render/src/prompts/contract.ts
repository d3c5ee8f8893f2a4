/** What an input contract is made of. Worker threads load this module, too. */
import type { StateOf } from '@px0/contracts';
import type { InputSchema } from '@px0/input-contract';

/** What happens to renders whose variables the version refuses, where that is anything. */
export type ContractPolicy = NonNullable<StateOf<'prompt'>['contract']>;

/** What the variables must be. Null: what the program needs, and nothing else. Undefined: nobody has said. */
export type KnownSchema = InputSchema | null | undefined;
