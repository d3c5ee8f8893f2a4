/** What answers hold that the build before does not know: an old client ignores it, and a recording does not have it. */

const ofPrompt = ['folder', 'contract', 'created_by'];
const ofVersion = ['kind', 'note', 'created_by', 'content_hash'];

/** The places of added keys; `*` is any item of a list. */
const added: ReadonlySet<string> = new Set([
  ...ofPrompt.flatMap((key) => [`prompt.${key}`, `prompts.*.${key}`]),
  ...ofVersion.flatMap((key) => [`version.${key}`, `versions.*.${key}`]),
  // In lists only where they are asked for.
  'version.input_schema',
  // Of a check.
  'check.contract',
  'check.payloads.*.violations',
  'check.payloads.*.assertions',
  'check.base_version',
  'check.failed',
  'check.warnings',
  'check.payloads_digest',
  // Of a payload.
  ...['payload', 'payloads.*'].flatMap((payload) => [`${payload}.assertions`, `${payload}.snapshot`]),
  // Of a result in a batch.
  'results.*.hint',
  // Of a validation.
  'input_schema',
  // Of lists of an organization.
  ...['teams', 'team_count'].map((key) => `people.*.${key}`),
  ...['member_count', 'is_join_requested'].map((key) => `teams.*.${key}`),
  ...['prefix', 'created_by', 'team_ids'].map((key) => `api_keys.*.${key}`),
]);

/** Headers of answers. */
export const addedHeaders = ['px0-hint'];

/** The methods of an `Allow` header that the build before has. */
export function withoutAddedMethods(allow: string): string {
  return allow.replace(/PATCH, |, PATCH$/, '');
}

/** The text of a JSON answer without the added keys; everything else stays to the byte. */
export function withoutAddedKeys(text: string): string {
  return /^[{[]/.test(text) ? new Copy(text).value('') : text;
}

/** Copies JSON as the services write it, without white space. */
class Copy {
  readonly #text: string;
  #at = 0;

  constructor(text: string) {
    this.#text = text;
  }

  value(place: string): string {
    const first = this.#text[this.#at];
    if (first === '{') return `{${this.#members(place).join(',')}}`;
    if (first === '[') return `[${this.#items(place).join(',')}]`;
    if (first === '"') return this.#matched(/"(?:[^"\\]|\\.)*"/y);
    return this.#matched(/[^,\]}]+/y);
  }

  #members(place: string): string[] {
    const members: string[] = [];
    while (this.#goesOn('}')) {
      const key = this.#matched(/"(?:[^"\\]|\\.)*"/y);
      this.#at += 1;
      const inside = place === '' ? key.slice(1, -1) : `${place}.${key.slice(1, -1)}`;
      const value = this.value(inside);
      if (!added.has(inside)) members.push(`${key}:${value}`);
    }
    return members;
  }

  #items(place: string): string[] {
    const items: string[] = [];
    while (this.#goesOn(']')) items.push(this.value(`${place}.*`));
    return items;
  }

  /** Steps over the opening bracket or a comma; or over the closing bracket, and then nothing follows. */
  #goesOn(closing: string): boolean {
    this.#at += 1;
    if (this.#text[this.#at - 1] === closing) return false;
    if (this.#text[this.#at] !== closing) return true;
    this.#at += 1;
    return false;
  }

  #matched(pattern: RegExp): string {
    pattern.lastIndex = this.#at;
    const [text] = pattern.exec(this.#text) ?? [];
    if (text === undefined) throw new Error(`no JSON at ${this.#at} of ${this.#text}`);
    this.#at += text.length;
    return text;
  }
}
