/** What an author should know of a template before or after px0 has seen it: its errors, with what was probably meant, and tags of other languages. */
import { errorsIn, otherLanguagesIn, problemText, type TemplateProblem } from '@px0/template/problems';

/** The texts of a version: a template, or the messages of a chat. */
export interface Authored {
  readonly template?: string;
  readonly messages?: readonly AuthoredMessage[];
}

interface AuthoredMessage {
  readonly template?: string;
  readonly parts?: readonly { readonly template?: string; readonly url?: string }[];
}

/** Sentences shown at most. */
const MOST_SHOWN = 5;

/** What is wrong with the template, for the brackets behind a refusal. Empty if nothing is, as far as this command can tell. */
export function adviceOn(authored: Authored): string {
  return joined(sentences(authored, (text) => errorsIn(text).errors));
}

/** What px0 accepts, although its author hardly means it, sentence by sentence. */
export function doubtsAbout(authored: Authored): readonly string[] {
  const found = sentences(authored, otherLanguagesIn);
  return found.length > MOST_SHOWN
    ? [...found.slice(0, MOST_SHOWN), `and ${found.length - MOST_SHOWN} more like it`]
    : found;
}

function sentences(
  { template, messages = [] }: Authored,
  problemsIn: (text: string) => readonly TemplateProblem[],
): readonly string[] {
  const told = (text: string | undefined, where: string) =>
    problemsIn(text ?? '').map(
      (problem) => `${where}line ${lineOf(text ?? '', problem)}: ${problemText(problem)}`,
    );
  // Messages are counted from 0, as in the errors of px0.
  return [
    ...told(template, ''),
    ...messages.flatMap((message, at) => [
      ...told(message.template, `message ${at}, `),
      ...(message.parts ?? []).flatMap(({ template: text, url }, part) =>
        told(text ?? url, `message ${at}.${part}, `),
      ),
    ]),
  ];
}

function joined(all: readonly string[]): string {
  const shown = all.slice(0, MOST_SHOWN).join('; ');
  return all.length > MOST_SHOWN ? `${shown}; and ${all.length - MOST_SHOWN} more` : shown;
}

function lineOf(text: string, { from }: TemplateProblem): number {
  return text.slice(0, from).split('\n').length;
}
