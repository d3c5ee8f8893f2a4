/** The templates that are rendered. */

export const TWO_VARIABLES = 'Hello {{.name}}, welcome to {{.place}}!';

const LINE =
  '- Answer in two sentences at most, say "I do not know" when that is so, and send whoever asks for a person to the front desk.\n';

/** Of so many characters, as instructions are written: sentences in lines, with quotes, and two variables; the shortest is those alone. */
export function largeText(characters: number): string {
  if (characters <= TWO_VARIABLES.length) return TWO_VARIABLES;
  const [before = '', between = '', after = ''] = TWO_VARIABLES.split(/\{\{.*?\}\}/);
  const lines = LINE.repeat(Math.ceil(characters / LINE.length)).slice(0, characters - TWO_VARIABLES.length);
  const half = lines.length / 2;
  return `${before}{{.name}}${lines.slice(0, half)}${between}{{.place}}${lines.slice(half)}${after}`;
}
