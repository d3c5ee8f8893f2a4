/** One version of a prompt, ready to render: its template, compiled on first use, and the part of the answer that never changes. */
import { isLightTemplate } from '@px0/heavy-renders';
import { type CompiledTemplate, compile, TemplateSyntaxError } from '@px0/template';
import { VersionUsage } from '../usage/mod.ts';

/** What a version's answer says about its prompt. */
interface VersionPrompt {
  readonly id: string;
  readonly teamId: string;
  readonly slug: string;
  readonly tags: Readonly<Record<string, number>>;
}

/** Of larger texts even a step of compiling takes too long for the main thread. */
const MAX_PREPARED_UNITS = 64 * 1024;

/**
 * Immutable except for what is created on first use and its usage counters. A new template, slug or tag creates a new object, so a render
 * in flight never mixes two states. A process may hold a million of these and render few of them, so everything is created lazily.
 */
export class RenderableVersion {
  readonly prompt: VersionPrompt;
  readonly number: number;
  readonly source: string;
  #compiled: CompiledTemplate | 'broken' | 'heavy' | undefined;
  #tail: string | undefined;
  #usage: VersionUsage | undefined;

  /** `previous`, an older state of the same version, passes on its compiled template and its counters. */
  constructor(prompt: VersionPrompt, number: number, source: string, previous?: RenderableVersion) {
    this.prompt = prompt;
    this.number = number;
    this.source = source;
    if (previous === undefined) return;
    this.#usage = previous.#usage;
    if (previous.source === source) this.#compiled = previous.#compiled;
  }

  /**
   * The compiled template. `heavy`: compiling it takes too long for the main thread. `broken`: the text does not parse, which the registry
   * refuses at save, so that only data written by other means can get here.
   */
  template(): CompiledTemplate | 'broken' | 'heavy' {
    this.#compiled ??= isLightTemplate(this.source) ? compileOrBroken(this.source) : 'heavy';
    return this.#compiled;
  }

  /**
   * Compiles a template that `template` calls heavy, in steps of a few milliseconds, between which others should have their turns; a text
   * too large for that stays heavy.
   */
  *prepare(): Generator<undefined, void> {
    if (this.#compiled !== 'heavy' || this.source.length > MAX_PREPARED_UNITS) return;
    const compiled = compileOrBroken(this.source);
    if (compiled !== 'broken') {
      yield;
      compiled.prepare();
    }
    this.#compiled = compiled;
  }

  /** The answer's JSON from behind the rendered text to its end. */
  get tail(): string {
    this.#tail ??= `,"version":${this.number},"slug":${JSON.stringify(this.prompt.slug)},"tags":${JSON.stringify(this.tags())}}`;
    return this.#tail;
  }

  /** The version's tags, ascending by bytes; tags are ASCII, so comparing code units is the same. */
  tags(): string[] {
    return Object.keys(this.prompt.tags)
      .filter((tag) => this.prompt.tags[tag] === this.number)
      .sort();
  }

  /** The value of `Px0-Prompt-Version`. */
  get numberText(): string {
    return String(this.number);
  }

  get usage(): VersionUsage {
    this.#usage ??= new VersionUsage(this.prompt.id, this.number);
    return this.#usage;
  }
}

function compileOrBroken(source: string): CompiledTemplate | 'broken' {
  try {
    return compile(source);
  } catch (error) {
    if (error instanceof TemplateSyntaxError) return 'broken';
    throw error;
  }
}
