/**
 * Finds what looks like a tag of Jinja in the text between actions: `{% if x %}` and `{# note #}`. It is no error, since px0 keeps it as text, and hardly
 * what its author wants. `{name}` and `${name}` are left alone: prompts hold code and JSON.
 */
import { actionsIn } from './actions.ts';
import { goExpression } from './expression.ts';
import { foreignTag, type Tags } from './foreign-tags.ts';
import { oneLine, type TemplateProblem } from './problem.ts';

const MOST_FOUND = 20;

/** Of a tag; what has none of the usual words is left alone. */
const tag =
  /\{%[-+]?\s*(?<inner>(?:if|elif|else|endif|for|endfor|set|endset|include|block|endblock|macro|endmacro|raw|endraw|with|endwith|unless|endunless|assign|case|when)\b[^{}%]{0,300}?)[-+]?%\}|\{#-?\s(?<note>[^{}#]{0,300}?)\s-?#\}/gu;

/** In the order of the text. At most 20. */
export function otherLanguagesIn(text: string): readonly TemplateProblem[] {
  const problems: TemplateProblem[] = [];
  const known: Tags = { own: new Set() };
  const actions = actionsIn(text);
  let next = 0;
  for (const match of text.matchAll(tag)) {
    const from = match.index;
    const to = from + match[0].length;
    while ((actions[next]?.end ?? text.length) <= from) next++;
    const action = actions[next];
    if (action !== undefined && action.start < to) continue;
    const meant = meantBy(match.groups?.['inner']?.trim(), match.groups?.['note'], known);
    problems.push({
      from,
      to,
      message: `px0 keeps ${oneLine(match[0])} as plain text`,
      ...(meant !== undefined && { suggestion: `{{${meant}}}` }),
    });
    if (problems.length === MOST_FOUND) break;
  }
  return problems;
}

function meantBy(inner: string | undefined, note: string | undefined, known: Tags): string | undefined {
  if (note !== undefined) return note.includes('*/') ? undefined : `/* ${note} */`;
  if (inner === undefined) return undefined;
  if (inner === 'else') return 'else';
  const [, condition] = /^if\s+(.+)$/su.exec(inner) ?? [];
  if (condition === undefined) return foreignTag(inner, known)?.text;
  const written = goExpression(condition, known.own);
  return written === undefined ? undefined : `if ${written}`;
}
