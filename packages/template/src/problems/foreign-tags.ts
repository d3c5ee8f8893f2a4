/** The tags of Jinja, Handlebars and Mustache, in this language. */
import { goExpression } from './expression.ts';

export interface Tags {
  /** The names that loops declare, which stand for variables. */
  readonly own: Set<string>;
}

interface Tag {
  readonly pattern: RegExp;
  /** Undefined if its expression is not understood. */
  readonly write: (parts: readonly string[], tags: Tags) => string | undefined;
}

const name = String.raw`[\p{L}_][\p{L}\p{N}_]*`;

const tags: readonly Tag[] = [
  { pattern: /^(?:\/.*|end ?(?:if|for|each|with|unless|block|macro))$/u, write: () => 'end' },
  {
    pattern: /^(?:elif|elsif|elseif|else if|else ?#if) (.+)$/su,
    write: ([condition = ''], { own }) => headed('else if', condition, own),
  },
  { pattern: /^#if (.+)$/su, write: ([condition = ''], { own }) => headed('if', condition, own) },
  {
    pattern: /^#?unless (.+)$/su,
    write: ([condition = ''], { own }) => headed('if', `not (${condition})`, own),
  },
  {
    pattern: new RegExp(`^#?each (.+?) as \\|(${name})\\|$`, 'su'),
    write: ([list = '', item = ''], known) => loop(list, [item], known),
  },
  { pattern: /^#?each (.+)$/su, write: ([list = ''], { own }) => headed('range', list, own) },
  {
    pattern: new RegExp(`^#?for (${name})(?:, ?(${name}))? in (.+?)(?:\\.items\\(\\))?$`, 'su'),
    write: ([one = '', other = '', list = ''], known) =>
      loop(list, other === '' ? [one] : [one, other], known),
  },
  { pattern: /^#(?:with )?(.+)$/su, write: ([value = ''], { own }) => headed('with', value, own) },
  { pattern: /^\^ ?(.+)$/su, write: ([value = ''], { own }) => headed('if', `not (${value})`, own) },
  {
    pattern: new RegExp(`^set (${name}) = (.+)$`, 'su'),
    write: ([one = '', value = ''], known) => {
      const written = goExpression(value, known.own);
      known.own.add(one);
      return written === undefined ? undefined : `$${one} := ${written}`;
    },
  },
  { pattern: /^(?:> ?|include )"?([^"{}]+?)"?$/u, write: ([called = '']) => `template "${called}" .` },
  {
    pattern: /^! ?(.*)$/su,
    write: ([comment = '']) => (comment.includes('*/') ? undefined : `/* ${comment} */`),
  },
  { pattern: /^& ?(.+)$/su, write: ([value = ''], { own }) => goExpression(value, own) },
];

/** What stands in a tag, without its spaces at both ends; undefined if it is no tag of those languages. `text` is what it says here, if that is known. */
export function foreignTag(inner: string, known: Tags): { readonly text: string | undefined } | undefined {
  const plain = inner.replaceAll(/\s+/g, ' ');
  for (const { pattern, write } of tags) {
    const match = pattern.exec(plain);
    if (match !== null)
      return {
        text: write(
          match.slice(1).map((part = '') => part.trim()),
          known,
        ),
      };
  }
  return undefined;
}

function headed(keyword: string, expression: string, own: ReadonlySet<string>): string | undefined {
  const written = goExpression(expression, own);
  return written === undefined ? undefined : `${keyword} ${written}`;
}

/** Its variables are known from here on. */
function loop(list: string, items: readonly string[], { own }: Tags): string | undefined {
  const written = goExpression(list, own);
  for (const item of items) own.add(item);
  return written === undefined
    ? undefined
    : `range ${items.map((item) => `$${item}`).join(', ')} := ${written}`;
}
