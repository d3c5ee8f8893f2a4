/** What a render that has failed lacks: all of it at once, where the error ends at the first. Worker threads load this module, too. */
import type { Hint } from '@px0/contracts';
import { compileJudge, type NameProblem } from '@px0/input-contract';
import type { CompiledProgram } from '@px0/template';
import type { RenderRequest } from './render-request.ts';

/** The end of an error that tells of an absent variable. */
const NO_ENTRY = /(?:map has no|nil data; no) entry for key "([^"]*)"$/;

/**
 * The variables that are missing, as a hint, unless the render has failed for another reason. The key at which it has ended is one of them: a template may read it only
 * with some variables, so that it is not always needed.
 */
export function missingVariables(
  program: CompiledProgram,
  { variables = {}, options }: RenderRequest,
  error: string,
): Hint | undefined {
  const key = NO_ENTRY.exec(error)?.[1];
  if (key === undefined) return undefined;
  const judge = compileJudge(program.inputSchema);
  const missing = judge(variables, options?.missing_key)?.problems.missing ?? [];
  const isTold = missing.some(({ path }) => path === key || path.endsWith(`.${key}`));
  return { 'missing-variables': [...missing.map(itemOf), ...(isTold ? [] : [key])] };
}

function itemOf({ path, given }: NameProblem): string | readonly [string, string] {
  return given === undefined ? path : [path, given];
}

const KNOWN: ReadonlySet<string> = new Set(['variables', 'options']);

/** The hint of a failure, with those of the missing names that stand beside `variables` in the body, which is parsed only if names are missing. */
export function withMisplaced(
  { hint, contract }: { readonly hint?: Hint | undefined; readonly contract?: string | undefined },
  body: () => unknown,
): Hint | undefined {
  const names = [...namesIn(hint), ...namesInContract(contract)];
  const sent = names.length === 0 ? undefined : body();
  if (typeof sent !== 'object' || sent === null) return hint;
  const misplaced = names.filter((name) => !KNOWN.has(name) && Object.hasOwn(sent, name));
  return misplaced.length === 0 ? hint : { ...hint, 'beside-variables': [...new Set(misplaced)] };
}

function namesIn(hint: Hint | undefined): readonly string[] {
  const items = hint?.['missing-variables'] ?? [];
  return items.map((item) => nameOf(typeof item === 'string' ? item : item[0]));
}

/** In the text of `Px0-Contract`. */
function namesInContract(contract: string | undefined): readonly string[] {
  if (contract === undefined) return [];
  const { missing }: { missing: readonly NameProblem[] } = JSON.parse(contract);
  return missing.map(({ path }) => nameOf(path));
}

/** The variable that a path begins with. */
function nameOf(path: string): string {
  return /^[^.[]+/.exec(path)?.[0] ?? path;
}
