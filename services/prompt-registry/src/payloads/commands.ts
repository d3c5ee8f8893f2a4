/** Builds the commands of this feature. */
import type { AssertionCheck } from '../assertions/mod.ts';
import type { PolicyGate } from '../policies/mod.ts';
import type { PromptParts } from '../prompts/mod.ts';
import { CreatePayload } from './create-payload.ts';
import { DeletePayload } from './delete-payload.ts';
import { ListPayloads } from './list-payloads.ts';
import { ReadPayload } from './read-payload.ts';
import { UpdatePayload } from './update-payload.ts';

export interface PayloadParts extends PromptParts {
  readonly assertions: AssertionCheck;
  readonly gate: PolicyGate;
}

export function payloadCommands(parts: PayloadParts) {
  return {
    create: new CreatePayload(parts),
    list: new ListPayloads(parts),
    read: new ReadPayload(parts),
    update: new UpdatePayload(parts),
    delete: new DeletePayload(parts),
  };
}
