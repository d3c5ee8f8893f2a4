/**
 * Lines of generated JavaScript. Nothing of a template gets into them but through `literal`, and what has no literal is
 * handed over in a table.
 */

/** Any string as a JavaScript literal in printable ASCII. */
export function literal(text: string): string {
  return JSON.stringify(text).replace(
    /[^ -~]/g,
    (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** More lines than this are code that the engine would take long to read and never optimise. */
const MAX_LINES = 10_000;

/** The template is too large for generated code to pay. */
export class CodeTooLarge extends Error {
  constructor(what = `more than ${MAX_LINES} lines of generated code`) {
    super(what);
  }
}

export class CodeWriter {
  readonly #lines: string[] = [];
  readonly #table: unknown[];
  readonly #numbers: Map<unknown, number>;
  readonly #maxNesting: number;
  #temporaries = 0;
  #nesting = 0;

  constructor(table: unknown[], numbers: Map<unknown, number>, maxNesting: number) {
    this.#table = table;
    this.#numbers = numbers;
    this.#maxNesting = maxNesting;
  }

  get code(): string {
    return this.#lines.join('\n');
  }

  line(code: string): void {
    if (this.#lines.length >= MAX_LINES) throw new CodeTooLarge();
    this.#lines.push(code);
  }

  /** What `write` writes is a block. */
  block(write: () => void): void {
    if (this.#nesting > this.#maxNesting)
      throw new CodeTooLarge(`more than ${this.#maxNesting} blocks inside one another`);
    this.#nesting += 1;
    write();
    this.#nesting -= 1;
  }

  /** Declares a fresh variable, which must be used as a value at once or never assigned again. */
  temporary(value: string): string {
    this.#temporaries += 1;
    const name = `t${this.#temporaries}`;
    this.line(`let ${name} = ${value};`);
    return name;
  }

  /** An object of ours, by its place in the table. */
  reference(value: unknown): string {
    let number = this.#numbers.get(value);
    if (number === undefined) {
      number = this.#table.length;
      this.#numbers.set(value, number);
      this.#table.push(value);
    }
    return `K[${number}]`;
  }
}
