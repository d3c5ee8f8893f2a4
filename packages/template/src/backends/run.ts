/** One render: its budget, its settings, and the errors that end it. */

import { type Limit, TemplateExecutionError } from '../errors.ts';
import type { Site } from '../plan/plan.ts';
import type { LocatedNode } from '../syntax/ast.ts';
import { nodeText } from '../syntax/node-text.ts';
import type { Source } from '../syntax/source.ts';
import {
  ByteLimit,
  ByteLimitOfTexts,
  MeteredLimit,
  safeUnits,
  type TextLimit,
  TextOverflow,
  UnitLimit,
} from '../values/bounded-text.ts';
import type { FixedText, Output } from '../values/fixed-text.ts';
import { byteLength } from '../values/go-string.ts';
import { IllFormedData } from '../values/ill-formed.ts';
import { Known } from '../values/known.ts';
import type { Meter } from '../values/meter.ts';
import { DataTooDeep, Printer } from '../values/printer.ts';
import { quote } from '../values/quote.ts';

/** Go's settings for keys that a map does not have. */
export type MissingKey = 'error' | 'default' | 'zero';

export interface Limits {
  readonly maxOutputBytes: number;
  readonly maxDepth: number;
  readonly maxSteps: number;
}

export interface RunLimits extends Limits {
  /** An output of so many UTF-16 units is within the limit, whatever it says. */
  readonly safeUnits: number;
}

export function runLimits(limits: Limits): RunLimits {
  return { ...limits, safeUnits: safeUnits(limits.maxOutputBytes) };
}

/** Values are shown in messages up to this length: they are data, which may be huge and need not be in a log. */
const MAX_SHOWN_VALUE = 4096;

/** What a function makes costs one step for so many bytes, beside the call itself; what it only reads, less. */
const BYTES_MADE_PER_STEP = 16;
const BYTES_READ_PER_STEP = 64;

/** What a step takes at most when the work follows its charge; measured with `eq` of a text in ASCII and one that is not. */
const NANOSECONDS_PER_STEP = 400;

/** What looking at a UTF-16 unit takes. */
const NANOSECONDS_PER_UNIT = 1;

/** A metered render is asked about after so many characters of its template, so that a node of a thousand operations counts as them. */
const CHARACTERS_PER_SLICE = 1_048_576;
const SLICE = { min: 16, max: 1_024 };

export class Run {
  readonly missingKey: MissingKey;
  readonly isExact: boolean;
  readonly limits: RunLimits;
  readonly meter: Meter | undefined;
  readonly #source: Source;
  /** What is left of the budget, or with a meter, of its present slice. */
  steps: number;
  /** What is left beyond the slice. */
  #reserve = 0;
  readonly #slice: number;
  /** Template calls inside one another. */
  depth = 0;
  /** The output may grow to so many UTF-16 units before its bytes have to be counted. */
  units: number;
  /** Where Go would be, when the text alone cannot tell. */
  last: LocatedNode | undefined;
  /** Two halves of a character may have met in the output; see `ill-formed.ts`. */
  isSuspect = false;
  /** The pieces of the present output before what is printed now, where it is asked for in pieces. */
  pieces: (string | FixedText)[] | undefined;
  /** The outputs of the units before the present one, and those pieces. */
  #ended: string[] | undefined;
  /** Of UTF-16, in those. */
  #unitsEnded = 0;
  #outputLimit: ByteLimitOfTexts | undefined;
  #known: Known | undefined;

  constructor(source: Source, limits: RunLimits, missingKey: MissingKey, isExact: boolean, meter?: Meter) {
    this.#source = source;
    this.limits = limits;
    this.missingKey = missingKey;
    this.isExact = isExact;
    this.meter = meter;
    this.steps = limits.maxSteps;
    this.units = limits.safeUnits;
    this.last = undefined;
    this.pieces = undefined;
    this.#ended = undefined;
    this.#slice = 0;
    if (meter === undefined) return;
    const slice = Math.floor(CHARACTERS_PER_SLICE / (source.text.length + 1));
    this.#slice = Math.min(Math.max(slice, SLICE.min), SLICE.max);
    this.steps = Math.min(this.#slice, limits.maxSteps);
    this.#reserve = limits.maxSteps - this.steps;
    this.units = Math.min(limits.safeUnits, meter.maxUnits);
  }

  fail(site: Site, message: string, limit?: Limit): never {
    const node = site.node ?? this.last;
    const { name, line, column, source } = this.#source.place(node?.position ?? 0);
    const context = node === undefined ? '' : nodeText(node);
    const text = `template: ${name}:${line}:${column}: executing ${quote(site.unit)} at <${context}>: ${message}`;
    if (!this.isExact && !text.isWellFormed()) throw new IllFormedData();
    throw new TemplateExecutionError(text.toWellFormed(), line, column, limit, source);
  }

  /** The function itself failed. */
  fault(site: Site, name: string, message: string): never {
    return this.fail(site, `error calling ${name}: ${message}`);
  }

  /** Called when `steps` has fallen below zero: the next slice, or the end. `nanoseconds` is the work that was paid for and is still to do. */
  nextSlice(site: Site, nanoseconds = 0): void {
    const missing = -this.steps;
    if (missing > this.#reserve)
      this.fail(site, `exceeded maximum number of steps (${this.limits.maxSteps})`, 'steps');
    this.meter?.proceed(nanoseconds);
    const granted = Math.min(missing + this.#slice, this.#reserve);
    this.#reserve -= granted;
    this.steps += granted;
  }

  failOutput(site: Site): never {
    return this.fail(site, `exceeded maximum output size (${this.limits.maxOutputBytes} bytes)`, 'output');
  }

  failDepth(site: Site): never {
    return this.fail(site, `exceeded maximum template depth (${this.limits.maxDepth})`, 'depth');
  }

  /** Takes steps out of the budget. */
  charge(site: Site, steps: number): void {
    this.steps -= steps;
    if (this.steps < 0) this.nextSlice(site);
  }

  /** For a text of so many bytes that a function has made. */
  chargeMade(site: Site, bytes: number): void {
    this.charge(site, Math.ceil(bytes / BYTES_MADE_PER_STEP));
  }

  /** For a text of so many bytes, or a list of so many items, that a function has gone through. */
  chargeRead(site: Site, size: number): void {
    const steps = Math.ceil(size / BYTES_READ_PER_STEP);
    this.steps -= steps;
    if (this.steps < 0) this.nextSlice(site, steps * NANOSECONDS_PER_STEP);
  }

  get known(): Known {
    this.#known ??= new Known(this.isExact, this.meter);
    return this.#known;
  }

  /** Called when the output has outgrown `units`. */
  grow(output: string, site: Site): void {
    if (this.meter !== undefined && this.#unitsEnded + output.length > this.meter.maxUnits)
      this.meter.tooLong();
    this.#outputLimit ??= new ByteLimitOfTexts(this.limits.maxOutputBytes, this.#ended ?? []);
    if (!this.#outputLimit.allows(output)) this.failOutput(site);
    this.units = this.#outputLimit.units;
  }

  /** Called when a unit has ended and another follows, whose output is a text of its own. */
  endUnit(output: string): void {
    this.depth = 0;
    this.#end(output);
  }

  /** As `endUnit`, of an output that is asked for in pieces. */
  endPieces(output: string): Output {
    this.endUnit(output);
    const { pieces } = this;
    if (pieces === undefined || pieces.length === 0) return output;
    if (output !== '') pieces.push(output);
    this.pieces = [];
    return pieces;
  }

  /** Puts a fixed text behind what is printed. Returns the output behind that. */
  cut(output: string, fixed: FixedText): string {
    if (output !== '') {
      this.pieces?.push(output);
      this.#end(output);
    }
    this.pieces?.push(fixed);
    this.#end(fixed.text);
    return '';
  }

  #end(text: string): void {
    this.units -= text.length;
    this.#unitsEnded += text.length;
    this.#outputLimit?.end(text);
    this.#ended ??= [];
    this.#ended.push(text);
  }

  /** The limit of a text that is made for the output. */
  textLimit(): TextLimit {
    const limit = new ByteLimit(this.limits.maxOutputBytes);
    return this.meter === undefined ? limit : new MeteredLimit(limit, this.meter);
  }

  /** The bytes of a text that has just been made. */
  bytesOf(text: string): number {
    this.meter?.proceed(text.length * NANOSECONDS_PER_UNIT);
    return byteLength(text);
  }

  /** Runs a printer whose text may grow to the limit of the whole output. */
  print(site: Site, write: (printer: Printer) => void): string {
    const printer = new Printer(this.textLimit(), this.known);
    try {
      write(printer);
    } catch (error) {
      if (error instanceof TextOverflow) this.failOutput(site);
      if (error instanceof DataTooDeep) this.fail(site, error.message);
      throw error;
    }
    const { text } = printer;
    this.charge(site, printer.keys);
    this.chargeMade(site, this.bytesOf(text));
    return text;
  }

  /** A value in a message, or one that is short: nothing is charged, and what is long is cut. */
  describe(value: unknown, verb: 's' | 'v'): string {
    const printer = new Printer(new UnitLimit(MAX_SHOWN_VALUE), this.known);
    try {
      printer.printValue(value, verb, 0);
      return printer.text;
    } catch (error) {
      if (error instanceof TextOverflow) return `${error.text.slice(0, MAX_SHOWN_VALUE).toWellFormed()}...`;
      if (error instanceof DataTooDeep) return '...';
      throw error;
    }
  }
}
