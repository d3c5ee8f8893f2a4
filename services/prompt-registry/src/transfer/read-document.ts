/** What the body of an import holds. Free of database and transport: a worker thread reads those that take long. */
import { parseBody, parseBodyText, parseExactJson, routes } from '@px0/contracts';
import { ApiError } from '@px0/service-kit/errors';
import { type ParsedDocument, parseDocument } from './document.ts';
import { fromYaml } from './yaml.ts';

/** @throws ApiError invalidRequestBody, what `parseDocument` throws */
export function readDocument(body: string): ParsedDocument {
  const parsed = parseBodyText(routes.importPrompts, body);
  if (parsed === undefined) throw new ApiError('invalidRequestBody');
  return parseDocument(documentIn(parsed));
}

/** What came as YAML passes the same checks of a body's values as what came as JSON. */
function documentIn({ document, yaml }: { readonly document?: unknown; readonly yaml?: string }): unknown {
  if (yaml === undefined) return document;
  const parsed = parseBody(routes.importPrompts, { document: fromYaml(yaml) });
  if (parsed === undefined) throw new ApiError('invalidRequestBody');
  return parsed.document;
}

/** The document for its way between threads: numbers that keep all their digits have none but as text. */
export function withVariablesAsText(parsed: ParsedDocument): ParsedDocument {
  return withVariables(parsed, (variables) => JSON.stringify(variables));
}

/** Undoes `withVariablesAsText`. */
export function withVariablesFromText(parsed: ParsedDocument): ParsedDocument {
  return withVariables(parsed, (text) => (typeof text === 'string' ? parseExactJson(text) : undefined));
}

function withVariables(
  { document, contents }: ParsedDocument,
  change: (variables: unknown) => unknown,
): ParsedDocument {
  const prompts = document.prompts.map((prompt) => ({
    ...prompt,
    payloads: prompt.payloads.map((payload) => ({ ...payload, variables: change(payload.variables) })),
  }));
  return { document: { prompts }, contents };
}
