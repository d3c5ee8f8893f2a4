/**
 * Judges a folder on this machine, as px0 would: nothing is sent, and nothing is compared with what is live. Tokens are counted by px0 alone, since their
 * vocabulary is larger than the command.
 */
import { createHash } from 'node:crypto';
import {
  type AcceptedOutput,
  type Assertion,
  type AssertionResult,
  AssertionsFault,
  isCostly,
  judge,
  judgedOf,
  judgeFailure,
  matchFault,
  type Output,
  patternFault,
  patternsIn,
  readAssertions,
  resultOf,
} from '@px0/assertions';
import { Patterns, reasonAgainst } from '@px0/assertions/costly';
import { compileJudge } from '@px0/input-contract';
import {
  type ChatMessage,
  ChatVariablesError,
  type CompiledProgram,
  compileProgram,
  TemplateExecutionError,
} from '@px0/template';
import { compiled } from '../bundles/folder-prompts.ts';
import { CliError } from '../exit-codes.ts';
import type { PromptFile } from '../prompt-files/prompt-file.ts';
import { brokenSuite, type CheckedPayload, type Suite, suiteOf } from './results.ts';

type Payload = PromptFile['payloads'][number];

/** @param path of the file, for messages */
export function offlineSuite(file: PromptFile, path: string): Suite {
  try {
    const { program, inputSchema } = compiled(file, path);
    const judged = file.contract === 'enforce' ? compileJudge(inputSchema) : undefined;
    const compiledProgram = compileProgram(program);
    return suiteOf(
      file.slug,
      file.payloads.map((payload, index) => {
        const assertions = assertionsOf(payload, index);
        return checked(payload, assertions, (variables) => {
          const violation = judged?.(variables);
          if (violation === undefined) return rendered(compiledProgram, variables);
          compiledProgram.checkPlaceholders(variables);
          return { error: `invalid variables: ${violation.detail}` };
        });
      }),
    );
  } catch (error) {
    if (!(error instanceof CliError)) throw error;
    return { ...brokenSuite(file.slug), errors: [error.message] };
  }
}

/** @throws CliError */
function assertionsOf({ assertions: given = [] }: Payload, index: number): Assertion[] {
  const invalid = (fault: string) => new CliError('usage', `payloads.${index}.${fault}`);
  try {
    const assertions = readAssertions(given);
    for (const placed of patternsIn(assertions)) {
      const reason = reasonAgainst(placed.pattern);
      if (reason !== undefined) throw invalid(patternFault(placed, reason));
    }
    return assertions;
  } catch (error) {
    throw error instanceof AssertionsFault ? invalid(error.message) : error;
  }
}

type Rendition = { readonly output: Output } | { readonly error: string };

function checked(
  payload: Payload,
  assertions: readonly Assertion[],
  render: (variables: Readonly<Record<string, unknown>>) => Rendition,
): CheckedPayload {
  const rendition = renditionOf(payload, render);
  const base = { payloadId: null, name: payload.name };
  if ('error' in rendition) {
    const version = { outcome: 'failed', rendered: null, error: rendition.error };
    return { ...base, version, assertions: judgeFailure(assertions, rendition.error) ?? [] };
  }
  const { output } = rendition;
  const accepted = acceptedOf(payload);
  const patterns = new Patterns();
  return {
    ...base,
    version: { outcome: 'rendered', rendered: output.text, error: null },
    assertions: judgedOf(assertions).map((assertion) => resultFor(assertion, output, accepted, patterns)),
  };
}

/** In the words of a render's error. */
function renditionOf({ variables }: Payload, render: Parameters<typeof checked>[2]): Rendition {
  // A render reads numbers as floats, whatever a file keeps of them.
  const read: unknown = JSON.parse(JSON.stringify(variables));
  if (typeof read !== 'object' || read === null || Array.isArray(read))
    return { error: 'invalid request body' };
  try {
    return render({ ...read });
  } catch (error) {
    if (error instanceof ChatVariablesError) return { error: `invalid variables: ${error.message}` };
    if (error instanceof TemplateExecutionError)
      return { error: `template execution failed: ${error.message}` };
    throw error;
  }
}

function rendered(program: CompiledProgram, variables: Readonly<Record<string, unknown>>): Rendition {
  const messages = program.messages(variables)?.map(textOf);
  const text = program.render(variables);
  return { output: { text, messages, sha256: () => sha256(text) } };
}

/** The texts of a message, one after the other; a medium has none. */
function textOf({ content }: ChatMessage): string {
  if (typeof content === 'string') return content;
  return Array.isArray(content) ? content.map(textOfPart).join('') : '';
}

function textOfPart(part: unknown): string {
  const isText = typeof part === 'object' && part !== null && 'text' in part;
  return isText && typeof part.text === 'string' ? part.text : '';
}

function acceptedOf({ snapshot }: Payload): AcceptedOutput | undefined {
  return snapshot === undefined ? undefined : { version: 1, sha256: sha256(snapshot) };
}

function resultFor(
  assertion: Assertion,
  output: Output,
  accepted: AcceptedOutput | undefined,
  patterns: Patterns,
): AssertionResult {
  const judged = judge(assertion, output, accepted);
  if (!isCostly(judged)) {
    // A file's snapshot is of no version.
    const isSnapshot = judged.type === 'snapshot' && accepted !== undefined && !judged.ok;
    return isSnapshot ? { ...judged, message: 'differs from the snapshot of the file' } : judged;
  }
  if (assertion.type === 'max_tokens')
    return {
      ...resultOf({ ...assertion, severity: 'warning' }, undefined),
      ok: false,
      message: 'tokens are not counted offline',
    };
  const hasMatch = patterns.hasMatch(String(assertion.value), judged.text);
  return resultOf(assertion, matchFault(assertion, hasMatch));
}

function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
