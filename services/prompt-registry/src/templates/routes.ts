/** Transport of the template check, for editors that validate while a user types. */
import type { Principal } from '@px0/access';
import type { Handlers } from '@px0/service-kit';
import type { HeavyWork } from '../heavy/mod.ts';
import type { ContentCheck } from '../versions/mod.ts';
import { validateContent } from './validate-content.ts';

export function templateRoutes(contents: ContentCheck, heavy: HeavyWork) {
  return {
    validateTemplate: async ({ principal, body, signal }) =>
      validateContent(body(), (text) => contents.judge(heavy.callerOf(principal), text, signal)),
  } satisfies Handlers<Principal>;
}
