/** Conversations for engines: the program's units, which share one budget, or its transcript. */
import type { ChatCase } from '../../packages/template/fuzz/chat-cases.ts';
import type { ChatOutcome } from '../../packages/template/fuzz/chat-outcomes.ts';
import type { CaseLimits } from '../../packages/template/fuzz/limit-cases.ts';
import { TemplateSyntaxError } from '../../packages/template/src/errors.ts';
import { linkChat } from '../../packages/template/src/program/link-chat.ts';
import { unitsOf } from '../../packages/template/src/program/messages.ts';
import type { ChatEntry, SourceStretch } from '../../packages/template/src/program/program.ts';
import type { Answer, EngineCase } from './engines.ts';

/** What a case has that is made of a conversation. */
export interface Conversation {
  readonly entries: readonly ChatEntry[];
  readonly sources: readonly SourceStretch[];
  /** The units to render; without, the transcript. */
  readonly units: readonly string[] | undefined;
}

/** Nothing for a conversation that does not link. */
export function conversationCase(
  { entries, variables, missing_key }: ChatCase,
  limits: CaseLimits,
  isTranscript: boolean,
): EngineCase | undefined {
  try {
    const { template, outline = [], sources = [] } = linkChat(entries);
    const units = isTranscript ? undefined : unitsOf(outline);
    return {
      template,
      data: variables,
      missingKey: missing_key,
      limits,
      conversation: { entries, sources, units },
    };
  } catch (error) {
    if (error instanceof TemplateSyntaxError) return undefined;
    throw error;
  }
}

/** What Go's own package makes of the texts, each parsed on its own, as the engines answer. */
export function answerOfGo({ units }: Conversation, outcome: ChatOutcome): Answer {
  const texts =
    units === undefined
      ? [outcome.transcript]
      : units.map((name) => outcome.units?.find((unit) => unit.name === name));
  const error = texts.find((text) => text?.error !== undefined)?.error;
  if (error !== undefined) return { exec_error: error };
  const outputs = texts.map((text) => text?.output ?? '');
  return units === undefined ? { output: outputs.join('') } : { outputs };
}

/** The same conversation with an entry less, or with shorter texts. */
export function smallerConversations(engineCase: EngineCase): EngineCase[] {
  const { conversation, data: variables, missingKey: missing_key, limits } = engineCase;
  if (conversation === undefined) return [];
  const { entries, units } = conversation;
  const shorter = entries.flatMap((entry, index) => [
    entries.toSpliced(index, 1),
    ...smallerEntries(entry).map((one) => entries.toSpliced(index, 1, one)),
  ]);
  return shorter.flatMap((one) => {
    const made = conversationCase({ entries: one, variables, missing_key }, limits, units === undefined);
    return made === undefined || one.length === 0 ? [] : [made];
  });
}

function smallerEntries(entry: ChatEntry): ChatEntry[] {
  if ('placeholder' in entry) return [];
  if ('template' in entry)
    return smallerTexts(entry.template).map((template) => ({ role: entry.role, template }));
  return entry.parts.map((part) => ({
    role: entry.role,
    template: part.type === 'text' ? part.template : part.url,
  }));
}

/** A text without each of its halves, quarters and so on. */
export function smallerTexts(text: string): string[] {
  const texts: string[] = [];
  for (let size = text.length; size >= 1; size = Math.floor(size / 2)) {
    for (let at = 0; at < text.length; at += size) {
      const shorter = text.slice(0, at) + text.slice(at + size);
      if (shorter.isWellFormed()) texts.push(shorter);
    }
  }
  return texts;
}
