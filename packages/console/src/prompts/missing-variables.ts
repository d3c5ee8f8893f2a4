/** The variables that a failed render lacked: all of them, where the engine names the first. */
import type { Wire } from '@px0/contracts';

/** @param violations what the input schema does not accept in the same variables */
export function missingVariables(
  error: string | null | undefined,
  violations: Wire<'ContractViolation'> | null | undefined,
): readonly string[] {
  const [, key] = /map has no entry for key "([^"]*)"$/.exec(error ?? '') ?? [];
  if (key === undefined) return [];
  const missing = violations?.missing.map(({ path }) => path) ?? [];
  // A variable that only this payload needs is in no schema.
  const isNamed = missing.some((path) => path.split(/[.[\]]+/).includes(key));
  return isNamed ? missing : [key, ...missing];
}
