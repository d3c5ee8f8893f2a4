/** The two errors that the package throws. Their messages are those of Go's `text/template`, byte for byte. */

/** The template's text is not a template. */
export class TemplateSyntaxError extends Error {
  override readonly name = 'TemplateSyntaxError';
  /** From 1. */
  readonly line: number;
  /** In bytes of UTF-8, from 0. */
  readonly column: number;

  constructor(message: string, line: number, column: number) {
    super(message);
    this.line = line;
    this.column = column;
  }
}

/** Which bound a render went over. */
export type Limit = 'output' | 'depth' | 'steps';

/** The template cannot be rendered with these variables, or not within the limits. */
export class TemplateExecutionError extends Error {
  override readonly name = 'TemplateExecutionError';
  /** From 1. */
  readonly line: number;
  /** In bytes of UTF-8, from 0. */
  readonly column: number;
  /** Set when a bound was reached, rather than a fault met. */
  readonly limit?: Limit;

  constructor(message: string, line: number, column: number, limit?: Limit) {
    super(message);
    this.line = line;
    this.column = column;
    if (limit !== undefined) this.limit = limit;
  }
}
