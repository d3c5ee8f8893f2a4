/** `fmt.Sprintf`: reads the format and lets the printer write each operand. */
import { runeText } from './go-string.ts';
import type { Meter } from './meter.ts';
import { noFlags } from './print-flags.ts';
import type { Printer } from './printer.ts';
import { typeName, Uint8 } from './values.ts';

/** Go's bound for widths and precisions; what lies beyond counts as bad. */
const MAX_NUMBER = 1_000_000;

const DIRECTIVES_PER_QUESTION = 256;

/** A read number and where the text goes on. */
interface ParsedNumber {
  readonly value: number | undefined;
  readonly end: number;
}

export class FormatRun {
  readonly #printer: Printer;
  readonly #format: string;
  readonly #values: readonly unknown[];
  readonly #meter: Meter | undefined;
  /** Where in the format we are, and which operand comes next. */
  #at = 0;
  #next = 0;
  /** An explicit index such as `%[1]d` has been used: surplus operands are then no fault. */
  #isReordered = false;
  #isIndexGood = true;
  /** The last thing read was an explicit index. */
  #afterIndex = false;
  /** No `]` lies ahead: not searched for again, or a format of brackets would take quadratic time. */
  #isWithoutClose = false;

  constructor(printer: Printer, format: string, values: readonly unknown[], meter?: Meter) {
    this.#printer = printer;
    this.#format = format;
    this.#values = values;
    this.#meter = meter;
  }

  run(): void {
    const format = this.#format;
    let directives = 0;
    while (this.#at < format.length) {
      const percent = format.indexOf('%', this.#at);
      const textEnd = percent < 0 ? format.length : percent;
      if (textEnd > this.#at) this.#printer.write(format.slice(this.#at, textEnd));
      if (percent < 0) break;
      this.#at = percent + 1;
      // Many print nothing, so that the text tells nothing of their work.
      directives += 1;
      if (directives % DIRECTIVES_PER_QUESTION === 0) this.#meter?.proceed(0);
      if (!this.#directive()) break;
    }
    if (!this.#isReordered && this.#next < this.#values.length) this.#surplus();
  }

  /** Reads and prints one directive; false at a format that ends too early. */
  #directive(): boolean {
    this.#isIndexGood = true;
    this.#afterIndex = false;
    this.#readFlags();
    this.#readIndex();
    this.#readWidth();
    this.#readPrecision();
    if (!this.#afterIndex) this.#readIndex();
    if (this.#at >= this.#format.length) {
      this.#printer.write('%!(NOVERB)');
      return false;
    }
    const codePoint = this.#format.codePointAt(this.#at) ?? 0;
    this.#at += codePoint > 0xffff ? 2 : 1;
    this.#printVerb(runeText(codePoint));
    return true;
  }

  #printVerb(verb: string): void {
    const printer = this.#printer;
    if (verb === '%') {
      printer.write('%');
      return;
    }
    if (!this.#isIndexGood) {
      printer.write(`%!${verb}(BADINDEX)`);
      return;
    }
    if (this.#next >= this.#values.length) {
      printer.write(`%!${verb}(MISSING)`);
      return;
    }
    if (verb === 'v' || verb === 'w') {
      const { flags } = printer;
      flags.sharpV = flags.sharp;
      flags.sharp = false;
      flags.plusV = flags.plus;
      flags.plus = false;
    }
    printer.printArgument(this.#values[this.#next], verb);
    this.#next += 1;
  }

  #readFlags(): void {
    const flags = noFlags();
    this.#printer.flags = flags;
    for (; this.#at < this.#format.length; this.#at++) {
      switch (this.#format[this.#at]) {
        case '#':
          flags.sharp = true;
          break;
        case '0':
          flags.zero = true;
          break;
        case '+':
          flags.plus = true;
          break;
        case '-':
          flags.minus = true;
          break;
        case ' ':
          flags.space = true;
          break;
        default:
          return;
      }
    }
  }

  #readWidth(): void {
    const { flags } = this.#printer;
    if (this.#format[this.#at] !== '*') {
      const { value, end } = readNumber(this.#format, this.#at, this.#format.length);
      this.#at = end;
      flags.width = value;
      if (this.#afterIndex && value !== undefined) this.#isIndexGood = false;
      return;
    }
    this.#at += 1;
    const width = this.#integerOperand();
    if (width === undefined) this.#printer.write('%!(BADWIDTH)');
    else if (width < 0) {
      flags.width = -width;
      flags.minus = true;
      flags.zero = false;
    } else flags.width = width;
    this.#afterIndex = false;
  }

  #readPrecision(): void {
    if (this.#format[this.#at] !== '.' || this.#at + 1 >= this.#format.length) return;
    const { flags } = this.#printer;
    this.#at += 1;
    if (this.#afterIndex) this.#isIndexGood = false;
    this.#readIndex();
    if (this.#format[this.#at] !== '*') {
      const { value, end } = readNumber(this.#format, this.#at, this.#format.length);
      this.#at = end;
      flags.precision = value ?? 0;
      return;
    }
    this.#at += 1;
    const precision = this.#integerOperand();
    if (precision === undefined || precision < 0) this.#printer.write('%!(BADPREC)');
    else flags.precision = precision;
    this.#afterIndex = false;
  }

  /** The next operand as a width or precision. */
  #integerOperand(): number | undefined {
    if (this.#next >= this.#values.length) return undefined;
    const value = this.#values[this.#next];
    this.#next += 1;
    const number =
      typeof value === 'bigint' ? Number(value) : value instanceof Uint8 ? value.value : undefined;
    return number === undefined || Math.abs(number) > MAX_NUMBER ? undefined : number;
  }

  /** An explicit operand index, `[3]`, if there is one. */
  #readIndex(): void {
    this.#afterIndex = false;
    if (this.#format[this.#at] !== '[') return;
    this.#isReordered = true;
    const start = this.#at;
    const close = this.#isWithoutClose ? -1 : this.#format.indexOf(']', start + 1);
    this.#isWithoutClose = close < 0;
    if (this.#format.length - start < 3 || close < 0) {
      this.#isIndexGood = false;
      this.#at = start + 1;
      return;
    }
    const { value, end } = readNumber(this.#format, start + 1, close);
    this.#at = close + 1;
    const isNumber = value !== undefined && end === close;
    if (isNumber && value >= 1 && value <= this.#values.length) {
      this.#next = value - 1;
      this.#afterIndex = true;
      return;
    }
    this.#isIndexGood = false;
    this.#afterIndex = isNumber;
  }

  #surplus(): void {
    const printer = this.#printer;
    printer.flags = noFlags();
    printer.write('%!(EXTRA ');
    this.#values.slice(this.#next).forEach((value, index) => {
      if (index > 0) printer.write(', ');
      if (value !== null && value !== undefined) printer.write(`${typeName(value)}=`);
      printer.printArgument(value, 'v');
    });
    printer.write(')');
  }
}

function readNumber(text: string, start: number, limit: number): ParsedNumber {
  let value: number | undefined;
  let end = start;
  for (; end < limit; end++) {
    const digit = text.charCodeAt(end) - 0x30;
    if (digit < 0 || digit > 9) break;
    if (value !== undefined && value > MAX_NUMBER) return { value: undefined, end: limit };
    value = (value ?? 0) * 10 + digit;
  }
  return { value, end };
}
