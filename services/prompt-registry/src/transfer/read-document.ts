/** What the body of an import holds. Free of database and transport: a worker thread reads those that take long. */
import { parseBody, parseBodyText, parseExactJson, routes } from '@px0/contracts';
import { ApiError } from '@px0/service-kit/errors';
import { type ParsedDocument, parseDocument, type SortedDocument, sortDocument } from './document.ts';
import { checkProposal, type Proposal } from './proposal.ts';
import { fromYaml } from './yaml.ts';

/** A document, and what the change requests of its import are about. */
export interface ImportBody extends ParsedDocument {
  readonly proposal: Proposal;
}

/** @throws ApiError invalidRequestBody, titleTooLong, descriptionTooLong, what `parseDocument` throws */
export function readDocument(body: string): ImportBody {
  const parsed = parsedBody(body);
  const proposal = checkProposal(parsed);
  return { ...parseDocument(documentIn(parsed)), proposal };
}

/** @throws ApiError invalidRequestBody, what `sortDocument` throws */
export function readSorted(body: string): SortedDocument {
  return sortDocument(documentIn(parsedBody(body)));
}

function parsedBody(body: string) {
  const parsed = parseBodyText(routes.importPrompts, body);
  if (parsed === undefined) throw new ApiError('invalidRequestBody');
  return parsed;
}

/** What came as YAML passes the same checks of a body's values as what came as JSON. */
function documentIn({ document, yaml }: { readonly document?: unknown; readonly yaml?: string }): unknown {
  if (yaml === undefined) return document;
  const parsed = parseBody(routes.importPrompts, { document: fromYaml(yaml) });
  if (parsed === undefined) throw new ApiError('invalidRequestBody');
  return parsed.document;
}

/** The document for its way between threads: numbers that keep all their digits have none but as text. */
export function withVariablesAsText<T extends ParsedDocument>(parsed: T): T {
  return withVariables(parsed, (variables) => JSON.stringify(variables));
}

/** Undoes `withVariablesAsText`. */
export function withVariablesFromText<T extends ParsedDocument>(parsed: T): T {
  return withVariables(parsed, (text) => (typeof text === 'string' ? parseExactJson(text) : undefined));
}

function withVariables<T extends ParsedDocument>(parsed: T, change: (variables: unknown) => unknown): T {
  const prompts = parsed.document.prompts.map((prompt) => ({
    ...prompt,
    payloads: prompt.payloads.map((payload) => ({ ...payload, variables: change(payload.variables) })),
  }));
  return { ...parsed, document: { prompts } };
}
