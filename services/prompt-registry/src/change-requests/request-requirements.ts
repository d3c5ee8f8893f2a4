/** What policies ask of an open request, as the gate would ask it now. */
import type { Reader } from '@px0/owner';
import type { Guarded, PolicyGate } from '../policies/mod.ts';
import { promptById } from '../prompts/mod.ts';
import { guardedBy } from './guarded-by.ts';
import type { JudgedRequest } from './judged-request.ts';
import type { RequirementSource } from './request-view.ts';
import type { Requirements } from './store.ts';

export class RequestRequirements implements RequirementSource {
  readonly #gate: PolicyGate;

  constructor(gate: PolicyGate) {
    this.#gate = gate;
  }

  async of(reader: Reader, request: JudgedRequest, signal?: AbortSignal): Promise<Requirements> {
    const gate = this.#gate;
    const { row, present } = request;
    const prompt = await promptById(reader, row.promptId);
    if (prompt === undefined) return [];
    const find = (judgement: Guarded['judgement']) => {
      const parts = guardedBy(row.change, present, judgement);
      return gate.requirements(reader, prompt, parts, (policy) => request.approvals(policy));
    };
    return signal === undefined ? find('later') : gate.judging(signal, find);
  }
}
