/**
 * Reads answers by llhttp, the parser of Node and undici: undici's own build, in its strict mode, since what an answer is must not be
 * decided here. Names and values become text once, cut from one string, and the body stays where it was read.
 * See docs/decisions/226-lean-upstream-client.md.
 */
import { maxHeaderSize } from 'node:http';
import { createRequire } from 'node:module';
import { errors } from 'undici';
import { ERROR, TYPE } from 'undici/lib/llhttp/constants.js';

/** Learns what a connection reads, while it is being read. What it throws ends the connection. */
export interface AnswerReader {
  /** An interim answer (102, 103). */
  onInterim(status: number): void;
  /** Names, in lower case, and values in turn. */
  onHead(status: number, headers: readonly string[], isLast: boolean): void;
  /** A piece of the body: `cut()` gives it, and only during the call. */
  onBody(piece: BodyPiece): void;
  /** False when nobody wants to know more; what is left of the bytes is dropped. */
  readonly isReading: boolean;
}

export interface BodyPiece {
  /** A text in Latin-1, for small pieces: it is written in one go with the headers before it. */
  cut(): string | Buffer;
}

/** How a run over some bytes ended. */
export type Outcome = 'more' | 'complete' | 'excess' | Error;

interface Llhttp {
  readonly memory: { readonly buffer: ArrayBuffer };
  llhttp_alloc(type: number): number;
  llhttp_free(parser: number): void;
  llhttp_execute(parser: number, at: number, length: number): number;
  llhttp_finish(parser: number): number;
  llhttp_resume(parser: number): void;
  llhttp_get_error_pos(parser: number): number;
  llhttp_get_error_reason(parser: number): number;
  malloc(bytes: number): number;
}

/** Bytes given to the parser at a time. */
export const READ_BYTES = 32 * 1024;
/** What was read is turned into one text, and cut, up to here; a longer body stays bytes. */
const TEXT_BYTES = 8 * 1024;

const CONTINUE = 0;
const STOP = -1;
const NO_BODY = 1;

const OK = ERROR['OK'];
const PAUSED = ERROR['PAUSED'] ?? Number.NaN;

let running: AnswerParser | undefined;

const webAssembly = (globalThis as unknown as { readonly WebAssembly: WebAssemblyApi }).WebAssembly;

const llhttp = load();
const input = llhttp.malloc(READ_BYTES);
let inputView = new Uint8Array(llhttp.memory.buffer, input, READ_BYTES);

export class AnswerParser implements BodyPiece {
  readonly #parser = llhttp.llhttp_alloc(TYPE['RESPONSE'] ?? Number.NaN);
  readonly #reader: AnswerReader;
  #bytes: Buffer = Buffer.alloc(0);
  #length = 0;
  #text: string | undefined;
  #headers: string[] = [];
  #headerBytes = 0;
  #status = 0;
  #isComplete = false;
  #fault: Error | undefined;
  #from = 0;
  #to = 0;

  constructor(reader: AnswerReader) {
    this.#reader = reader;
  }

  /** Reads so many of the bytes. They may be overwritten afterwards. */
  execute(bytes: Buffer, length: number): Outcome {
    if (inputView.buffer !== llhttp.memory.buffer)
      inputView = new Uint8Array(llhttp.memory.buffer, input, READ_BYTES);
    inputView.set(length === bytes.length ? bytes : bytes.subarray(0, length));
    this.#bytes = bytes;
    this.#length = length;
    this.#text = undefined;
    const code = this.#run(() => llhttp.llhttp_execute(this.#parser, input, length));
    if (code === OK) return 'more';
    if (code === PAUSED && this.#isComplete) {
      const read = llhttp.llhttp_get_error_pos(this.#parser) - input;
      this.#next();
      return read < length ? 'excess' : 'complete';
    }
    return this.#errorOf(code);
  }

  /** The connection has ended, which may be the end of a body without a length. */
  finish(): Outcome {
    const code = this.#run(() => llhttp.llhttp_finish(this.#parser));
    if (this.#isComplete) return 'complete';
    return code === OK ? new errors.SocketError('other side closed') : this.#errorOf(code);
  }

  /** Gives the parser's memory back. Not while it runs. */
  free(): void {
    llhttp.llhttp_free(this.#parser);
  }

  cut(): string | Buffer {
    return this.#length <= TEXT_BYTES
      ? this.#textOf(this.#from, this.#to)
      : Buffer.from(this.#bytes.subarray(this.#from, this.#to));
  }

  #run(step: () => number): number {
    running = this;
    try {
      return step();
    } finally {
      running = undefined;
    }
  }

  /** For the answer after this one. */
  #next(): void {
    llhttp.llhttp_resume(this.#parser);
    this.#isComplete = false;
    this.#status = 0;
  }

  #errorOf(code: number): Error {
    if (this.#fault !== undefined) return this.#fault;
    const at = llhttp.llhttp_get_error_reason(this.#parser);
    const name = Object.entries(ERROR).find(([, value]) => value === code)?.[0];
    return new errors.HTTPParserError(
      `Response does not match the HTTP/1.1 protocol (${at === 0 ? name : textAt(at)})`,
    );
  }

  #textOf(from: number, to: number): string {
    if (this.#length > TEXT_BYTES) return this.#bytes.toString('latin1', from, to);
    this.#text ??= this.#bytes.toString('latin1', 0, this.#length);
    return this.#text.slice(from, to);
  }

  #fail(error: Error): number {
    this.#fault = error;
    return STOP;
  }

  #count(bytes: number): number {
    this.#headerBytes += bytes;
    return this.#headerBytes < maxHeaderSize ? CONTINUE : this.#fail(new errors.HeadersOverflowError());
  }

  /** A name or value may come in pieces, when the bytes do. */
  readonly onField = (at: number, length: number): number => {
    const name = this.#textOf(at - input, at - input + length).toLowerCase();
    const headers = this.#headers;
    if (headers.length % 2 === 0) headers.push(name);
    else headers[headers.length - 1] += name;
    return this.#count(length);
  };

  readonly onValue = (at: number, length: number): number => {
    const value = this.#textOf(at - input, at - input + length);
    const headers = this.#headers;
    if (headers.length % 2 === 1) headers.push(value);
    else headers[headers.length - 1] += value;
    return this.#count(length);
  };

  readonly onHeadersComplete = (status: number, upgrade: number, keepAlive: number): number => {
    // Neither was asked for.
    if (status === 100 || status === 101 || upgrade !== 0)
      return this.#fail(new errors.SocketError('bad response'));
    const headers = this.#headers;
    this.#headers = [];
    this.#headerBytes = 0;
    this.#status = status;
    if (status < 200) {
      this.#reader.onInterim(status);
      return this.#reader.isReading ? NO_BODY : STOP;
    }
    this.#reader.onHead(status, headers, keepAlive === 0 || maySendBodyWrongly(status, headers));
    return this.#reader.isReading ? CONTINUE : STOP;
  };

  readonly onBody = (at: number, length: number): number => {
    this.#from = at - input;
    this.#to = this.#from + length;
    this.#reader.onBody(this);
    return this.#reader.isReading ? CONTINUE : STOP;
  };

  readonly onMessageComplete = (): number => {
    // Trailers are not passed on.
    this.#headers = [];
    this.#headerBytes = 0;
    if (this.#status < 200) return CONTINUE;
    this.#isComplete = true;
    return PAUSED;
  };
}

/** What is said to follow a 204 or 304 would be taken for the next answer. */
function maySendBodyWrongly(status: number, headers: readonly string[]): boolean {
  if (status !== 204 && status !== 304) return false;
  return headers.some(
    (name, i) =>
      i % 2 === 0 && (name === 'transfer-encoding' || (name === 'content-length' && headers[i + 1] !== '0')),
  );
}

function textAt(pointer: number): string {
  const memory = new Uint8Array(llhttp.memory.buffer);
  return Buffer.from(memory.subarray(pointer, memory.indexOf(0, pointer))).toString('latin1');
}

function load(): Llhttp {
  const parser = (): AnswerParser => {
    if (running === undefined) throw new Error('no answer is being read');
    return running;
  };
  const env = {
    wasm_on_url: () => CONTINUE,
    wasm_on_status: () => CONTINUE,
    wasm_on_message_begin: () => CONTINUE,
    wasm_on_header_field: (_parser: number, at: number, length: number) => parser().onField(at, length),
    wasm_on_header_value: (_parser: number, at: number, length: number) => parser().onValue(at, length),
    wasm_on_headers_complete: (_parser: number, status: number, upgrade: number, keepAlive: number) =>
      parser().onHeadersComplete(status, upgrade, keepAlive),
    wasm_on_body: (_parser: number, at: number, length: number) => parser().onBody(at, length),
    wasm_on_message_complete: () => parser().onMessageComplete(),
  };
  // What it exports is known to nobody but those who build it: `Llhttp` names what is used.
  return new webAssembly.Instance(compile(), { env }).exports as Llhttp;
}

/** The part of the global that is used; Node's types have none of it. */
interface WebAssemblyApi {
  readonly Module: new (code: Buffer) => object;
  readonly Instance: new (module: object, imports: object) => { readonly exports: unknown };
}

function compile(): object {
  const require = createRequire(import.meta.url);
  try {
    return new webAssembly.Module(require('undici/lib/llhttp/llhttp_simd-wasm.js'));
  } catch {
    // A processor without vector instructions.
    return new webAssembly.Module(require('undici/lib/llhttp/llhttp-wasm.js'));
  }
}
