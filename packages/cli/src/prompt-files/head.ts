/**
 * The YAML of a prompt file: JSON data that survives unchanged, whatever its strings, keys and numbers, in a form that line ending conversions, editors and
 * other YAML readers do not alter. It accepts only what JSON has: no aliases, custom tags or dates.
 */
import { Document, isNode, isScalar, type Pair, parseDocument, Scalar, visit } from 'yaml';
import { CliError } from '../exit-codes.ts';
import { HALF_A_PAIR } from '../text-input.ts';
import { exactTags, isExact } from './exact-numbers.ts';

/** The limit of the library's recursion. px0 itself accepts a thousand. */
const MOST_LEVELS = 500;

/** Escaped in strings, because they are invisible, or line breaks to some readers. */
const INVISIBLE = /(?![\t\n])[\p{Cc}\p{Zl}\p{Zp}\ufeff]/u;
/** A line of blanks would be taken for the indentation of a block, and its blanks lost. Such a text must not be folded, either. */
const BLANK_LINE = /^[ \t]+$/m;

/** @throws CliError with the fault and its line in the file */
export function parseHead(text: string): unknown {
  try {
    const document = parseDocument(text, {
      customTags: exactTags,
      resolveKnownTags: false,
      uniqueKeys: (a, b) => isScalar(a) && isScalar(b) && textOf(a) === textOf(b),
      logLevel: 'silent',
    });
    const [problem] = [...document.errors, ...document.warnings];
    if (problem?.code === 'RESOURCE_EXHAUSTION') throw new RangeError(problem.message);
    if (problem !== undefined) throw at(problem.linePos?.[0].line, problem.message.split('\n', 1)[0] ?? '');
    const lineOf = (offset = 0) => text.slice(0, offset).split('\n').length;
    visit(document, {
      Alias: (_key, { range }) => {
        throw at(lineOf(range?.[0]), 'contains an alias, which px0 does not accept');
      },
      Pair: (_key, pair) => {
        readKey(pair, lineOf);
      },
      Scalar: (_key, scalar) => {
        if (typeof scalar.value === 'string' && !scalar.value.isWellFormed())
          throw at(lineOf(scalar.range?.[0]), HALF_A_PAIR);
        if (typeof scalar.value !== 'number' || isExact(scalar.value, scalar.source)) return;
        throw at(
          lineOf(scalar.range?.[0]),
          `contains a number that would not stay ${scalar.source}; write it as a string`,
        );
      },
    });
    return document.toJS({ maxAliasCount: 0 });
  } catch (error) {
    if (error instanceof RangeError)
      throw new CliError('usage', 'contains YAML that is nested too deeply', { cause: error });
    throw error;
  }
}

/** JSON's keys are strings: `1.0` and `null` stay as written. */
function readKey({ key }: Pair, lineOf: (offset?: number) => number): void {
  if (!isScalar(key))
    throw at(lineOf(isNode(key) ? key.range?.[0] : 0), 'contains a key that is not a string');
  key.value = textOf(key);
}

/** The text that `parseHead` reads back as the same value. */
export function headText(value: Readonly<Record<string, unknown>>): string {
  const document = new Document(value, { customTags: exactTags, aliasDuplicateObjects: false });
  visit(document, {
    Scalar(_key, scalar) {
      if (typeof scalar.value !== 'string') return;
      if (BLANK_LINE.test(scalar.value) || INVISIBLE.test(scalar.value)) scalar.type = Scalar.QUOTE_DOUBLE;
    },
  });
  const text = document.toString({ lineWidth: 0, blockQuote: 'literal', doubleQuotedAsJSON: true });
  return visibly(text);
}

/** A string in double quotes, with each of its lines on its own line, so that reviews show changed lines. */
export function quotedByLine(text: string): string {
  const lines = text
    .split(/(?<=\n)/)
    // Blanks at the start of a line would be taken for indentation.
    .map((line) => JSON.stringify(line).slice(1, -1).replace(/^ /, '\\x20'));
  return visibly(`"${lines.join('\\\n  ')}"`);
}

/** Invisible characters occur only in double quotes. */
function visibly(yaml: string): string {
  return yaml.replace(
    /[\x7f-\x9f\u2028\u2029\ufeff]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
}

/** Whether lists and objects are nested too deeply for a file. */
export function isTooDeep(value: unknown, levels = MOST_LEVELS): boolean {
  if (typeof value !== 'object' || value === null) return false;
  return levels === 0 || Object.values(value).some((inner) => isTooDeep(inner, levels - 1));
}

function textOf({ value, source }: Scalar): string {
  return typeof value === 'string' ? value : (source ?? String(value));
}

/** `line` counts from the YAML; the file starts with a line of dashes. */
function at(line = 1, what: string): CliError {
  return new CliError('usage', `line ${line + 1}: ${what.replace(/ at line \d+, column \d+:?$/, '')}`);
}
