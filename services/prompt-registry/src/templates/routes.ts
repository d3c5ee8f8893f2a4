/** Transport of the template check, for editors that validate while a user types. */
import type { Principal } from '@px0/access';
import type { Wire } from '@px0/contracts';
import type { Handlers } from '@px0/service-kit';
import type { HeavyWork } from '../heavy/mod.ts';
import { requireTemplate, type TemplateCheck, variableOnWire } from '../versions/mod.ts';

export function templateRoutes(templates: TemplateCheck, heavy: HeavyWork) {
  return {
    validateTemplate: async ({ principal, body, signal }): Promise<Wire<'TemplateValidation'>> => {
      const template = requireTemplate(body().template);
      const judgement = await templates.judge(heavy.callerOf(principal), template, signal);
      if (judgement.valid)
        return { valid: true, variables: judgement.variables.map(variableOnWire), error: null };
      const { message, line, column } = judgement;
      return { valid: false, variables: [], error: { message, line, column } };
    },
  } satisfies Handlers<Principal>;
}
