/**
 * The header `Px0-Hint` of a refusal: what the caller may have meant or forgotten, for programs that turn it into a sentence. The error itself stays as the contract
 * words it. A hint says nothing that the caller may not read, and repeats no value of a variable.
 * See docs/decisions/218-hints.md.
 */

export const HINT_HEADER = 'Px0-Hint';

/** Of the header's value. Names that find no room are left out, and counted. */
export const mostHintBytes = 512;

/**
 * What a hint can say, in the order in which it is said: by its name in the header, what its items are. Items are percent-encoded UTF-8, separated by commas; two halves of
 * an item are separated by a colon. Clients skip names that they do not know.
 */
export const hintNames = {
  'did-you-mean': 'The slug of a prompt that the caller may read, and may have meant.',
  'in-team': 'The id of another team of the caller in which the prompt is.',
  'missing-variables':
    'Variables that the template needs and that were not sent; behind a colon, a name that was sent and may mean it.',
  'beside-variables': 'Names that were sent beside `variables`, and are missing in it.',
  credentials:
    'What is wrong with the header `Authorization`: `missing`, `scheme` (it does not begin with `Bearer `), `form` (the token is neither a key nor a session), `incomplete-key`, `unknown-key`, `expired-key`, `ended-session`, or `no-acting-user` (the organization has no verified admin for whom the key could act).',
  needs: 'What the operation takes: `session`, which is a person who has logged in, or `admin-key`.',
  'key-may': 'The `operation` of the key, where that is why it is refused.',
  'key-limit':
    'To what the key is limited, so that this may be why it is refused or finds nothing: `teams`, `slugs`, `refs`.',
  body: 'What is wrong with the request body as a whole: `empty`, `media-type`, `encoding`, `utf-8`, or `json`.',
  at: 'The line and column at which the body stops being JSON, from 1.',
  field:
    'The path of a field of the request body that is not as it must be, such as `renders.0.slug`. Without it, the body itself is meant.',
  must: 'What the field must be: `object`, `list`, `string`, `number`, `integer`, `boolean`, `uuid`, `known`, `one-of` and the values, `storable` (without NUL characters and numbers beyond a double), or `flatter` (nested less deep).',
  more: 'How many items found no room.',
} as const;

type HintName = keyof typeof hintNames;

/** A text, or its two halves. */
type HintItem = string | readonly [string, string];

export type Hint = { readonly [Name in Exclude<HintName, 'more'>]?: readonly HintItem[] };

/** Enough for `; more=` and any number of items that a request has room for. */
const ROOM_FOR_MORE = 20;

/** The value of the header: ASCII, at most `mostHintBytes`; undefined if it would say nothing. */
export function hintText(hint: Hint): string | undefined {
  const most = mostHintBytes - ROOM_FOR_MORE;
  let text = '';
  let more = 0;
  for (const [name, items] of inOrder(hint)) {
    let separator = `${text === '' ? '' : '; '}${name}=`;
    for (const item of items) {
      const added = separator + encoded(item);
      if (text.length + added.length > most) more += 1;
      else {
        text += added;
        separator = ',';
      }
    }
  }
  if (text === '') return undefined;
  return more === 0 ? text : `${text}; more=${more}`;
}

function* inOrder(hint: Hint): Generator<[string, readonly HintItem[]]> {
  for (const name of Object.keys(hintNames)) {
    const items = Object.hasOwn(hint, name) ? hint[name as keyof Hint] : undefined;
    if (items !== undefined) yield [name, items];
  }
}

function encoded(item: HintItem): string {
  return typeof item === 'string' ? encodedText(item) : item.map(encodedText).join(':');
}

/** A text may be as long as a request, and need not be encoded to see that it finds no room. */
function encodedText(text: string): string {
  return encodeURIComponent(text.slice(0, mostHintBytes + 1).toWellFormed());
}
