/** A version's text, or its conversation as the text of a prompt file, so that two people's work can be compared and merged. */
import { MessageTextError, messagesAsText, messagesFromText } from '@px0/contracts/message-text';
import { type Body, entryOf, isChat, wireMessages } from '../preview/mod.ts';

export function bodyText(body: Body): string {
  return isChat(body) ? messagesAsText(wireMessages(body.messages)) : body.template;
}

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
