/** The rules for the content of a version that is saved. */
import type { Wire } from '@px0/contracts';
import { ApiError } from '@px0/service-kit/errors';
import { MAX_SOURCE_BYTES } from '@px0/template';
import { checkConfig } from './checked-config.ts';
import { checkMessages } from './checked-messages.ts';
import { authoredSchemaOf, requireUnion } from './checked-schema.ts';
import type { VersionContent } from './content.ts';
import { type AuthoredText, type Judgement, judge } from './judgement.ts';
import { requireNote } from './note.ts';

/** As a body, or a document, gives it. */
export interface ContentInput {
  readonly template?: string;
  readonly messages?: readonly Wire<'ChatMessage'>[];
  readonly config?: Readonly<Record<string, unknown>>;
  readonly input_schema?: Readonly<Record<string, unknown>>;
  readonly note?: string;
}

/** What a version holds, and why it was made. */
export interface NotedContent extends VersionContent {
  readonly note: string;
}

export interface CheckedContent extends NotedContent {
  /** An update that gives a note alone keeps what renders the version. */
  readonly program: 'given' | 'kept';
}

/**
 * Judges what is to be saved, in the contract's order. Of an update, `present` is what the draft holds: what the input leaves out stays.
 *
 * @param judgement of the text, when it has been judged before
 * @throws ApiError what `requireText` and `checkedAs` throw
 */
export function checkContent(
  input: ContentInput,
  present?: NotedContent,
  judgement?: Judgement,
): CheckedContent {
  const text = requireText(input, kindOf(present));
  return checkedAs(input, present, text === undefined ? undefined : (judgement ?? judge(text)));
}

/** What the input is saved into: nothing yet, a draft that is a text, or one that is a chat. */
export type PresentKind = 'none' | 'text' | 'chat';

function kindOf(present: NotedContent | undefined): PresentKind {
  if (present === undefined) return 'none';
  return present.messages === null ? 'text' : 'chat';
}

/**
 * The text or the conversation of the input; undefined when an update leaves them as they are.
 *
 * @throws ApiError giveEitherTemplateOrMessages, templateRequired, versionHoldsMessages, templateTooLarge, invalidMessages
 */
export function requireText(input: ContentInput, present: PresentKind): AuthoredText | undefined {
  const { template, messages } = input;
  if (messages !== undefined && messages.length > 0) {
    if (template !== undefined && template !== '') throw new ApiError('giveEitherTemplateOrMessages');
    return { messages: checkMessages(messages) };
  }
  if (template === undefined && present !== 'none' && hasMore(input)) {
    return messages === undefined ? undefined : { messages: checkMessages(messages) };
  }
  if (template === undefined || template === '') throw new ApiError('templateRequired');
  if (present === 'chat' && messages === undefined) throw new ApiError('versionHoldsMessages');
  if (Buffer.byteLength(template) > MAX_SOURCE_BYTES) throw new ApiError('templateTooLarge');
  return { template };
}

/** An update with nothing in it is refused as one without a template has always been. */
function hasMore({ messages, config, input_schema: schema, note }: ContentInput): boolean {
  return messages !== undefined || config !== undefined || schema !== undefined || note !== undefined;
}

/**
 * @throws ApiError invalidTemplate, invalidConfig, noteTooLong, invalidInputSchema, programTooLarge
 * @throws UnknownSchema of a draft whose text stays, when nobody has inferred yet what it needs
 */
function checkedAs(
  input: ContentInput,
  present: NotedContent | undefined,
  judgement: Judgement | undefined,
): CheckedContent {
  if (judgement?.outcome === 'invalid') throw new ApiError('invalidTemplate', { detail: judgement.message });
  const config = input.config === undefined ? (present?.config ?? null) : checkConfig(input.config);
  const note = requireNote(input.note ?? present?.note ?? '');
  const authoredSchema = authoredSchemaOf(input.input_schema, present);
  if (judgement?.outcome === 'tooLarge') throw new ApiError('programTooLarge');
  if (judgement === undefined) {
    if (present === undefined) throw new Error('a new version has a text');
    const { template, variables, messages, outline, sources, inferredSchema } = present;
    const isKept = input.config === undefined && input.input_schema === undefined;
    const schemas = requireUnion({ authoredSchema, inferredSchema });
    const text = { template, variables, messages, outline, sources };
    return { ...text, ...schemas, config, note, program: isKept ? 'kept' : 'given' };
  }
  const { variables, messages } = judgement;
  const { template, outline = null, sources = null } = judgement.program;
  const inferredSchema = JSON.stringify(judgement.inputSchema);
  const schemas = requireUnion({ authoredSchema, inferredSchema });
  return { template, variables, messages, outline, sources, ...schemas, config, note, program: 'given' };
}
