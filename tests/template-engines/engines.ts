/** The engines of the template language: px0's own two, and those of the SDKs, which answer line by line. */
import { spawn } from 'node:child_process';
import type { FuzzCase } from '../../packages/template/fuzz/cases.ts';
import { json } from '../../packages/template/fuzz/go-oracle.ts';
import type { CaseLimits } from '../../packages/template/fuzz/limit-cases.ts';
import { type Backend, closures, generated } from '../../packages/template/src/compile.ts';
import { TemplateExecutionError, TemplateSyntaxError } from '../../packages/template/src/errors.ts';
import { compileProgramWith } from '../../packages/template/src/program/compile-program.ts';
import type { Command } from '../sdk/programs.ts';
import type { ContractCase, Verdict } from './contracts.ts';
import type { Conversation } from './conversations.ts';

export interface EngineCase extends FuzzCase {
  readonly limits: CaseLimits;
  /** Where the template is its program. */
  readonly conversation?: Conversation;
}

/** What an engine makes of a case, as the programs of the SDKs write it. */
export interface Answer {
  readonly output?: string;
  /** Of units, instead. */
  readonly outputs?: readonly string[];
  /** Only beside an output that is not UTF-8, of a template that is no program. */
  readonly output_b64?: string;
  readonly parse_error?: string;
  readonly exec_error?: string;
  /** Beside an error: the limit that was reached. */
  readonly limit?: string;
  /** Python's stack cannot hold it. */
  readonly declined?: true;
  /** The program ended over it: the last lines that it wrote. */
  readonly crash?: string;
}

export interface Engine {
  readonly name: string;
  readonly answer: (cases: readonly EngineCase[]) => Promise<Answer[]>;
}

export function ownAnswer(
  backend: Backend,
  { template: text, data, missingKey, limits, conversation }: EngineCase,
): Answer {
  const options = {
    missingKey,
    maxSteps: limits.steps,
    maxOutputBytes: limits.output,
    maxDepth: limits.depth,
  };
  try {
    const template = compileProgramWith(backend, { template: text, sources: conversation?.sources }, options);
    if (conversation !== undefined) {
      const { units } = conversation;
      return units === undefined
        ? { output: template.render(data) }
        : { outputs: template.renderUnits(units, data) };
    }
    const bytes = Buffer.from(template.renderBytes(data));
    const output = template.render(data);
    return bytes.equals(Buffer.from(output)) ? { output } : { output, output_b64: bytes.toString('base64') };
  } catch (error) {
    if (error instanceof TemplateSyntaxError) return { parse_error: error.message };
    if (!(error instanceof TemplateExecutionError)) throw error;
    return { exec_error: error.message, ...(error.limit !== undefined && { limit: error.limit }) };
  }
}

function ownEngine(name: string, backend: Backend): Engine {
  return { name, answer: async (cases) => cases.map((engineCase) => ownAnswer(backend, engineCase)) };
}

export const GENERATED = ownEngine('TypeScript, generated code', generated);
export const CLOSURES = ownEngine('TypeScript, closures', closures);

/** An engine of an SDK, which judges contracts, too. */
export interface SdkEngine extends Engine {
  readonly judge: (cases: readonly ContractCase[]) => Promise<Verdict[]>;
}

/** A program that reads a case and writes an answer in each line. A case that ends it is answered with its last words. */
export function programEngine(name: string, command: Command): SdkEngine {
  const answersTo = async <Given>(questions: readonly string[]): Promise<(Given | { crash: string })[]> => {
    const answers: (Given | { crash: string })[] = [];
    while (answers.length < questions.length) {
      const { lines, words } = await converse(command, questions.slice(answers.length));
      answers.push(...lines.map((text): Given => JSON.parse(text)));
      if (answers.length < questions.length) answers.push({ crash: words });
    }
    return answers;
  };
  return {
    name,
    answer: (cases) => answersTo<Answer>(cases.map(line)),
    judge: (cases) => answersTo<Verdict>(cases.map((contractCase) => JSON.stringify(contractCase))),
  };
}

function line({ template, data, missingKey, limits, conversation }: EngineCase): string {
  const { sources, units } = conversation ?? {};
  return json({ template, data, missing_key: missingKey, limits, sources, units });
}

const TIMEOUT_MS = 120_000;
const LAST_WORDS = 2000;

async function converse(
  { program, args, cwd }: Command,
  input: readonly string[],
): Promise<{ lines: string[]; words: string }> {
  const child = spawn(program, args, { cwd, stdio: 'pipe', timeout: TIMEOUT_MS, killSignal: 'SIGKILL' });
  const written: Buffer[] = [];
  let words = '';
  child.stdout.on('data', (chunk: Buffer) => written.push(chunk));
  child.stderr.on('data', (chunk: Buffer) => {
    words = (words + chunk.toString()).slice(-LAST_WORDS);
  });
  // It may have ended before it has read everything.
  child.stdin.on('error', () => undefined);
  child.stdin.end(`${input.join('\n')}\n`);
  const signal = await new Promise<NodeJS.Signals | null>((resolve, reject) => {
    child.on('error', reject);
    child.on('close', (_code, by) => resolve(by));
  });
  const lines = Buffer.concat(written).toString().split('\n');
  // What follows the last line break is empty, or an answer that was cut.
  lines.pop();
  return { lines, words: signal === null ? words : `${signal} ${words}` };
}
