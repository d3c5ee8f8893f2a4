/** The command's output: results go to standard output, everything else to standard error. Only terminals get colours and progress. */
import picocolors from 'picocolors';
import { printable, printableLines } from './text-input.ts';

/** The destination of texts: a stream of the process, or a test's buffer. */
export interface Sink {
  readonly isTTY?: boolean;
  write(text: string): unknown;
}

export interface Streams {
  readonly stdout: Sink;
  readonly stderr: Sink;
}

export interface Input {
  /** Read only by commands that need it. */
  readonly stdin: AsyncIterable<unknown>;
}

export interface OutputOptions {
  /** Results as JSON. */
  readonly json: boolean;
  /** Undefined: depends on the terminal and the environment (`NO_COLOR`, `FORCE_COLOR`). */
  readonly color: boolean | undefined;
}

type Colors = ReturnType<typeof picocolors.createColors>;

export class Output {
  readonly isJson: boolean;
  readonly colors: Colors;
  readonly #streams: Streams;

  constructor(streams: Streams, options: OutputOptions) {
    this.#streams = streams;
    this.isJson = options.json;
    this.colors = picocolors.createColors(options.color ?? wantsColors(streams.stdout));
  }

  /** A result: the value with `--json`, or else the text. */
  result(value: unknown, text: () => string): void {
    this.write(this.isJson ? `${visibleJson(value, 2)}\n` : withNewline(text()));
  }

  /** A result that is JSON, with `--json` or without. */
  json(value: unknown): void {
    this.write(`${visibleJson(value, 2)}\n`);
  }

  /** One of a stream of results; with `--json` on one line. */
  line(value: unknown, text: () => string): void {
    this.write(this.isJson ? `${visibleJson(value)}\n` : withNewline(text()));
  }

  /**
   * A result that is a text from px0, byte for byte; `styled` adds colours to a line. For a terminal, control characters are escaped and the last line
   * is ended.
   */
  text(value: unknown, text: string, styled: (line: string) => string = (line) => line): void {
    if (this.isJson) this.result(value, () => text);
    else {
      const shown = this.#streams.stdout.isTTY ? printableLines(withNewline(text)) : text;
      this.write(shown.split('\n').map(styled).join('\n'));
    }
  }

  write(text: string): void {
    this.#streams.stdout.write(text);
  }

  /** A message to the user. */
  note(text: string): void {
    this.#streams.stderr.write(`${text}\n`);
  }

  /** The progress of long work, only on a terminal, in a line that the next call replaces. */
  progress(text: string): void {
    if (this.#streams.stderr.isTTY) this.#streams.stderr.write(`\r\u001b[2K${text}`);
  }

  endProgress(): void {
    this.progress('');
  }
}

function wantsColors(stream: Sink): boolean {
  const { NO_COLOR, FORCE_COLOR, TERM } = process.env;
  if (NO_COLOR !== undefined && NO_COLOR !== '') return false;
  if (FORCE_COLOR !== undefined && FORCE_COLOR !== '' && FORCE_COLOR !== '0') return true;
  return stream.isTTY === true && TERM !== 'dumb';
}

function withNewline(text: string): string {
  return text === '' || text.endsWith('\n') ? text : `${text}\n`;
}

/** JSON of the value, with invisible and control characters escaped. */
function visibleJson(value: unknown, indentation?: number): string {
  // Such characters occur only in strings, where each may be written as an escape.
  return JSON.stringify(value, undefined, indentation).replace(
    /(?!\n)[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu,
    (character) =>
      character
        .split('')
        .map((unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`)
        .join(''),
  );
}

/** A table with one line per row and columns as wide as their widest cell; the last column is not padded. */
export function table(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const all = [head, ...rows].map((row) => row.map(printable));
  const widths = head.map((_, column) => Math.max(...all.map((row) => [...(row[column] ?? '')].length)));
  return all
    .map((row) =>
      row
        .map((cell, column) => cell + ' '.repeat(Math.max(0, (widths[column] ?? 0) - [...cell].length)))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}
