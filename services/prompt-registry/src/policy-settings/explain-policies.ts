/** What would stand in the way of a change, now. */
import type { Principal } from '@px0/access';
import { type PromptId, policyTransitions } from '@px0/contracts';
import type { Reader } from '@px0/owner';
import { ApiError } from '@px0/service-kit';
import type { Guarded, PolicyGate, Requirement, Transition } from '../policies/mod.ts';
import type { FindPrompt } from '../prompts/mod.ts';
import { parseVersionRef, requireVersion, type VersionRow } from '../versions/mod.ts';

export interface ExplainPoliciesDependencies {
  readonly reader: Reader;
  readonly prompts: FindPrompt;
  readonly gate: PolicyGate;
}

export interface Question {
  readonly transition?: string | undefined;
  readonly version?: string | undefined;
  readonly tag?: string | undefined;
}

export class ExplainPolicies {
  readonly #deps: ExplainPoliciesDependencies;

  constructor(deps: ExplainPoliciesDependencies) {
    this.#deps = deps;
  }

  /** @throws ApiError promptNotFound, invalidTransition, versionNotFound, tooManyHeavyRenders */
  async run(
    principal: Principal,
    promptId: PromptId,
    { transition, version: ref, tag }: Question,
    signal: AbortSignal,
  ): Promise<readonly Requirement[]> {
    const { reader, prompts, gate } = this.#deps;
    const prompt = await prompts.run(principal, 'explainPolicies', promptId);
    const wanted = policyTransitions.find((known) => known === transition);
    if (wanted === undefined) throw new ApiError('invalidTransition');
    return gate.judging(signal, async (judgement) => {
      const version =
        ref === undefined || ref === ''
          ? undefined
          : await requireVersion(reader, promptId, parseVersionRef(ref));
      return gate.requirements(reader, prompt, { ...guardedBy(wanted, version, tag), judgement });
    });
  }
}

function guardedBy(
  transition: Transition,
  version: VersionRow | undefined,
  tag: string | undefined,
): Guarded {
  const anyVersion = version ?? 'unsaved';
  switch (transition) {
    case 'stable':
      return { transitions: ['stable'], version: anyVersion };
    case 'live': {
      // A draft passes stable on its way.
      const transitions: Transition[] = version?.status === 'draft' ? ['stable', 'live'] : ['live'];
      const proposal = version && { kind: 'promote', version: version.number, to: 'live' };
      return { transitions, version: anyVersion, ...(proposal !== undefined && { proposal }) };
    }
    case 'tag':
      return {
        transitions: ['tag'],
        ...(tag !== undefined && tag !== '' && { tags: [tag] }),
        ...(version !== undefined && { version }),
      };
    case 'archive':
      return { transitions: version === undefined ? ['archive', 'live', 'tag'] : ['archive'] };
    case 'move':
      return { transitions: ['move', 'live', 'tag'] };
    default:
      return { transitions: [transition] };
  }
}
