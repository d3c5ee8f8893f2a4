/**
 * What a platform makes up anew in each run (ids, times, cursors, ETags) is known in a recording by a name, in the order of its first
 * appearance: `‹id 3›`.
 */

const madeUp =
  /(?<id>[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12})|(?<time>\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(?:\.\d+)?Z)/gi;

export type Kind = 'id' | 'time' | 'cursor' | 'etag' | 'entry';

export class Names {
  readonly #names = new Map<string, string>();
  readonly #values = new Map<string, string>();
  readonly #counts = new Map<Kind, number>();
  /** Ids and times that a request brought along: they are the same in every run. */
  readonly #given = new Set<string>();

  /** The name of a value; a new one for a value that is not known. */
  of(value: string, kind: Kind): string {
    const known = this.#names.get(value);
    if (known !== undefined) return known;
    const count = (this.#counts.get(kind) ?? 0) + 1;
    this.#counts.set(kind, count);
    return this.give(value, `‹${kind} ${count}›`);
  }

  give(value: string, name: string): string {
    this.#names.set(value, name);
    this.#values.set(name, value);
    return name;
  }

  /** The text of a request with names for what earlier answers made known; an id in capitals has its name in capitals. */
  inRequest(text: string): string {
    return text.replace(madeUp, (value) => {
      const name = this.#names.get(value) ?? this.#names.get(value.toLowerCase())?.toUpperCase();
      if (name === undefined) this.#given.add(value);
      return name ?? value;
    });
  }

  /** The text of an answer with names for everything that was made up. */
  inAnswer(text: string): string {
    return text.replace(madeUp, (value, ...rest) => {
      const groups: unknown = rest.at(-1);
      const isId = typeof groups === 'object' && groups !== null && Reflect.get(groups, 'id') !== undefined;
      return this.#given.has(value) ? value : this.of(value, isId ? 'id' : 'time');
    });
  }

  /** The name of a value if it has one. */
  known(value: string): string {
    return this.#names.get(value) ?? value;
  }

  /** Puts the values in the place of their names. */
  filled(text: string): string {
    return text.replace(
      /‹[a-z ]+\d*›/gi,
      (name) => this.#values.get(name) ?? this.#values.get(name.toLowerCase())?.toUpperCase() ?? name,
    );
  }
}
