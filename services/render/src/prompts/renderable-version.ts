// One version of a prompt, ready to be rendered: its template, compiled on first use, and the part of the answer that never changes.

import { type CompiledTemplate, compile, TemplateSyntaxError } from '@px0/template';
import { VersionUsage } from '../usage/mod.ts';
import type { PromptEntry } from './prompt-directory.ts';

/**
 * Immutable but for what is made on first use and its usage counters. Whoever learns of a new template, slug or tag of the version makes
 * a new one, so a render under way is never a mixture of two states. A million of these are held, most of which are never rendered:
 * hence nothing is made before it is asked for.
 */
export class RenderableVersion {
  readonly prompt: PromptEntry;
  readonly number: number;
  readonly source: string;
  #compiled: CompiledTemplate | 'broken' | undefined;
  #tail: string | undefined;
  #usage: VersionUsage | undefined;

  /** `previous`, an older state of the same version, gives its compiled template and its counters on. */
  constructor(prompt: PromptEntry, number: number, source: string, previous?: RenderableVersion) {
    this.prompt = prompt;
    this.number = number;
    this.source = source;
    if (previous === undefined) return;
    this.#usage = previous.#usage;
    if (previous.source === source) this.#compiled = previous.#compiled;
  }

  /**
   * The compiled template; undefined when the text does not parse, which the registry refuses at save, so that only data written by other
   * means can get here.
   */
  template(): CompiledTemplate | undefined {
    this.#compiled ??= compileOrBroken(this.source);
    return this.#compiled === 'broken' ? undefined : this.#compiled;
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
