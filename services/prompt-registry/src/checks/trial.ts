/** Renders samples with a template exactly as the render service would, within one budget for all of them. */
import { parseBodyText, routes } from '@px0/contracts';
import { TaskEnded } from '@px0/heavy-renders/thread';
import {
  type CompiledTemplate,
  type Meter,
  TemplateExecutionError,
  TemplateSyntaxError,
} from '@px0/template';

/** A payload as a sample for a render: the variables' JSON text, since renders and payloads read numbers differently. */
export interface Sample {
  readonly payloadId: string;
  readonly name: string | null;
  /** Null when the payloads before it are as much as a check reads. */
  readonly variablesJson: string | null;
}

export type Rendition =
  | { readonly outcome: 'rendered'; readonly rendered: string }
  /** In the words of a render's error. */
  | { readonly outcome: 'failed'; readonly error: string };

export const TOOK_TOO_LONG = 'template execution failed: render took too long';

/** All payloads that a check reads together, in bytes, and all of its outputs: they are in memory at once, and a longer answer is of no use to a reader. */
export const SAMPLE_BYTES = 16 * 1024 * 1024;
const OUTPUT_CHARACTERS = 16 * 1024 * 1024;

/** What the renders of one check share: time, and room for their outputs. */
export class CheckBudget {
  readonly #deadline: number;
  readonly #limitMs: number;
  #charactersLeft = OUTPUT_CHARACTERS;

  constructor(limitMs: number) {
    this.#limitMs = limitMs;
    this.#deadline = performance.now() + limitMs;
  }

  /** Why no further render may begin; undefined while there is time and room. */
  get refusal(): string | undefined {
    if (performance.now() >= this.#deadline) return `the check took longer than ${this.#limitMs} ms`;
    return this.#charactersLeft > 0
      ? undefined
      : `the check's outputs exceed ${OUTPUT_CHARACTERS} characters`;
  }

  spend(output: string): void {
    this.#charactersLeft -= output.length;
  }
}

interface TrialGround {
  readonly meter: Meter;
  /** @throws TemplateSyntaxError */
  compile(template: string): CompiledTemplate;
}

/** A template under trial, compiled once. */
export class Trial {
  readonly #template: CompiledTemplate | undefined;
  readonly #budget: CheckBudget;
  readonly #meter: Meter;

  constructor(template: string, budget: CheckBudget, ground: TrialGround) {
    this.#template = compileIfPossible(template, ground);
    this.#budget = budget;
    this.#meter = ground.meter;
  }

  /** @throws what the meter throws, except that a worker's time is up: that is the render's own outcome */
  render({ variablesJson }: Sample): Rendition {
    const overdue = this.#budget.refusal;
    if (overdue !== undefined) return { outcome: 'failed', error: overdue };
    if (this.#template === undefined) return { outcome: 'failed', error: 'template parse error' };
    if (variablesJson === null)
      return { outcome: 'failed', error: `the check's payloads exceed ${SAMPLE_BYTES} bytes` };
    const request = parseBodyText(routes.renderLive, `{"variables":${variablesJson}}`);
    if (request === undefined) return { outcome: 'failed', error: 'invalid request body' };
    try {
      const rendered = this.#template.render(request.variables ?? {}, { meter: this.#meter });
      this.#budget.spend(rendered);
      return { outcome: 'rendered', rendered };
    } catch (error) {
      if (error instanceof TaskEnded && error.reason === 'tookTooLong')
        return { outcome: 'failed', error: TOOK_TOO_LONG };
      if (!(error instanceof TemplateExecutionError)) throw error;
      return { outcome: 'failed', error: `template execution failed: ${error.message}` };
    }
  }
}

/** What was saved compiles; undefined is for what was written by other means. */
function compileIfPossible(template: string, ground: TrialGround): CompiledTemplate | undefined {
  try {
    return ground.compile(template);
  } catch (error) {
    if (error instanceof TemplateSyntaxError) return undefined;
    throw error;
  }
}
