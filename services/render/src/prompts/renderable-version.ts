/** One version of a prompt, ready to render: its program, compiled on first use, and the part of the answer that never changes. */
import { isDeepStrictEqual } from 'node:util';
import { isLightTemplate } from '@px0/heavy-renders';
import type { Judge } from '@px0/input-contract';
import {
  type CompiledProgram,
  compileProgram,
  type OutlineEntry,
  type Program,
  type SourceStretch,
  TemplateSyntaxError,
} from '@px0/template';
import { VersionUsage } from '../usage/mod.ts';
import type { ContractPolicy, KnownSchema } from './contract.ts';
import { VersionSchema } from './version-schema.ts';

/** What a version's answer says about its prompt, and how strictly its variables are judged. */
interface VersionPrompt {
  readonly id: string;
  readonly teamId: string;
  readonly slug: string;
  readonly tags: Readonly<Record<string, number>>;
  /** Absent when it is off. */
  readonly contract?: ContractPolicy | undefined;
}

/** What a version holds. */
export interface VersionContent extends Program {
  /** JSON text, as it is put into answers. */
  readonly config?: string | undefined;
  readonly schema?: KnownSchema;
}

/** What of it is kept as an object; of most versions nothing is. */
interface HeldContent extends Program {
  readonly config?: string | undefined;
  readonly known?: VersionSchema;
}

/** Measured: one of an outline or of the sources, as an object. */
const BYTES_PER_ENTRY = 120;

/** Of larger texts even a step of compiling takes too long for the main thread. */
const MAX_PREPARED_UNITS = 64 * 1024;

/**
 * Immutable except for what is created on first use and its usage counters. A new program, slug or tag creates a new object, so a render
 * in flight never mixes two states. A process may hold a million of these and render few of them, so everything is created lazily, and a
 * mere text is kept as such.
 */
export class RenderableVersion implements VersionContent {
  readonly prompt: VersionPrompt;
  readonly number: number;
  #content: string | HeldContent;
  #compiled: CompiledProgram | 'broken' | 'heavy' | undefined;
  #tail: string | undefined;
  #usage: VersionUsage | undefined;

  /** `previous`, an older state of the same version, passes on its compiled program and its counters. */
  constructor(prompt: VersionPrompt, number: number, content: VersionContent, previous?: RenderableVersion) {
    const isSame = previous !== undefined && isSameProgram(previous, content);
    // What is compiled refers to the older state's lists: no second copy of them is kept.
    const { template, outline, sources } = isSame ? previous : content;
    this.prompt = prompt;
    this.number = number;
    const { config, schema } = content;
    const isMereText = outline === undefined && sources === undefined && config === undefined;
    this.#content = isMereText ? template : { template, outline, sources, config };
    if (isSame && isDeepStrictEqual(previous.schema, schema)) this.#holdSchema(previous.#heldSchema);
    else if (schema !== undefined) this.learnSchema(schema);
    if (previous !== undefined) this.#usage = previous.#usage;
    if (isSame) this.#compiled = previous.#compiled;
  }

  get template(): string {
    return typeof this.#content === 'string' ? this.#content : this.#content.template;
  }

  get outline(): readonly OutlineEntry[] | undefined {
    return typeof this.#content === 'string' ? undefined : this.#content.outline;
  }

  get sources(): readonly SourceStretch[] | undefined {
    return typeof this.#content === 'string' ? undefined : this.#content.sources;
  }

  /** JSON text, as it is put into answers. */
  get config(): string | undefined {
    return typeof this.#content === 'string' ? undefined : this.#content.config;
  }

  /** As `VersionContent` has it. */
  get schema(): KnownSchema {
    return this.#heldSchema?.value;
  }

  /** Says what nobody had said, or that it could not be found out for now. It stays until the prompt changes. */
  learnSchema(schema: KnownSchema): void {
    this.#holdSchema(new VersionSchema(schema));
  }

  get #heldSchema(): VersionSchema | undefined {
    return typeof this.#content === 'string' ? undefined : this.#content.known;
  }

  #holdSchema(known: VersionSchema | undefined): void {
    if (known === undefined) return;
    this.#content =
      typeof this.#content === 'string' ? { template: this.#content, known } : { ...this.#content, known };
  }

  /** Whether it should learn its schema before its variables are judged. */
  get lacksSchema(): boolean {
    return this.#heldSchema?.isMissing ?? true;
  }

  /** Whether `judge` has made one already. */
  get hasJudge(): boolean {
    return this.#heldSchema?.hasJudge === true;
  }

  /** Judges the variables of the version, whose compiled program it is given. */
  judge(program: CompiledProgram): Judge | 'heavy' {
    const held = this.#heldSchema ?? new VersionSchema(undefined);
    return held.judge(program, this.template);
  }

  get kind(): 'text' | 'chat' {
    return this.outline === undefined ? 'text' : 'chat';
  }

  /** How many messages, parts of messages and placeholders it has. */
  get partCount(): number {
    return (this.outline ?? []).reduce(
      (count, entry) => count + ('parts' in entry ? entry.parts.length : 1),
      0,
    );
  }

  /** What its content takes of memory, about, while it is not compiled. */
  get contentBytes(): number {
    const entries = this.partCount + (this.sources?.length ?? 0);
    return (
      this.template.length + (this.config?.length ?? 0) + entries * BYTES_PER_ENTRY + this.schemaCharacters
    );
  }

  /** Of the JSON of the schema that it holds, whoever it comes from. */
  get schemaCharacters(): number {
    return this.#heldSchema?.characters ?? 0;
  }

  /**
   * The compiled program. `heavy`: compiling it takes too long for the main thread. `broken`: the text does not parse, which the registry
   * refuses at save, so that only data written by other means can get here.
   */
  compiled(): CompiledProgram | 'broken' | 'heavy' {
    this.#compiled ??= isLightTemplate(this.template) ? compileOrBroken(this) : 'heavy';
    return this.#compiled;
  }

  /**
   * Compiles a program that `compiled` calls heavy, in steps of a few milliseconds, between which others should have their turns; a text
   * too large for that stays heavy.
   */
  *prepare(): Generator<undefined, void> {
    if (this.#compiled !== 'heavy' || this.template.length > MAX_PREPARED_UNITS) return;
    const compiled = compileOrBroken(this);
    if (compiled !== 'broken') {
      yield;
      compiled.prepare();
    }
    this.#compiled = compiled;
  }

  /** The answer's JSON from behind what was rendered to its end. */
  get tail(): string {
    this.#tail ??= `,"version":${this.number},"slug":${JSON.stringify(this.prompt.slug)},"tags":${JSON.stringify(this.tags())}${this.#configMember()}}`;
    return this.#tail;
  }

  #configMember(): string {
    return this.config === undefined ? '' : `,"config":${this.config}`;
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

function isSameProgram(one: Program, other: Program): boolean {
  return (
    one.template === other.template &&
    isDeepStrictEqual(one.outline, other.outline) &&
    isDeepStrictEqual(one.sources, other.sources)
  );
}

function compileOrBroken({ template, outline, sources }: Program): CompiledProgram | 'broken' {
  try {
    return compileProgram({ template, outline, sources });
  } catch (error) {
    if (error instanceof TemplateSyntaxError) return 'broken';
    throw error;
  }
}
