/** What the measurements of delivery have in common: prompts that read like prompts, and a render process that lets everybody in. */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ROOT } from '../lib/program.ts';

/** Compression and parsing depend on what a text says, so prompts are made of prose: this project's own. */
const PROSE = ['README.md', 'ARCHITECTURE.md', 'CONTRIBUTING.md', 'docs/template-syntax.md', 'docs/bounds.md']
  .map((file) => readFileSync(join(ROOT, file), 'utf8'))
  .join('\n')
  .replaceAll('{{', '(')
  .replaceAll('}}', ')');

/** With its frame around it, such a prompt has about 1.2 kB on a stream. */
export const PROMPT_LENGTH = 750;

/** A template with two variables; each number has another. */
export function promptText(number: number, length = PROMPT_LENGTH): string {
  const from = (number * 131) % (PROSE.length - length);
  return `Prompt ${number}. {{.name}} asks from {{.place}}.\n${PROSE.slice(from, from + length)}`;
}

/** Bounds beyond what is measured; heartbeats as seldom as they can be. */
export const OPEN_DOORS: Readonly<Record<string, string>> = {
  DELIVERY_STREAMS: '20000',
  DELIVERY_STREAMS_PER_CALLER: '20000',
  DELIVERY_STREAMS_PER_ORGANIZATION: '20000',
  DELIVERY_HEARTBEAT_MS: '30000',
};

export function streamHeaders(key: string, isGzip = false): string[] {
  return [`Authorization: Bearer ${key}`, `Accept-Encoding: ${isGzip ? 'gzip' : 'identity'}`];
}

export const STREAM_PATH = '/v1/delivery/stream';
