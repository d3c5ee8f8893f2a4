/**
 * `compile`: from a template's text to something that renders, within limits.
 * See docs/decisions/010-template-engine.md.
 */
import { compileClosures, type Renderers } from './backends/closures.ts';
import { generateRenderer } from './backends/generate.ts';
import { type MissingKey, Run, type RunLimits, runLimits } from './backends/run.ts';
import { TemplateExecutionError } from './errors.ts';
import { inferSchema } from './inference/infer-schema.ts';
import type { InferredSchema } from './inference/inferred-schema.ts';
import type { Plan } from './plan/plan.ts';
import { planTemplate } from './plan/planner.ts';
import { inferVariables, type Reading, type TemplateVariable } from './plan/variables.ts';
import { parse, type Tree } from './syntax/parser.ts';
import { Source } from './syntax/source.ts';
import type { Output } from './values/fixed-text.ts';
import { canonical, toBytes } from './values/go-string.ts';
import { checkText, IllFormedData, wellFormedCopy } from './values/ill-formed.ts';
import { JsonPieces } from './values/json-pieces.ts';
import type { Meter } from './values/meter.ts';
import { quote } from './values/quote.ts';
import { NIL_MAP } from './values/values.ts';

export interface CompileOptions {
  /** The template's name in error messages; `prompt` unless given. */
  readonly name?: string;
  /** What a key that a map lacks does, as Go's option of that name; `error` unless given. */
  readonly missingKey?: MissingKey;
  /** Of UTF-8; 8 MiB unless given. */
  readonly maxOutputBytes?: number;
  /** Template calls inside one another; 100 unless given. */
  readonly maxDepth?: number;
  /** Nodes executed and loop passes, and larger pieces of work inside functions; 1,000,000 unless given. */
  readonly maxSteps?: number;
}

export interface RenderOptions {
  /** Overrides the setting that the template was compiled with. */
  readonly missingKey?: MissingKey;
  /** Watches this render, and may end it; what it throws is thrown by the render. */
  readonly meter?: Meter;
}

export interface CompiledTemplate {
  /**
   * The template's output. `variables` is JSON data; null is Go's nil map. Bytes that are not UTF-8, which only cutting
   * characters or escapes such as `"\xff"` make, come out as U+FFFD.
   *
   * @throws TemplateExecutionError
   */
  render(variables: Readonly<Record<string, unknown>> | null, options?: RenderOptions): string;
  /**
   * The same output as UTF-8, byte for byte what Go writes.
   *
   * @throws TemplateExecutionError
   */
  renderBytes(variables: Readonly<Record<string, unknown>> | null, options?: RenderOptions): Uint8Array;
  /**
   * The outputs of several templates, the main one or defined ones, each with the same data: within one budget of steps and
   * bytes, while the depth counts from each.
   *
   * @throws TemplateExecutionError
   */
  renderUnits(
    names: readonly string[],
    variables: Readonly<Record<string, unknown>> | null,
    options?: RenderOptions,
  ): string[];
  /** Whether texts of the template are so long that to ask for JSON pays. */
  readonly hasFixedTexts: boolean;
  /**
   * The JSON of what `render` gives, without walking through the long texts of the template.
   *
   * @throws TemplateExecutionError
   */
  renderJson(variables: Readonly<Record<string, unknown>> | null, options?: RenderOptions): JsonPieces;
  /** Makes the code that the first render would make, for who would rather have it done before. */
  prepare(): void;
  /** What the template reads, in the order of first use. */
  readonly variables: readonly TemplateVariable[];
  /**
   * JSON Schema 2020-12 of the data that can render. Sound for data as JSON has it: what renders, missing keys being errors, satisfies it. It
   * has at most 65,536 bytes, 16 levels and 512 properties; a template that reads more is described in part.
   */
  readonly inputSchema: InferredSchema;
}

/** Makes a plan executable. */
export type Backend = (plan: Plan) => Renderers;

export const DEFAULT_NAME = 'prompt';

const DEFAULT_LIMITS = {
  maxOutputBytes: 8 * 1024 * 1024,
  maxDepth: 100,
  maxSteps: 1_000_000,
};

export function compileWith(
  backend: Backend,
  source: string,
  options: CompileOptions = {},
): CompiledTemplate {
  return new Template(backend, new Source(options.name ?? DEFAULT_NAME, source), options);
}

export const closures: Backend = compileClosures;
export const generated: Backend = (plan) => generateRenderer(plan);

export class Template implements CompiledTemplate {
  readonly #backend: Backend;
  readonly #source: Source;
  readonly #plan: Plan;
  readonly #limits: RunLimits;
  readonly #missingKey: MissingKey;
  readonly trees: ReadonlyMap<string, Tree>;
  #numbers: ReadonlyMap<string, number> | undefined;
  #renderers: Renderers | undefined;
  #safeRenderers: Renderers | undefined;
  #variables: readonly TemplateVariable[] | undefined;
  #inputSchema: InferredSchema | undefined;

  constructor(backend: Backend, source: Source, options: CompileOptions) {
    this.#backend = backend;
    this.#source = source;
    this.trees = parse(source);
    this.#plan = planTemplate(source.name, this.trees);
    this.#missingKey = options.missingKey ?? 'error';
    this.#limits = runLimits({
      maxOutputBytes: options.maxOutputBytes ?? DEFAULT_LIMITS.maxOutputBytes,
      maxDepth: options.maxDepth ?? DEFAULT_LIMITS.maxDepth,
      maxSteps: options.maxSteps ?? DEFAULT_LIMITS.maxSteps,
    });
  }

  prepare(): void {
    this.#usableRenderers();
  }

  get variables(): readonly TemplateVariable[] {
    this.#variables ??= inferVariables(this.readings, this.trees);
    return this.#variables;
  }

  get inputSchema(): InferredSchema {
    this.#inputSchema ??= inferSchema(this.#plan, this.readings);
    return this.#inputSchema;
  }

  /** What reads the data. */
  protected get readings(): readonly Reading[] {
    return [{ unit: this.#source.name }];
  }

  render(variables: Readonly<Record<string, unknown>> | null, options?: RenderOptions): string {
    const missingKey = options?.missingKey ?? this.#missingKey;
    const meter = options?.meter;
    return (
      this.#optimistic(variables, missingKey, meter) ??
      this.#exact(variables, missingKey, meter).toWellFormed()
    );
  }

  renderBytes(variables: Readonly<Record<string, unknown>> | null, options?: RenderOptions): Uint8Array {
    const missingKey = options?.missingKey ?? this.#missingKey;
    const meter = options?.meter;
    return toBytes(
      this.#optimistic(variables, missingKey, meter) ?? this.#exact(variables, missingKey, meter),
    );
  }

  get hasFixedTexts(): boolean {
    return this.#plan.hasFixedTexts;
  }

  renderJson(variables: Readonly<Record<string, unknown>> | null, options?: RenderOptions): JsonPieces {
    const [output = ''] = this.renderPieces([0], variables, options);
    return new JsonPieces().addText(output);
  }

  renderUnits(
    names: readonly string[],
    variables: Readonly<Record<string, unknown>> | null,
    options?: RenderOptions,
  ): string[] {
    return this.renderNumbered(
      names.map((name) => this.number(name)),
      variables,
      options,
    );
  }

  /** As `renderUnits`, by the numbers of the units. */
  renderNumbered(
    numbers: readonly number[],
    variables: Readonly<Record<string, unknown>> | null,
    options?: RenderOptions,
  ): string[] {
    const missingKey = options?.missingKey ?? this.#missingKey;
    const meter = options?.meter;
    return (
      this.#optimisticUnits(numbers, variables, missingKey, meter, endText) ??
      this.#exactUnits(numbers, variables, missingKey, meter)
    );
  }

  /** The same outputs, in pieces where texts of the template are long. */
  protected renderPieces(
    numbers: readonly number[],
    variables: Readonly<Record<string, unknown>> | null,
    options?: RenderOptions,
  ): Output[] {
    const missingKey = options?.missingKey ?? this.#missingKey;
    const meter = options?.meter;
    return (
      this.#optimisticUnits<Output>(numbers, variables, missingKey, meter, endPieces) ??
      this.#exactUnits(numbers, variables, missingKey, meter)
    );
  }

  /**
   * The number of the unit of that name.
   *
   * @throws TemplateExecutionError
   */
  number(name: string): number {
    this.#numbers ??= new Map(this.#plan.units.map((unit, number) => [unit.name, number]));
    const number = this.#numbers.get(name);
    if (number !== undefined) return number;
    const { name: main } = this.#source;
    const message = `template: no template ${quote(name)} associated with template ${quote(main)}`;
    throw new TemplateExecutionError(message.toWellFormed(), 1, 0);
  }

  #optimisticUnits<Ended>(
    numbers: readonly number[],
    variables: unknown,
    missingKey: MissingKey,
    meter: Meter | undefined,
    end: EndOutput<Ended>,
  ): Ended[] | undefined {
    if (this.#plan.hasStrayBytes) return undefined;
    const run = new Run(this.#source, this.#limits, missingKey, false, meter);
    if (end === endPieces) run.pieces = [];
    try {
      const outputs = this.#run(run, numbers, variables ?? NIL_MAP, end);
      return run.isSuspect ? undefined : outputs;
    } catch (error) {
      if (error instanceof IllFormedData) return undefined;
      throw error;
    }
  }

  #exactUnits(
    numbers: readonly number[],
    variables: unknown,
    missingKey: MissingKey,
    meter?: Meter,
  ): string[] {
    const run = new Run(this.#source, this.#limits, missingKey, true, meter);
    const outputs = this.#run(run, numbers, exactData(variables, meter), endText);
    return outputs.map((output) => canonical(output).toWellFormed());
  }

  #run<Ended>(run: Run, numbers: readonly number[], data: unknown, end: EndOutput<Ended>): Ended[] {
    const renderers = this.#usableRenderers();
    const outputs: Ended[] = [];
    for (const number of numbers) {
      const { site } = (this.#plan.units[number] ?? this.#plan.units[0]).body;
      let output = '';
      try {
        output = (renderers[number] ?? renderers[0])(run, data, '');
      } catch (error) {
        this.#rethrow(run, error, site);
      }
      if (output.length > run.units) run.grow(output, site);
      outputs.push(end(run, output));
    }
    return outputs;
  }

  /** The output, unless the data or the template turn out to need the exact render (`ill-formed.ts`). */
  #optimistic(variables: unknown, missingKey: MissingKey, meter?: Meter): string | undefined {
    if (this.#plan.hasStrayBytes) return undefined;
    const run = new Run(this.#source, this.#limits, missingKey, false, meter);
    try {
      const output = this.#usableRenderers()[0](run, variables ?? NIL_MAP, '');
      if (output.length > run.units) run.grow(output, this.#plan.units[0].body.site);
      return run.isSuspect || !output.isWellFormed() ? undefined : output;
    } catch (error) {
      if (error instanceof IllFormedData) return undefined;
      return this.#rethrow(run, error);
    }
  }

  #exact(variables: unknown, missingKey: MissingKey, meter?: Meter): string {
    const run = new Run(this.#source, this.#limits, missingKey, true, meter);
    try {
      const output = this.#usableRenderers()[0](run, exactData(variables, meter), '');
      if (output.length > run.units) run.grow(output, this.#plan.units[0].body.site);
      return canonical(output);
    } catch (error) {
      return this.#rethrow(run, error);
    }
  }

  /** Generated code loads properties plainly, which is right as long as objects inherit nothing but what they should. */
  #usableRenderers(): Renderers {
    if (hasPollutedPrototype()) {
      this.#safeRenderers ??= compileClosures(this.#plan);
      return this.#safeRenderers;
    }
    this.#renderers ??= this.#backend(this.#plan);
    return this.#renderers;
  }

  /** The engine's own bounds, of the stack and of a string's length, are limits like ours. */
  #rethrow(run: Run, error: unknown, site = this.#plan.units[0].body.site): never {
    if (!(error instanceof RangeError)) throw error;
    return error.message.includes('string length') ? run.failOutput(site) : run.failDepth(site);
  }
}

/** What becomes of a unit's output when it is complete. @throws IllFormedData */
type EndOutput<Ended> = (run: Run, output: string) => Ended;

const endText: EndOutput<string> = (run, output) => {
  checkText(output, run.isExact);
  run.endUnit(output);
  return output;
};

/** A fixed text is well-formed: so the output is if all between those is. */
const endPieces: EndOutput<Output> = (run, output) => {
  const pieces = run.endPieces(output);
  if (typeof pieces === 'string') checkText(pieces, run.isExact);
  else for (const piece of pieces) if (typeof piece === 'string') checkText(piece, run.isExact);
  return pieces;
};

function exactData(variables: unknown, meter?: Meter): unknown {
  return variables === null || variables === undefined ? NIL_MAP : wellFormedCopy(variables, meter);
}

const EMPTY = {};

/** Somebody has added to `Object.prototype`, so that every object has a property which is not its own. */
function hasPollutedPrototype(): boolean {
  for (const _key in EMPTY) return true;
  return false;
}

/** V8 reads code in time that grows with the square of its nesting: some milliseconds at this depth, a second at 500. */
const MAX_GENERATED_NESTING = 32;

/** Generated code where that is possible and pays; a page may forbid it, and says so in its console when one tries. */
export const automatic: Backend = (plan) => {
  if ('document' in globalThis) return compileClosures(plan);
  try {
    return generateRenderer(plan, MAX_GENERATED_NESTING);
  } catch {
    return compileClosures(plan);
  }
};

/**
 * Compiles a template. Code is made from it on the first render, so compiling to check a template is cheap.
 *
 * @throws TemplateSyntaxError
 */
export function compile(source: string, options: CompileOptions = {}): CompiledTemplate {
  return compileWith(automatic, source, options);
}
