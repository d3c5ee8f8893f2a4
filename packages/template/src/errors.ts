/** The two errors that the package throws. Their messages are those of Go's `text/template`, byte for byte. */

/** The template's text is not a template. */
export class TemplateSyntaxError extends Error {
  override readonly name = 'TemplateSyntaxError';
  /** From 1. */
  readonly line: number;
  /** In bytes of UTF-8, from 0. */
  readonly column: number;
  /** Of a conversation: the text that line and column speak of, such as `message 2`. */
  readonly source?: string;

  constructor(message: string, line: number, column: number, source?: string) {
    super(message);
    this.line = line;
    this.column = column;
    if (source !== undefined) this.source = source;
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
  /** Of a program: the author's text that line and column speak of, such as `message 2`. Absent where they speak of the program itself. */
  readonly source?: string;

  constructor(message: string, line: number, column: number, limit?: Limit, source?: string) {
    super(message);
    this.line = line;
    this.column = column;
    if (limit !== undefined) this.limit = limit;
    if (source !== undefined) this.source = source;
  }
}
