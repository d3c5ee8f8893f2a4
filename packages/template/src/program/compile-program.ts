/** `compileProgram`: a text's or a conversation's program as something that renders. */
import {
  automatic,
  type Backend,
  type CompiledTemplate,
  type CompileOptions,
  DEFAULT_NAME,
  type RenderOptions,
  Template,
} from '../compile.ts';
import type { Reading } from '../plan/variables.ts';
import type { Tree } from '../syntax/parser.ts';
import { Source } from '../syntax/source.ts';
import { isBlank } from '../unicode/white-space.ts';
import type { JsonPieces } from '../values/json-pieces.ts';
import {
  assembleMessages,
  type ChatMessage,
  messagesJson,
  placeholderLists,
  unitsOf,
  type Variables,
} from './messages.ts';
import type { OutlineEntry, Program } from './program.ts';
import { ProgramSource } from './program-source.ts';

export interface CompiledProgram extends CompiledTemplate {
  /**
   * A conversation's messages, within one budget; undefined for a text.
   *
   * @throws ChatVariablesError before anything runs, for a placeholder's variable
   * @throws TemplateExecutionError
   */
  messages(variables: Variables | null, options?: RenderOptions): ChatMessage[] | undefined;
  /** The JSON of what `messages` gives and throws, as `renderJson` that of `render`. */
  messagesJson(variables: Variables | null, options?: RenderOptions): JsonPieces | undefined;
  /**
   * The first thing that `messages` does, for who has something to look at between that and the run.
   *
   * @throws ChatVariablesError for a placeholder's variable
   */
  checkPlaceholders(variables: Variables | null): void;
}

export function compileProgramWith(
  backend: Backend,
  { template, outline, sources }: Program,
  options: CompileOptions = {},
): CompiledProgram {
  const name = options.name ?? DEFAULT_NAME;
  const source =
    sources === undefined ? new Source(name, template) : new ProgramSource(name, template, sources);
  return new LinkedTemplate(backend, source, options, outline);
}

/**
 * Compiles a program. Errors of its renders speak of the author's texts where it has `sources`, of the program otherwise.
 *
 * @throws TemplateSyntaxError
 */
export function compileProgram(program: Program, options: CompileOptions = {}): CompiledProgram {
  return compileProgramWith(automatic, program, options);
}

class LinkedTemplate extends Template implements CompiledProgram {
  readonly #outline: readonly OutlineEntry[] | undefined;
  readonly #units: readonly number[];
  /** Of each unit, whether it is never blank: so most outputs need no look. */
  readonly #hasText: readonly boolean[];

  constructor(
    backend: Backend,
    source: Source,
    options: CompileOptions,
    outline: readonly OutlineEntry[] | undefined,
  ) {
    super(backend, source, options);
    this.#outline = outline;
    const units = unitsOf(outline ?? []);
    this.#units = units.map((name) => this.number(name));
    this.#hasText = units.map((name) => hasText(this.trees.get(name)));
  }

  protected override get readings(): readonly Reading[] {
    return this.#outline?.flatMap(readingsOf) ?? super.readings;
  }

  messages(variables: Variables | null, options?: RenderOptions): ChatMessage[] | undefined {
    if (this.#outline === undefined) return undefined;
    const lists = placeholderLists(this.#outline, variables);
    const outputs = this.renderNumbered(this.#units, variables, options);
    return assembleMessages({ outline: this.#outline, outputs, hasText: this.#hasText, lists });
  }

  messagesJson(variables: Variables | null, options?: RenderOptions): JsonPieces | undefined {
    if (this.#outline === undefined) return undefined;
    const lists = placeholderLists(this.#outline, variables);
    const outputs = this.renderPieces(this.#units, variables, options);
    return messagesJson({ outline: this.#outline, outputs, hasText: this.#hasText, lists });
  }

  checkPlaceholders(variables: Variables | null): void {
    if (this.#outline !== undefined) placeholderLists(this.#outline, variables);
  }
}

/** Whether a template has text besides white space outside of its actions. */
function hasText(tree: Tree | undefined): boolean {
  return tree?.root.nodes.some((node) => node.type === 'text' && !isBlank(node.text)) ?? false;
}

function readingsOf(entry: OutlineEntry): Reading[] {
  if ('placeholder' in entry) return [{ placeholder: entry.placeholder, required: entry.required === true }];
  return unitsOf([entry]).map((unit) => ({ unit }));
}
