/** A parsed JSON answer, read by paths of keys and indexes. A missing value is an error that shows the whole answer. */
export class Shape {
  readonly value: unknown;

  constructor(value: unknown) {
    this.value = value;
  }

  /** @throws Error that shows the whole answer when there is nothing at the path */
  at(...path: readonly (string | number)[]): unknown {
    let value = this.value;
    for (const step of path) {
      value = typeof value === 'object' && value !== null ? Reflect.get(value, step) : undefined;
    }
    if (value === undefined) throw new Error(`no ${path.join('.')} in ${JSON.stringify(this.value)}`);
    return value;
  }

  /** The value at the path as a string. */
  text(...path: readonly (string | number)[]): string {
    return String(this.at(...path));
  }

  /** One field of each item of a list. */
  each(list: string, field: string): readonly unknown[] {
    const items = this.at(list);
    if (!Array.isArray(items)) throw new Error(`${list} is no list in ${JSON.stringify(this.value)}`);
    return items.map((item) => new Shape(item).at(field));
  }
}
