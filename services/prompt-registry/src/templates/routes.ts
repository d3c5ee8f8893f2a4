/** Transport of the template check. */
import type { Principal } from '@px0/access';
import type { Wire } from '@px0/contracts';
import type { Handlers } from '@px0/service-kit';
import { variableOnWire } from '../versions/mod.ts';
import { judgeTemplate } from './validate-template.ts';

export function templateRoutes() {
  return {
    validateTemplate: ({ body }): Wire<'TemplateValidation'> => {
      const judgement = judgeTemplate(body().template);
      if (judgement.valid)
        return { valid: true, variables: judgement.variables.map(variableOnWire), error: null };
      const { message, line, column } = judgement;
      return { valid: false, variables: [], error: { message, line, column } };
    },
  } satisfies Handlers<Principal>;
}
