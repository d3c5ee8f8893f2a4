/**
 * Go's `fmt` for the values of a template: `Sprint`, `Sprintln` and `Sprintf` with every verb, flag, width and
 * precision, and its notations for formats that do not fit. What it writes is bounded while it is being written.
 */

import { BoundedText, forEachPiece, type TextLimit, wholeCharacters } from './bounded-text.ts';
import { type FloatFormat, formatFloat, formatShortest } from './float-format.ts';
import { canonical, firstRunes, runeCount, runeText, toBytes } from './go-string.ts';
import { formatInteger, formatUnicode } from './integer-format.ts';
import type { Known } from './known.ts';
import { type Flags, noFlags } from './print-flags.ts';
import { canBackquote, quotePiece, quotePieceToAscii, quoteRune } from './quote.ts';
import { Complex, isDict, isList, NIL_MAP, typeName, Uint8 } from './values.ts';

/** Data nested deeper than this is refused, so that no data can exhaust the stack. */
const MAX_DATA_DEPTH = 1000;

export class DataTooDeep extends Error {
  constructor() {
    super(`data nested more than ${MAX_DATA_DEPTH} deep`);
  }
}

export class Printer {
  flags: Flags = noFlags();
  /** How many keys of maps have been sorted, which is work that the text does not show. */
  keys = 0;
  readonly #written: BoundedText;
  readonly #known: Known;

  constructor(limit: TextLimit, known: Known) {
    this.#written = new BoundedText(limit);
    this.#known = known;
  }

  get text(): string {
    return canonical(this.#written.text);
  }

  /** @throws TextOverflow */
  write(text: string): void {
    this.#written.add(text);
  }

  /** `fmt.Sprint`: a space between two operands when neither is a string. */
  print(values: readonly unknown[]): void {
    let afterString = true;
    for (const value of values) {
      const isString = typeof value === 'string';
      if (!isString && !afterString) this.write(' ');
      this.printArgument(value, 'v');
      afterString = isString;
    }
  }

  /** `fmt.Sprintln`. */
  printLine(values: readonly unknown[]): void {
    values.forEach((value, index) => {
      if (index > 0) this.write(' ');
      this.printArgument(value, 'v');
    });
    this.write('\n');
  }

  /** One operand under one verb. */
  printArgument(value: unknown, verb: string): void {
    if (value === null || value === undefined) {
      if (verb === 'T' || verb === 'v') this.#pad('<nil>');
      else this.#badVerb(value, verb);
      return;
    }
    if (verb === 'T') this.#formatString(typeName(value), 's');
    else if (verb === 'p') this.#pointer(value);
    else if (verb === 'w') this.#badVerb(value, verb);
    else this.printValue(value, verb, 0);
  }

  printValue(value: unknown, verb: string, depth: number): void {
    switch (typeof value) {
      case 'string': {
        this.#formatString(value, verb);
        return;
      }
      case 'number': {
        this.#float(value, verb);
        return;
      }
      case 'boolean': {
        verb === 't' || verb === 'v' ? this.#pad(String(value)) : this.#badVerb(value, verb);
        return;
      }
      case 'bigint': {
        this.#integer(value, verb, value);
        return;
      }
      default: {
        this.#printCompound(value, verb, depth);
        return;
      }
    }
  }

  #printCompound(value: unknown, verb: string, depth: number): void {
    if (depth > MAX_DATA_DEPTH) throw new DataTooDeep();
    if (value instanceof Uint8) {
      this.#byte(value, verb);
      return;
    }
    if (value instanceof Complex) {
      this.#complex(value, verb);
      return;
    }
    if (isList(value)) {
      this.#list(value, verb, depth);
      return;
    }
    if (isDict(value)) {
      this.#map(value, verb, depth);
      return;
    }
    // A nil inside a list or map is written alike under every verb, and unpadded.
    this.write(this.flags.sharpV ? 'interface {}(nil)' : '<nil>');
  }

  #list(list: readonly unknown[], verb: string, depth: number): void {
    const { sharpV } = this.flags;
    this.write(sharpV ? '[]interface {}{' : '[');
    for (let i = 0; i < list.length; i++) {
      if (i > 0) this.write(sharpV ? ', ' : ' ');
      this.printValue(list[i], verb, depth + 1);
    }
    this.write(sharpV ? '}' : ']');
  }

  #map(map: Readonly<Record<string, unknown>>, verb: string, depth: number): void {
    const { sharpV } = this.flags;
    if (sharpV && map === NIL_MAP) {
      this.write('map[string]interface {}(nil)');
      return;
    }
    this.write(sharpV ? 'map[string]interface {}{' : 'map[');
    const keys = this.#known.keys(map);
    this.keys += keys.length;
    keys.forEach((key, index) => {
      if (index > 0) this.write(sharpV ? ', ' : ' ');
      this.#formatString(key, verb);
      this.write(':');
      this.printValue(map[key], verb, depth + 1);
    });
    this.write(sharpV ? '}' : ']');
  }

  #badVerb(value: unknown, verb: string): void {
    if (value === null || value === undefined) {
      this.write(`%!${verb}(<nil>)`);
      return;
    }
    this.write(`%!${verb}(${typeName(value)}=`);
    this.printValue(value, 'v', 0);
    this.write(')');
  }

  /** Addresses mean nothing here: lists and maps are all at the same one. */
  #pointer(value: unknown): void {
    if (isList(value) || isDict(value)) {
      const address = value === NIL_MAP ? 0n : 0xc000000000n;
      this.#pad(
        formatInteger(address, { ...this.flags, sharp: !this.flags.sharp, width: undefined }, 16, 'v'),
        ' ',
      );
    } else this.#badVerb(value, 'p');
  }

  #byte(value: Uint8, verb: string): void {
    const number = BigInt(value.value);
    if (verb === 'v' && this.flags.sharpV) {
      this.#pad(formatInteger(number, { ...this.flags, sharp: true }, 16, 'v'), ' ');
    } else this.#integer(number, verb, value);
  }

  #integer(number: bigint, verb: string, value: unknown): void {
    switch (verb) {
      case 'v':
      case 'd': {
        this.#pad(formatInteger(number, this.flags, 10, verb), ' ');
        return;
      }
      case 'b': {
        this.#pad(formatInteger(number, this.flags, 2, verb), ' ');
        return;
      }
      case 'o':
      case 'O': {
        this.#pad(formatInteger(number, this.flags, 8, verb), ' ');
        return;
      }
      case 'x':
      case 'X': {
        this.#pad(formatInteger(number, this.flags, 16, verb), ' ');
        return;
      }
      case 'c': {
        this.#pad(runeText(toRune(number)));
        return;
      }
      case 'q': {
        this.#pad(quoteRune(toRune(number), this.flags.plus));
        return;
      }
      case 'U': {
        this.#pad(formatUnicode(number, this.flags), ' ');
        return;
      }
      default: {
        this.#badVerb(value, verb);
        return;
      }
    }
  }

  #float(value: number, verb: string): void {
    const { flags } = this;
    switch (verb) {
      case 'v':
        if (
          flags.width === undefined &&
          flags.precision === undefined &&
          !flags.plus &&
          !flags.sharp &&
          !flags.space
        ) {
          this.write(formatShortest(value));
          return;
        }
        this.#formatFloat(value, 'g', -1);
        return;
      case 'b':
      case 'g':
      case 'G':
      case 'x':
      case 'X': {
        this.#formatFloat(value, verb, -1);
        return;
      }
      case 'f':
      case 'e':
      case 'E': {
        this.#formatFloat(value, verb, 6);
        return;
      }
      case 'F': {
        this.#formatFloat(value, 'f', 6);
        return;
      }
      default: {
        this.#badVerb(value, verb);
        return;
      }
    }
  }

  #formatFloat(value: number, format: FloatFormat, defaultPrecision: number): void {
    const { flags } = this;
    const precision = flags.precision ?? defaultPrecision;
    let number = formatFloat(value, format, precision);
    if (!number.startsWith('-') && !number.startsWith('+')) number = `+${number}`;
    if (flags.space && number.startsWith('+') && !flags.plus) number = ` ${number.slice(1)}`;
    const isSignShown = flags.plus || !number.startsWith('+');
    if (!Number.isFinite(value)) {
      // Not a number like others: never padded with zeros.
      const isBare = Number.isNaN(value)
        ? !flags.space && !flags.plus
        : !isSignShown && !number.startsWith('+');
      this.#pad(isBare ? number.slice(1) : number, ' ');
      return;
    }
    if (flags.sharp && format !== 'b') number = withDecimalPoint(number, format, precision);
    if (!isSignShown) {
      this.#pad(number.slice(1));
      return;
    }
    if (flags.zero && !flags.minus && flags.width !== undefined && flags.width > number.length) {
      this.write(number.charAt(0) + number.slice(1).padStart(flags.width - 1, '0'));
      return;
    }
    this.#pad(number);
  }

  #complex(value: Complex, verb: string): void {
    if (!'vbgGxXfFeE'.includes(verb)) {
      this.#badVerb(value, verb);
      return;
    }
    const { plus } = this.flags;
    this.write('(');
    this.#float(value.real, verb);
    this.flags.plus = true;
    this.#float(value.imaginary, verb);
    this.write('i)');
    this.flags.plus = plus;
  }

  #formatString(text: string, verb: string): void {
    switch (verb) {
      case 'v': {
        const shown = this.#truncated(text);
        this.flags.sharpV ? this.#quoted(shown) : this.#pad(shown);
        return;
      }
      case 's': {
        this.#pad(this.#truncated(text));
        return;
      }
      case 'q': {
        this.#quoted(this.#truncated(text));
        return;
      }
      case 'x':
      case 'X': {
        this.#hexBytes(text, verb);
        return;
      }
      default: {
        this.#badVerb(text, verb);
        return;
      }
    }
  }

  /** Nothing is read of a text but what is shown of it. */
  #truncated(text: string): string {
    const { precision } = this.flags;
    const shown = precision === undefined ? text : firstRunes(text, precision);
    this.#known.check(shown);
    return shown;
  }

  #quoted(shown: string): void {
    if (this.flags.sharp && canBackquote(shown)) {
      this.#pad(`\`${shown}\``);
      return;
    }
    const escapePiece = this.flags.plus ? quotePieceToAscii : quotePiece;
    this.#padded((write) => {
      write('"');
      forEachPiece(shown, (piece) => write(escapePiece(piece)));
      write('"');
    });
  }

  #hexBytes(text: string, verb: 'x' | 'X'): void {
    const { sharp, space, precision = Number.POSITIVE_INFINITY } = this.flags;
    // A unit has at least one byte.
    const read = precision < text.length ? text.slice(0, wholeCharacters(text, precision)) : text;
    this.#known.check(read);
    const digits = verb === 'X' ? UPPER_HEX : LOWER_HEX;
    const prefix = sharp ? `0${verb}` : '';
    const separator = space ? ` ${prefix}` : '';
    let left = precision;
    this.#padded((write) => {
      let before = prefix;
      forEachPiece(read, (piece) => {
        const shown: string[] = [];
        for (const byte of toBytes(piece).subarray(0, left)) {
          shown.push(before, digits[byte] ?? '');
          before = separator;
          left -= 1;
        }
        write(shown.join(''));
      });
    });
  }

  /** Pads what is written piece by piece; without a width to reach, the pieces go straight out. */
  #padded(writeShown: (write: (piece: string) => void) => void): void {
    if (this.flags.width === undefined || this.flags.width === 0) {
      writeShown((piece) => this.write(piece));
      return;
    }
    const shown = new BoundedText(this.#written.rest());
    writeShown((piece) => shown.add(piece));
    this.#pad(shown.text);
  }

  #pad(text: string, zeroFill = '0'): void {
    const { width, minus, zero } = this.flags;
    if (width === undefined || width === 0) {
      this.write(text);
      return;
    }
    const missing = width - runeCount(text);
    if (missing <= 0) this.write(text);
    else if (minus) this.write(text + ' '.repeat(missing));
    else this.write((zero ? zeroFill : ' ').repeat(missing) + text);
  }
}

const LOWER_HEX: readonly string[] = Array.from({ length: 256 }, (_, byte) =>
  byte.toString(16).padStart(2, '0'),
);
const UPPER_HEX: readonly string[] = LOWER_HEX.map((digits) => digits.toUpperCase());

function toRune(number: bigint): number {
  return number < 0n || number > 0x10ffffn ? 0xfffd : Number(number);
}

/** `#` keeps the decimal point, and the trailing zeros of %g. */
function withDecimalPoint(number: string, format: FloatFormat, precision: number): string {
  const isHex = format === 'x' || format === 'X';
  // Of the formats that count significant digits %X alone restores none.
  let digits = format === 'g' || format === 'G' || format === 'x' ? (precision === -1 ? 6 : precision) : 0;
  const end = number.search(isHex ? /[pP]/ : /[eE]/);
  let mantissa = end < 0 ? number : number.slice(0, end);
  let sawNonZero = false;
  for (const character of mantissa.slice(1)) {
    if (character === '.') continue;
    if (character !== '0') sawNonZero = true;
    if (sawNonZero) digits -= 1;
  }
  if (!mantissa.includes('.')) {
    if (mantissa.length === 2 && mantissa.endsWith('0')) digits -= 1;
    mantissa += '.';
  }
  return mantissa + '0'.repeat(Math.max(digits, 0)) + (end < 0 ? '' : number.slice(end));
}
