/** Reads the audit log of a prompt. */
import type { Principal } from '@px0/access';
import type { PromptId } from '@px0/contracts';
import type { Reader } from '@px0/owner';
import type { FindPrompt } from '../prompts/mod.ts';
import { type AuditParameters, parseAuditPage } from './page-request.ts';
import { type AuditPage, auditPage } from './store.ts';

export interface ReadPromptAuditDependencies {
  readonly reader: Reader;
  readonly prompts: FindPrompt;
}

export class ReadPromptAudit {
  readonly #deps: ReadPromptAuditDependencies;

  constructor(deps: ReadPromptAuditDependencies) {
    this.#deps = deps;
  }

  /** @throws ApiError promptNotFound, invalidLimit, invalidCursor */
  async run(principal: Principal, promptId: PromptId, parameters: AuditParameters): Promise<AuditPage> {
    const { reader, prompts } = this.#deps;
    await prompts.run(principal, 'listPromptAudit', promptId);
    return auditPage(reader, { promptId }, parseAuditPage(parameters));
  }
}
