/** Renders samples with a template exactly as the render service would, within one budget for all of them. */
import { setImmediate as nextTurn } from 'node:timers/promises';
import { parseBodyText, routes } from '@px0/contracts';
import { type CompiledTemplate, compile, TemplateExecutionError, TemplateSyntaxError } from '@px0/template';
import { TEMPLATE_NAME } from '../versions/mod.ts';
import type { Sample } from './sample-store.ts';

export type Rendition =
  | { readonly outcome: 'rendered'; readonly rendered: string }
  /** In the words of a render's error. */
  | { readonly outcome: 'failed'; readonly error: string };

/** All outputs of a check together: they are in memory at once, and a longer answer is of no use to a reader. */
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

/** A template under trial, compiled once. */
export class Trial {
  readonly #template: CompiledTemplate | undefined;
  readonly #budget: CheckBudget;

  constructor(template: string, budget: CheckBudget) {
    this.#template = compileIfPossible(template);
    this.#budget = budget;
  }

  /** Lets other requests have their turn first: a single render is bounded, a hundred of them in a row would be a pause. */
  async render({ variablesJson }: Sample): Promise<Rendition> {
    await nextTurn();
    const overdue = this.#budget.refusal;
    if (overdue !== undefined) return { outcome: 'failed', error: overdue };
    if (this.#template === undefined) return { outcome: 'failed', error: 'template parse error' };
    const request = parseBodyText(routes.renderLive, `{"variables":${variablesJson}}`);
    if (request === undefined) return { outcome: 'failed', error: 'invalid request body' };
    try {
      const rendered = this.#template.render(request.variables ?? {});
      this.#budget.spend(rendered);
      return { outcome: 'rendered', rendered };
    } catch (error) {
      if (!(error instanceof TemplateExecutionError)) throw error;
      return { outcome: 'failed', error: `template execution failed: ${error.message}` };
    }
  }
}

/** What was saved compiles; undefined is for what was written by other means. */
function compileIfPossible(template: string): CompiledTemplate | undefined {
  try {
    return compile(template, { name: TEMPLATE_NAME });
  } catch (error) {
    if (error instanceof TemplateSyntaxError) return undefined;
    throw error;
  }
}
