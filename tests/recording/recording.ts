/** The recording of the build before, and its replay. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Ask, Exchange } from './conversation.ts';
import type { Stage } from './stage.ts';

const file = join(import.meta.dirname, 'answers.jsonl');

/** Each line of the recording, in order. */
export async function recordedLines(): Promise<readonly Exchange[]> {
  const text = await readFile(file, 'utf8');
  return text
    .trimEnd()
    .split('\n')
    .map((line): Exchange => JSON.parse(line));
}

export async function writeRecording(lines: readonly Exchange[]): Promise<void> {
  await writeFile(file, lines.map((line) => `${JSON.stringify(line)}\n`).join(''));
}

/** A line that is answered otherwise. */
export interface Difference {
  /** From 1. */
  readonly line: number;
  readonly recorded: Exchange;
  readonly answered: Exchange;
}

/** Asks everything that was recorded, on a stage like the recording's. */
export async function replay(lines: readonly Exchange[], { conversation }: Stage): Promise<Difference[]> {
  const { names } = conversation;
  const differences: Difference[] = [];
  for (const [index, recorded] of lines.entries()) {
    const { status: _status, sent: _sent, answer: _answer, path, body, headers, ...rest } = recorded;
    const filled = headers && Object.entries(headers).map(([name, value]) => [name, names.filled(value)]);
    const ask: Ask = {
      ...rest,
      path: names.filled(path),
      ...(body !== undefined && { body: names.filled(body) }),
      ...(filled && { headers: Object.fromEntries(filled) }),
    };
    const { exchange } = await conversation.exchange(ask);
    if (JSON.stringify(exchange) !== JSON.stringify(ordered(recorded)))
      differences.push({ line: index + 1, recorded, answered: exchange });
  }
  return differences;
}

/** With its keys as an exchange has them. */
function ordered(line: Exchange): Exchange {
  const { status, sent, answer, path, body, headers, ...rest } = line;
  return {
    ...rest,
    path,
    ...(body !== undefined && { body }),
    ...(headers && { headers }),
    status,
    sent,
    answer,
  };
}
