/** The answer of an export, as pieces of JSON. Free of database and transport: a worker thread makes those that take long. */
import { parseExactJson } from '@px0/contracts';
import { ApiError } from '@px0/service-kit/errors';
import { JsonPieces } from '../heavy/thread.ts';
import { compactJson } from './compact-json.ts';
import type { DocumentKind } from './document.ts';
import { MAX_YAML_VALUES, toYaml } from './yaml.ts';

export interface ExportOrder {
  readonly kind: DocumentKind;
  /** The document's prompts as JSON, so that their numbers keep their digits. */
  readonly prompts: readonly string[];
  readonly format: 'json' | 'yaml';
}

/** @throws ApiError documentTooLarge */
export function exportAnswer({ kind, prompts, format }: ExportOrder): readonly Uint8Array[] {
  return format === 'yaml' ? yamlAnswer(kind, prompts) : jsonAnswer(kind, prompts);
}

function jsonAnswer(kind: DocumentKind, prompts: readonly string[]): readonly Uint8Array[] {
  const encoder = new TextEncoder();
  const pieces = [encoder.encode(`{"document":{"kind":${JSON.stringify(kind)},"prompts":[`)];
  prompts.forEach((prompt, index) => {
    if (index > 0) pieces.push(encoder.encode(','));
    pieces.push(compactJson(prompt).bytes);
  });
  pieces.push(encoder.encode(']}}'));
  return pieces;
}

function yamlAnswer(kind: DocumentKind, prompts: readonly string[]): readonly Uint8Array[] {
  // Before anything is parsed, which takes far more memory than the text.
  const marks = prompts.reduce((sum, prompt) => sum + compactJson(prompt).marks, 0);
  if (marks > 2 * MAX_YAML_VALUES) throw new ApiError('documentTooLarge');
  const document = { kind, prompts: prompts.map((prompt) => parseExactJson(prompt)) };
  const json = new JsonPieces();
  json.add(JSON.stringify({ yaml: toYaml(document) }));
  return json.end();
}
