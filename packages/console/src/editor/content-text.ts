/** Reads the text to which two people's work was merged. */
import { MessageTextError, messagesFromText } from '@px0/contracts/message-text';
import { type Body, entryOf, isChat } from '../preview/mod.ts';

export type ReadBody =
  | { readonly ok: true; readonly body: Body }
  | { readonly ok: false; readonly reason: string };

/** Reads a merged text as what the user's own is. */
export function bodyFrom(text: string, mine: Body): ReadBody {
  if (!isChat(mine)) return { ok: true, body: { template: text } };
  try {
    return { ok: true, body: { messages: messagesFromText(text).map(entryOf) } };
  } catch (error) {
    if (!(error instanceof MessageTextError)) throw error;
    return {
      ok: false,
      reason: `Begin each message with a line like “user:”. The text of ${error.message}.`,
    };
  }
}
