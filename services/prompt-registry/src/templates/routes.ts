/** Transport of the template check, for editors that validate while a user types. */
import type { Principal } from '@px0/access';
import type { Wire } from '@px0/contracts';
import { ApiError, type Handlers } from '@px0/service-kit';
import type { HeavyWork } from '../heavy/mod.ts';
import { type ContentCheck, requireText, variableOnWire } from '../versions/mod.ts';

export function templateRoutes(contents: ContentCheck, heavy: HeavyWork) {
  return {
    validateTemplate: async ({ principal, body, signal }): Promise<Wire<'TemplateValidation'>> => {
      const text = requireText(body(), 'none');
      if (text === undefined) throw new ApiError('templateRequired');
      const judgement = await contents.judge(heavy.callerOf(principal), text, signal);
      if (judgement.outcome === 'valid')
        return { valid: true, variables: judgement.variables.map(variableOnWire), error: null };
      if (judgement.outcome === 'tooLarge') throw new ApiError('programTooLarge');
      const { message, line, column } = judgement;
      return { valid: false, variables: [], error: { message, line, column } };
    },
  } satisfies Handlers<Principal>;
}
