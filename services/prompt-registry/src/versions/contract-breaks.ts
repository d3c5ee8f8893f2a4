/** What a version that is to go live would refuse of what callers send today. See docs/decisions/191-input-contracts.md. */
import {
  breakDetail,
  type ContractChange,
  type ContractState,
  contractChange,
  type InputSchema,
} from '@px0/input-contract';
import { ApiError } from '@px0/service-kit';
import { inputSchemaOf, type SchemaColumns } from '../changes/mod.ts';
import { UnknownSchema } from './unknown-schema.ts';

/** What of a version its callers depend on. */
export interface Contracted extends SchemaColumns {
  /** Null for a text. */
  readonly messages: readonly unknown[] | null;
}

/** Where nothing is live, nothing changes for anybody. @throws UnknownSchema */
export function changeFor(live: Contracted | undefined, next: Contracted): ContractChange {
  if (live === undefined) return { breaks: [], notices: [] };
  return contractChange(stateOf(live), stateOf(next));
}

/** The refusal of a promotion. Of several promotions, it says behind the breaks which prompt has them. */
class ContractBreak extends ApiError {
  readonly breaks: readonly string[];

  constructor(breaks: readonly string[], slug?: string) {
    const detail = breakDetail(breaks);
    super('contractBreak', { detail: slug === undefined ? detail : `${detail} (${slug})` });
    this.breaks = breaks;
  }
}

/** @throws ContractBreak @throws UnknownSchema */
export function requireNoBreak(live: Contracted | undefined, next: Contracted): void {
  const { breaks } = changeFor(live, next);
  if (breaks.length > 0) throw new ContractBreak(breaks);
}

/** Does work on one of several prompts. @throws what `work` throws, and ContractBreak that names the prompt */
export async function namingPrompt<T>(slug: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw error instanceof ContractBreak ? new ContractBreak(error.breaks, slug) : error;
  }
}

function stateOf(version: Contracted): ContractState {
  return { kind: version.messages === null ? 'text' : 'chat', schema: requireSchema(version) };
}

/** @throws UnknownSchema */
export function requireSchema(version: SchemaColumns): InputSchema {
  const schema = inputSchemaOf(version);
  if (schema === undefined) throw new UnknownSchema();
  return schema;
}
