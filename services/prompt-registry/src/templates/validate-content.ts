/** What an editor is told about content that it has not saved. */
import type { Wire } from '@px0/contracts';
import type { InputSchema } from '@px0/input-contract';
import { ApiError } from '@px0/service-kit';
import { inputSchemaOf } from '../changes/mod.ts';
import {
  type AuthoredText,
  authoredSchemaOf,
  type ContentInput,
  checkConfig,
  type Judgement,
  PlaceFault,
  requireText,
  requireUnion,
  variableOnWire,
} from '../versions/mod.ts';

type Validation = Wire<'TemplateValidation'>;
type Problem = Required<NonNullable<Validation['error']>>;

/** Judges a text. @throws ApiError tooManyHeavyRenders */
export type JudgeText = (text: AuthoredText) => Promise<Judgement>;

/**
 * A fault in the form of messages, of a configuration or of an input schema is told like one in a template, with line 0.
 *
 * @throws ApiError giveEitherTemplateOrMessages, templateRequired, templateTooLarge, what `judge` throws
 */
export async function validateContent(input: ContentInput, judge: JudgeText): Promise<Validation> {
  const outcome = await outcomeOf(input, judge);
  if ('variables' in outcome) {
    const { variables, inputSchema } = outcome;
    return {
      valid: true,
      variables: variables.map(variableOnWire),
      error: null,
      input_schema: { ...inputSchema },
    };
  }
  const { source, ...place } = outcome.problem;
  // Clients that send a template alone know no other source.
  const isTemplateAlone =
    input.messages === undefined && input.config === undefined && input.input_schema === undefined;
  return { valid: false, variables: [], error: isTemplateAlone ? place : { ...place, source } };
}

type Outcome =
  | {
      readonly variables: Extract<Judgement, { readonly outcome: 'valid' }>['variables'];
      readonly inputSchema: InputSchema;
    }
  | { readonly problem: Problem };

async function outcomeOf(input: ContentInput, judge: JudgeText): Promise<Outcome> {
  try {
    const text = requireText(input, 'none');
    if (text === undefined) throw new ApiError('templateRequired');
    const judgement = await judge(text);
    if (judgement.outcome === 'tooLarge')
      return formProblem(new ApiError('programTooLarge').message, 'prompt');
    if (judgement.outcome === 'invalid') {
      const { message, line, column, source } = judgement;
      return { problem: { message, line, column, source } };
    }
    if (input.config !== undefined) checkConfig(input.config);
    const { variables, inputSchema: inferred } = judgement;
    const authoredSchema = authoredSchemaOf(input.input_schema, undefined);
    const schemas = requireUnion({ authoredSchema, inferredSchema: JSON.stringify(inferred) });
    return { variables, inputSchema: inputSchemaOf(schemas) ?? inferred };
  } catch (error) {
    if (!(error instanceof PlaceFault)) throw error;
    const source = error.code === 'invalidInputSchema' ? 'input_schema' : sourceOf(error.place);
    return formProblem(`${error.place}: ${error.reason}`, source);
  }
}

function formProblem(message: string, source: string): Outcome {
  return { problem: { message, line: 0, column: 0, source } };
}

/** `messages.1.parts.0.url` is in `message 1.0`, and `messages.1.role` in `message 1`. */
function sourceOf(place: string): string {
  const [, message, part] = /^messages\.(\d+)(?:\.parts\.(\d+))?/.exec(place) ?? [];
  if (message === undefined) return place.startsWith('config') ? 'config' : 'prompt';
  return part === undefined ? `message ${message}` : `message ${message}.${part}`;
}
