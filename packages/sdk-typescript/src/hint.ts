/**
 * The header `Px0-Hint` as a sentence. What it may hold, px0's description of its API says; names that are not known here are skipped, since a later px0 may say more.
 * A module without imports, for whoever shows refusals and does not render.
 */

/** px0 sends no longer one. */
const MOST_CHARACTERS = 512;

type Item = readonly [string, string?];
type Hint = ReadonlyMap<string, readonly Item[]>;

/** Without a period at its end, to stand beside the refusal; null when there is nothing to say. */
export function hintSentence(header: string | null): string | null {
  const hint = header === null || header.length > MOST_CHARACTERS ? undefined : parsed(header);
  if (hint === undefined) return null;
  const said = [...hint].flatMap(([name, items]) =>
    Object.hasOwn(sentences, name) ? (sentences[name]?.(items, hint) ?? []) : [],
  );
  return said.length === 0 ? null : said.join('; ');
}

/** Undefined for a text of another form, which px0 has not sent. */
function parsed(header: string): Hint | undefined {
  try {
    const hint = new Map<string, readonly Item[]>();
    for (const part of header.split('; ')) {
      const [, name, list] = /^([a-z-]+)=([!-:<-~]+)$/.exec(part) ?? [];
      if (name === undefined || list === undefined) return undefined;
      hint.set(name, list.split(',').map(itemOf));
    }
    return hint;
  } catch {
    // A text that is not percent-encoded UTF-8.
    return undefined;
  }
}

function itemOf(text: string): Item {
  const [first = '', second] = text.split(':').map(decoded);
  return second === undefined ? [first] : [first, second];
}

/** A name may hold anything; a message is shown in terminals and logs. */
function decoded(text: string): string {
  return decodeURIComponent(text).replaceAll(/\p{Cc}/gu, '\u{fffd}');
}

type Sentence = (items: readonly Item[], hint: Hint) => string | undefined;

const ofWord =
  (words: Readonly<Record<string, string>>): Sentence =>
  ([first]) =>
    first !== undefined && Object.hasOwn(words, first[0]) ? words[first[0]] : undefined;

const sentences: Readonly<Record<string, Sentence>> = {
  'did-you-mean': (items) => `did you mean ${namesOf(items)}?`,
  'in-team': (items) => `it is in another team: ${namesOf(items)}`,
  'missing-variables': (items, hint) => `missing variables: ${namesOf(items)}${moreOf(hint)}`,
  'beside-variables': (items) => `put ${namesOf(items)} inside of \`variables\``,
  credentials: ofWord({
    missing: 'the request has no Authorization header',
    scheme: 'the Authorization header must begin with "Bearer "',
    form: 'the token is neither an API key (ak_...) nor a session (sess_...)',
    'incomplete-key': 'the API key is not complete; copy it again',
    'unknown-key': 'the API key is unknown or was deleted',
    'expired-key': 'the API key has expired',
    'ended-session': 'the session has ended; log in again',
    'no-acting-user': 'the organization has no verified admin for whom the API key could act',
  }),
  needs: ofWord({
    session: 'this takes the session of a person, not an API key',
    'admin-key': 'this takes an API key with the operation admin',
  }),
  'key-may': ofWord({
    read_render: 'this key may only read and render',
    admin: 'this key may manage teams and people, but not change prompts',
  }),
  'key-limit': (items) => {
    const known = items.flatMap(([limit]) => limits[limit] ?? []);
    return known.length === 0 ? undefined : `this key is limited to some ${known.join(' and ')}`;
  },
  body: (items, hint) => bodies(items, hint) ?? (items[0]?.[0] === 'json' ? brokenJson(hint) : undefined),
  field: ([field], hint) => fieldSentence(field?.[0], hint.get('must')),
  must: (items, hint) => (hint.has('field') ? undefined : fieldSentence(undefined, items)),
};

const limits: Readonly<Record<string, string>> = { teams: 'teams', slugs: 'prompts', refs: 'versions' };

const bodies = ofWord({
  empty: 'the request has no body',
  'media-type': 'send the header Content-Type: application/json',
  encoding: 'the body is not encoded as Content-Encoding says, which may be gzip',
  'utf-8': 'the body is not UTF-8',
});

function brokenJson(hint: Hint): string {
  const [line, column] = hint.get('at')?.[0] ?? [];
  const place = line === undefined || column === undefined ? '' : ` at line ${line}, column ${column}`;
  return `the body is not JSON${place}`;
}

const rules: Readonly<Record<string, string>> = {
  object: 'must be an object',
  list: 'must be a list',
  string: 'must be a string',
  number: 'must be a number',
  integer: 'must be an integer',
  boolean: 'must be true or false',
  uuid: 'must be a UUID',
  known: 'is not a known field',
  storable: 'must not contain NUL characters or numbers beyond a double',
  flatter: 'must be nested less deep',
};

function fieldSentence(field: string | undefined, must: readonly Item[] = []): string | undefined {
  const [[rule = ''] = [], ...values] = must;
  const subject = field === undefined ? 'the body' : `\`${field}\``;
  if (rule === 'one-of') return `${subject} must be one of ${namesOf(values)}`;
  return Object.hasOwn(rules, rule) ? `${subject} ${rules[rule]}` : undefined;
}

function namesOf(items: readonly Item[]): string {
  return items
    .map(([name, given]) => (given === undefined ? name : `${name} (did you mean ${given}?)`))
    .join(', ');
}

function moreOf(hint: Hint): string {
  const more = hint.get('more')?.[0]?.[0];
  return more === undefined ? '' : ` and ${more} more`;
}
