/** The answer of an export, as pieces of JSON. Free of database and transport: a worker thread makes those that take long. */
import { parseExactJson } from '@px0/contracts';
import { JsonPieces } from '../heavy/thread.ts';
import { DOCUMENT_KIND } from './document.ts';
import { toYaml } from './yaml.ts';

export interface ExportOrder {
  /** The document's prompts as JSON, so that the numbers of payloads keep their digits. */
  readonly prompts: readonly string[];
  readonly format: 'json' | 'yaml';
}

export function exportAnswer({ prompts, format }: ExportOrder): readonly Uint8Array[] {
  const json = new JsonPieces();
  if (format === 'yaml') {
    const document = { kind: DOCUMENT_KIND, prompts: prompts.map((prompt) => parseExactJson(prompt)) };
    json.add(JSON.stringify({ yaml: toYaml(document) }));
    return json.end();
  }
  json.add(`{"document":{"kind":${JSON.stringify(DOCUMENT_KIND)},"prompts":`);
  json.addList(parsed(prompts));
  json.add('}}');
  return json.end();
}

function* parsed(prompts: readonly string[]): Generator<unknown> {
  for (const prompt of prompts) yield parseExactJson(prompt);
}
