/** The command's output: results go to standard output, everything else to standard error. Only terminals get colours and progress. */
import picocolors from 'picocolors';
import { printable, printableLines } from './text-input.ts';

/** The destination of texts: a stream of the process, or a test's buffer. */
export interface Sink {
  readonly isTTY?: boolean;
  /** How many characters a line of the terminal has. */
  readonly columns?: number;
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

  /** How wide a table may be; undefined where nobody looks at it. */
  get width(): number | undefined {
    const { isTTY, columns } = this.#streams.stdout;
    return isTTY === true ? columns : undefined;
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

/** A line of a unified diff in its colour. */
export function diffLine(line: string, colors: Colors): string {
  if (line.startsWith('+++') || line.startsWith('---')) return colors.bold(line);
  if (line.startsWith('@@')) return colors.cyan(line);
  if (line.startsWith('+')) return colors.green(line);
  return line.startsWith('-') ? colors.red(line) : line;
}

interface TableOptions {
  /** Of the terminal. Undefined: as wide as it is. */
  readonly width?: number | undefined;
  /** Columns that may lose their ends where the table is wider, in this order. */
  readonly flexible?: readonly string[];
}

/** What a column keeps at least, so that it still says something. */
const LEAST_WIDTH = 12;

/** A table with one line per row and columns as wide as their widest cell; the last column is not padded. */
export function table(
  head: readonly string[],
  rows: readonly (readonly string[])[],
  { width = Number.POSITIVE_INFINITY, flexible = [] }: TableOptions = {},
): string {
  const all = [head, ...rows].map((row) => row.map(printable));
  const widths = head.map((_, column) => Math.max(...all.map((row) => [...(row[column] ?? '')].length)));
  let excess = widths.reduce((sum, own) => sum + own, 2 * (head.length - 1)) - width;
  for (const name of flexible) {
    const column = head.indexOf(name);
    const own = widths[column] ?? 0;
    const cut = Math.max(0, Math.min(excess, own - LEAST_WIDTH));
    widths[column] = own - cut;
    excess -= cut;
  }
  return all
    .map((row) =>
      row
        .map((cell, column) => fitted(cell, widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
    .join('\n');
}

function fitted(cell: string, width: number): string {
  const characters = [...cell];
  if (characters.length <= width) return cell + ' '.repeat(width - characters.length);
  return `${characters.slice(0, width - 1).join('')}…`;
}
