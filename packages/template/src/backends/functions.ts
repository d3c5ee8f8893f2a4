/** The functions of the language, called with arguments that `checkArgument` has accepted. */

import type { Site } from '../plan/plan.ts';
import type { FunctionName } from '../syntax/function-table.ts';
import { BoundedText, forEachPiece, PIECE_UNITS, TextOverflow } from '../values/bounded-text.ts';
import { escapeHtml, escapeJs, escapeQuery } from '../values/escaping.ts';
import { byteAt, byteSlice } from '../values/go-string.ts';
import { checkText } from '../values/ill-formed.ts';
import { JsonFault, jsonText } from '../values/json-text.ts';
import { FormatRun } from '../values/printf.ts';
import { quote, quotePiece } from '../values/quote.ts';
import { countLines, indent, lower, upper } from '../values/text-functions.ts';
import { capacity, isDict, isList, isTrue, sliceList, typeName, Uint8 } from '../values/values.ts';
import { type ComparisonName, compare, equals, equalsAny } from './comparison.ts';
import type { Run } from './run.ts';

/** `site` is where the function's own errors are reported. */
export type TemplateFunction = (run: Run, site: Site, args: readonly unknown[]) => unknown;

export const FUNCTIONS: Readonly<Record<Exclude<FunctionName, 'and' | 'or'>, TemplateFunction>> = {
  not: (_run, _site, [value]) => !isTrue(value),
  len: (run, site, [value]) => length(run, site, value),
  index: (run, site, [collection, ...indexes]) => index(run, site, collection, indexes),
  slice: (run, site, [sequence, ...indexes]) => slice(run, site, sequence, indexes),
  call: (run, site, args) => call(run, site, args),
  print: (run, site, args) => run.print(site, (printer) => printer.print(args)),
  println: (run, site, args) => run.print(site, (printer) => printer.printLine(args)),
  printf: (run, site, [format, ...values]) =>
    run.print(site, (printer) => new FormatRun(printer, textOf(run, format), values, run.meter).run()),
  html: (run, site, args) => converted(run, site, shown(run, site, args), escapeHtml),
  js: (run, site, args) => converted(run, site, shown(run, site, args), escapeJs),
  urlquery: (run, site, args) => converted(run, site, shown(run, site, args), escapeQuery),
  eq: (run, site, args) => equalsAny(run, site, 'eq', args),
  ne: (run, site, [a, b]) => !equals(run, site, 'ne', a, b),
  lt: ordering('lt'),
  le: ordering('le'),
  gt: ordering('gt'),
  ge: ordering('ge'),
  default: (_run, _site, [fallback, value]) => (isTrue(value) ? value : fallback),
  toJson: (run, site, [value]) => json(run, site, 'toJson', value),
  toPrettyJson: (run, site, [value]) => json(run, site, 'toPrettyJson', value),
  join: (run, site, [separator, list]) => join(run, site, separator, list),
  upper: (run, site, [text]) => converted(run, site, textOf(run, text), upper),
  lower: (run, site, [text]) => converted(run, site, textOf(run, text), lower),
  trim: (run, site, [text]) => paid(run, site, typeof text === 'string' ? run.known.trimmed(text) : ''),
  indent: (run, site, [spaces, text]) => indented(run, site, 'indent', spaces, textOf(run, text)),
  nindent: (run, site, [spaces, text]) => `\n${indented(run, site, 'nindent', spaces, textOf(run, text))}`,
  quote: (run, site, args) => quoted(run, site, args),
};

function ordering(name: ComparisonName): TemplateFunction {
  return (run, site, [a, b]) => compare(run, site, name, a, b);
}

function textOf(run: Run, value: unknown): string {
  const text = typeof value === 'string' ? value : '';
  checkText(text, run.isExact);
  return text;
}

/** A result on its way out of a function: within the limit of the output, and paid for. */
function paid(run: Run, site: Site, text: string): string {
  const bytes = run.bytesOf(text);
  if (bytes > run.limits.maxOutputBytes) run.failOutput(site);
  run.chargeMade(site, bytes);
  return text;
}

/** A result that is made piece by piece, so that one which is too long is given up in time. */
function made(run: Run, site: Site, write: (add: (piece: string) => void) => void): string {
  const result = new BoundedText(run.textLimit());
  try {
    write((piece) => result.add(piece));
  } catch (error) {
    if (error instanceof TextOverflow) run.failOutput(site);
    throw error;
  }
  return paid(run, site, result.text);
}

function converted(run: Run, site: Site, text: string, convert: (piece: string) => string): string {
  if (text.length <= PIECE_UNITS) return paid(run, site, convert(text));
  return made(run, site, (add) => forEachPiece(text, (piece) => add(convert(piece))));
}

function length(run: Run, site: Site, value: unknown): bigint {
  if (typeof value === 'string') {
    const bytes = run.known.byteLength(value);
    run.chargeRead(site, bytes);
    return BigInt(bytes);
  }
  if (isList(value)) return BigInt(value.length);
  if (isDict(value)) {
    const keys = run.known.keys(value).length;
    run.charge(site, keys);
    return BigInt(keys);
  }
  if (value === null) return run.fault(site, 'len', 'len of nil pointer');
  if (value === undefined) return run.fault(site, 'len', 'reflect: call of reflect.Value.Type on zero Value');
  return run.fault(site, 'len', `len of type ${typeName(value)}`);
}

function index(run: Run, site: Site, collection: unknown, indexes: readonly unknown[]): unknown {
  if (collection === null || collection === undefined)
    return run.fault(site, 'index', 'index of untyped nil');
  let item: unknown = collection;
  for (const key of indexes) {
    if (item === null || item === undefined) return run.fault(site, 'index', 'index of nil pointer');
    if (isList(item)) item = element(run, site, item, key);
    else if (typeof item === 'string') item = byte(run, site, item, key);
    else if (isDict(item)) item = entry(run, site, item, key);
    else return run.fault(site, 'index', `can't index item of type ${typeName(item)}`);
  }
  return item;
}

function element(run: Run, site: Site, list: readonly unknown[], key: unknown): unknown {
  const at = position(run, site, 'index', key ?? undefined, list.length);
  if (at === list.length) return run.fault(site, 'index', 'reflect: slice index out of range');
  return list[at] ?? null;
}

function byte(run: Run, site: Site, text: string, key: unknown): unknown {
  const size = run.known.byteLength(text);
  run.chargeRead(site, size);
  const at = position(run, site, 'index', key ?? undefined, size);
  if (at === size) return run.fault(site, 'index', 'reflect: string index out of range');
  return new Uint8(byteAt(text, at, size));
}

function entry(run: Run, site: Site, map: Readonly<Record<string, unknown>>, key: unknown): unknown {
  if (key === null || key === undefined)
    return run.fault(site, 'index', 'value is nil; should be of type string');
  if (typeof key !== 'string')
    return run.fault(site, 'index', `value has type ${typeName(key)}; should be string`);
  run.known.check(key);
  if (Object.hasOwn(map, key)) return map[key] ?? null;
  // A key with lone surrogates would be this one.
  if (!run.isExact && (key.length > SHORT_KEY_UNITS || key.includes('\ufffd'))) run.known.keys(map);
  return null;
}

/** Longer keys are not searched for U+FFFD, as that would cost no steps. */
const SHORT_KEY_UNITS = 256;

/** An index that Go accepts: an integer from 0 to the capacity. */
function position(run: Run, site: Site, name: string, value: unknown, limit: number): number {
  if (value === undefined) return run.fault(site, name, 'cannot index slice/array with nil');
  if (value === null) return run.fault(site, name, 'cannot index slice/array with type interface {}');
  if (value instanceof Uint8) {
    return value.value > limit ? run.fault(site, name, `index out of range: ${value.value}`) : value.value;
  }
  if (typeof value !== 'bigint') {
    return run.fault(site, name, `cannot index slice/array with type ${typeName(value)}`);
  }
  return value < 0n || value > limit ? run.fault(site, name, `index out of range: ${value}`) : Number(value);
}

function slice(run: Run, site: Site, sequence: unknown, indexes: readonly unknown[]): unknown {
  if (sequence === null || sequence === undefined) return run.fault(site, 'slice', 'slice of untyped nil');
  if (indexes.length > 3) return run.fault(site, 'slice', `too many slice indexes: ${indexes.length}`);
  if (typeof sequence === 'string') {
    if (indexes.length === 3) return run.fault(site, 'slice', 'cannot 3-index slice a string');
    const size = run.known.byteLength(sequence);
    run.chargeRead(site, size);
    const [start, end] = bounds(run, site, indexes, size, size);
    return byteSlice(sequence, start, end, size);
  }
  if (!isList(sequence)) return run.fault(site, 'slice', `can't slice item of type ${typeName(sequence)}`);
  const limit = capacity(sequence);
  const [start, end, last] = bounds(run, site, indexes, sequence.length, limit);
  run.chargeRead(site, end - start);
  return sliceList(sequence, start, end, indexes.length < 3 ? limit : last);
}

function bounds(
  run: Run,
  site: Site,
  indexes: readonly unknown[],
  size: number,
  limit: number,
): readonly [number, number, number] {
  const [start = 0, end = size, last = 0] = indexes.map((value) =>
    position(run, site, 'slice', value, limit),
  );
  if (start > end) return run.fault(site, 'slice', `invalid slice index: ${start} > ${end}`);
  if (indexes.length === 3 && end > last)
    return run.fault(site, 'slice', `invalid slice index: ${end} > ${last}`);
  return [start, end, last];
}

/** JSON has no functions, so all that is left of `call` is its errors. */
function call(run: Run, site: Site, [callee, value]: readonly unknown[]): never {
  if (value === null || value === undefined) return run.fault(site, 'call', 'call of nil');
  const type = typeName(value);
  const name =
    typeof callee === 'string'
      ? callee
      : typeof value === 'string'
        ? run.describe(value, 'v')
        : `<${type} Value>`;
  return run.fault(site, 'call', `non-function ${name} of type ${type}`);
}

/** The text that the escaping functions escape. */
function shown(run: Run, site: Site, args: readonly unknown[]): string {
  const [only] = args;
  if (args.length === 1 && typeof only === 'string') return textOf(run, only);
  return run.print(site, (printer) => printer.print(args.map((value) => value ?? '<no value>')));
}

function json(run: Run, site: Site, name: 'toJson' | 'toPrettyJson', value: unknown): string {
  const options = {
    isPretty: name === 'toPrettyJson',
    limit: run.textLimit(),
    known: run.known,
  };
  try {
    const { text, keys } = jsonText(value, options);
    run.charge(site, keys);
    return paid(run, site, text);
  } catch (error) {
    if (error instanceof TextOverflow) return run.failOutput(site);
    if (error instanceof JsonFault) return run.fault(site, name, error.message);
    throw error;
  }
}

/** Like Sprig's: nil elements are left out, and what is no list is joined as the only element. */
function join(run: Run, site: Site, separator: unknown, value: unknown): string {
  if (value === null || value === undefined) return '';
  const items = run.known.joined(isList(value) ? value : [value], separator !== '');
  const between = items.length > 1 ? textOf(run, separator) : '';
  return run.print(site, (printer) => {
    for (let i = 0; i < items.length; i++) {
      if (i > 0) printer.write(between);
      printer.printArgument(items[i], 'v');
    }
  });
}

/** What indenting a line takes, beside its bytes. */
const NANOSECONDS_PER_LINE = 40;

function indented(run: Run, site: Site, name: 'indent' | 'nindent', spaces: unknown, text: string): string {
  const count = Number(spaces);
  if (count < 0) return run.fault(site, name, 'strings: negative Repeat count');
  const lines = countLines(text);
  const bytes = run.bytesOf(text) + count * lines;
  if (bytes > run.limits.maxOutputBytes) return run.failOutput(site);
  run.chargeMade(site, bytes);
  run.meter?.proceed(bytes + lines * NANOSECONDS_PER_LINE);
  return indent(text, count);
}

/** Like Sprig's: each value that is not nil, as text, in double quotes. */
function quoted(run: Run, site: Site, args: readonly unknown[]): string {
  const [only] = args;
  if (args.length === 1 && typeof only === 'string' && only.length <= PIECE_UNITS)
    return paid(run, site, quote(textOf(run, only)));
  const texts = args
    .filter((value) => value !== null && value !== undefined)
    .map((value) =>
      typeof value === 'string' ? textOf(run, value) : run.print(site, (printer) => printer.print([value])),
    );
  return made(run, site, (add) =>
    texts.forEach((text, index) => {
      add(index > 0 ? ' "' : '"');
      forEachPiece(text, (piece) => add(quotePiece(piece)));
      add('"');
    }),
  );
}
