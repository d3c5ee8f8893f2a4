/** Makes one program of a conversation. See "Conversations" in the package's README. */

import { type Extent, type Linkage, parseLinked } from '../syntax/parser.ts';
import { isTooLong, MAX_SOURCE_BYTES, Source } from '../syntax/source.ts';
import { byteLength } from '../values/go-string.ts';
import type { Meter } from '../values/meter.ts';
import type { ChatEntry, OutlineEntry, OutlinePart, Program, SourceStretch } from './program.ts';

/** The texts of a conversation are more than one program may hold. */
export class ProgramTooLargeError extends Error {
  override readonly name = 'ProgramTooLargeError';

  constructor() {
    super(`program must be at most ${MAX_SOURCE_BYTES} bytes`);
  }
}

/**
 * Links a conversation into one program. A fault in a text comes before what is too large, except in a text that is by itself more than
 * a program may hold: that one is not parsed.
 *
 * @param meter is asked before each text
 * @throws TemplateSyntaxError that speaks of the text at fault and has its name as `source`
 * @throws ProgramTooLargeError
 */
export function linkChat(entries: readonly ChatEntry[], meter?: Pick<Meter, 'proceed'>): Program {
  const linker = new Linker(entries, meter);
  return linker.link();
}

/** Parsing takes one to two microseconds for each character of an action. */
const NANOSECONDS_PER_CHARACTER = 2_000;

interface Unit {
  readonly name: string;
  readonly text: string;
}

class Linker {
  #root = '';
  readonly #units: Unit[] = [];
  readonly #outline: OutlineEntry[];
  readonly #sources: SourceStretch[] = [];
  /** The program, piece by piece, and its length. */
  readonly #pieces: string[] = [];
  #length = 0;
  readonly #linkage: Linkage = { names: new Set(), isReserved };
  readonly #meter: Pick<Meter, 'proceed'> | undefined;

  constructor(entries: readonly ChatEntry[], meter: Pick<Meter, 'proceed'> | undefined) {
    this.#meter = meter;
    this.#outline = entries.map((entry, index) => this.#entry(entry, index));
  }

  link(): Program {
    if (bytesOf(this.#units.map((unit) => unit.text)) > MAX_SOURCE_BYTES) {
      for (const { name, text } of this.#units) if (!isTooLong(text)) this.#parse(new Source(name, text));
      throw new ProgramTooLargeError();
    }
    this.#add(this.#root);
    for (const unit of this.#units) {
      const source = new Source(unit.name, unit.text);
      this.#addUnit(source, this.#parse(source));
    }
    if (bytesOf(this.#pieces) > MAX_SOURCE_BYTES) throw new ProgramTooLargeError();
    return { template: this.#pieces.join(''), outline: this.#outline, sources: this.#sources };
  }

  #parse(source: Source): readonly Extent[] {
    this.#meter?.proceed(source.text.length * NANOSECONDS_PER_CHARACTER);
    return parseLinked(source, this.#linkage);
  }

  /** Adds an entry to the root and its texts to the units. */
  #entry(entry: ChatEntry, index: number): OutlineEntry {
    if ('placeholder' in entry) {
      this.#root += placeholderRoot(entry.placeholder);
      return entry.required === true
        ? { placeholder: entry.placeholder, required: true }
        : { placeholder: entry.placeholder };
    }
    const { role } = entry;
    const name = `message ${index}`;
    if ('template' in entry) {
      this.#units.push({ name, text: entry.template });
      this.#root += `${role}:\n${call(name)}\n\n`;
      return { role, unit: name };
    }
    const lines: string[] = [];
    const parts = entry.parts.map((part, position): OutlinePart => {
      const unit = `${name}.${position}`;
      if (part.type === 'text') {
        this.#units.push({ name: unit, text: part.template });
        lines.push(call(unit));
        return { unit };
      }
      this.#units.push({ name: unit, text: part.url });
      lines.push('[media]');
      return part.media_type === undefined ? { media: unit } : { media: unit, media_type: part.media_type };
    });
    this.#root += `${role}:\n${lines.join('\n')}\n\n`;
    return { role, parts };
  }

  /** Adds a text as a definition, and the definitions in it behind that: Go wants them at the top. */
  #addUnit({ name, text }: Source, definitions: readonly Extent[]): void {
    // Once more as a text, this brace would join those that follow.
    const end = text.endsWith('{') ? text.length - 1 : text.length;
    this.#add(`{{define "${name}"}}`);
    let from = 0;
    for (const definition of definitions) {
      this.#addStretch(name, text, from, definition.start);
      this.#add(commentLike(text.slice(definition.start, definition.end)));
      from = definition.end;
    }
    this.#addStretch(name, text, from, end);
    this.#add(end < text.length ? '{{"{"}}{{end}}' : '{{end}}');
    for (const definition of definitions) this.#addStretch(name, text, definition.start, definition.end);
  }

  #addStretch(name: string, text: string, from: number, to: number): void {
    this.#sources.push([name, this.#length, to - from, from]);
    this.#add(text.slice(from, to));
  }

  #add(piece: string): void {
    this.#pieces.push(piece);
    this.#length += piece.length;
  }
}

function call(unit: string): string {
  return `{{template "${unit}" .}}`;
}

function placeholderRoot(name: string): string {
  return `{{range index . "${name}"}}{{with index . "role"}}{{.}}{{end}}:\n{{with index . "content"}}{{.}}{{end}}\n\n{{end}}`;
}

const RESERVED = /^(?:prompt|message [0-9]+(?:\.[0-9]+)?)$/;

function isReserved(name: string, isDefinition: boolean): boolean {
  // Bytes that are not UTF-8 are lone surrogates here.
  return RESERVED.test(name) || !name.isWellFormed() || (isDefinition && name.startsWith('@'));
}

function bytesOf(texts: readonly string[]): number {
  return texts.reduce((bytes, text) => bytes + byteLength(text.toWellFormed()), 0);
}

/**
 * A comment of as many bytes and lines as a definition, whose last line is as long if that is possible, and which trims the text
 * around it as the definition's actions do.
 */
function commentLike(definition: string): string {
  const open = definition.startsWith('{{-') ? '{{- /*' : '{{/*';
  const close = definition.endsWith('-}}') ? '*/ -}}' : '*/}}';
  const lines = definition.split('\n');
  const newlines = lines.length - 1;
  const blanks = byteLength(definition) - open.length - newlines - close.length;
  const last = Math.min(Math.max(byteLength(lines[newlines] ?? '') - close.length, 0), blanks);
  return `${open}${' '.repeat(blanks - last)}${'\n'.repeat(newlines)}${' '.repeat(last)}${close}`;
}
