/** What a contract break means for the services that render the prompt: who does not send a variable that the version requires. */
import { breakEntries, notSent, notSentText } from '@px0/input-contract/not-sent';
import { ConflictError } from '@px0/sdk';
import type { PromptsApi } from '@px0/sdk/api';

/** The refusal matters more than who breaks, so it is never held up for long. */
const PATIENCE_MS = 5_000;

export function isContractBreak(error: unknown): error is ConflictError {
  return error instanceof ConflictError && error.message.startsWith('contract break: ');
}

/** The refusal, with who does not send what. As it was where px0 does not say. */
export async function withSenders(
  prompts: PromptsApi,
  id: string,
  refusal: ConflictError,
): Promise<ConflictError> {
  const senders = await sendersOf(prompts, id, refusal.message);
  if (senders === '') return refusal;
  return new ConflictError(refusal.status, `${refusal.message} (${senders})`, refusal.hint);
}

/** "checkout and mailer do not send `mood`". Empty where all send what the breaks add, or px0 does not say. */
async function sendersOf(prompts: PromptsApi, id: string, message: string): Promise<string> {
  const added = breakEntries(message).filter((entry) => entry.startsWith('added required '));
  if (added.length === 0) return '';
  try {
    const signal = AbortSignal.timeout(PATIENCE_MS);
    const { services } = await (await prompts.listPromptServicesRaw({ id }, { signal })).value();
    return notSentText(notSent(added, services, new Date()));
  } catch {
    // A px0 of the release before does not know; nor may every caller ask.
    return '';
  }
}

/** As `sendersOf`, of a prompt of a team that is known by its slug. */
export async function sendersOfSlug(
  prompts: PromptsApi,
  teamId: string,
  slug: string,
  message: string,
): Promise<string> {
  try {
    const signal = AbortSignal.timeout(PATIENCE_MS);
    const { prompt } = await (await prompts.getPromptRaw({ id: slug, teamId }, { signal })).value();
    return await sendersOf(prompts, prompt.id, message);
  } catch {
    return '';
  }
}
