/** The answer of an export, as pieces of JSON. Free of database and transport: a worker thread makes those that take long. */
import { parseExactJson } from '@px0/contracts';
import { ApiError } from '@px0/service-kit/errors';
import { JsonPieces } from '../heavy/thread.ts';
import { compactJson } from './compact-json.ts';
import { DOCUMENT_KIND } from './document.ts';
import { MAX_YAML_VALUES, toYaml } from './yaml.ts';

export interface ExportOrder {
  /** The document's prompts as JSON, so that the numbers of payloads keep their digits. */
  readonly prompts: readonly string[];
  readonly format: 'json' | 'yaml';
}

/** @throws ApiError documentTooLarge */
export function exportAnswer({ prompts, format }: ExportOrder): readonly Uint8Array[] {
  return format === 'yaml' ? yamlAnswer(prompts) : jsonAnswer(prompts);
}

function jsonAnswer(prompts: readonly string[]): readonly Uint8Array[] {
  const encoder = new TextEncoder();
  const pieces = [encoder.encode(`{"document":{"kind":${JSON.stringify(DOCUMENT_KIND)},"prompts":[`)];
  prompts.forEach((prompt, index) => {
    if (index > 0) pieces.push(encoder.encode(','));
    pieces.push(compactJson(prompt).bytes);
  });
  pieces.push(encoder.encode(']}}'));
  return pieces;
}

function yamlAnswer(prompts: readonly string[]): readonly Uint8Array[] {
  // Before anything is parsed, which takes far more memory than the text.
  const marks = prompts.reduce((sum, prompt) => sum + compactJson(prompt).marks, 0);
  if (marks > 2 * MAX_YAML_VALUES) throw new ApiError('documentTooLarge');
  const document = { kind: DOCUMENT_KIND, prompts: prompts.map((prompt) => parseExactJson(prompt)) };
  const json = new JsonPieces();
  json.add(JSON.stringify({ yaml: toYaml(document) }));
  return json.end();
}
