/** A policy as a file: YAML or JSON, with the words of the API. A word that no policy has is refused, since it would protect nothing. */
import { type PromptPolicy, PromptPolicyRequestFromJSON, PromptPolicyToJSON } from '@px0/sdk/api';
import { parseDocument, stringify } from 'yaml';
import { z } from 'zod';
import { CliError } from '../exit-codes.ts';
import { readTextFile } from '../text-input.ts';

const texts = z.array(z.string());

const policy = z.strictObject({
  name: z.string(),
  enabled: z.boolean().optional(),
  match: z.strictObject({
    slugs: texts,
    folders: texts.optional(),
    transitions: texts,
    tags: texts.optional(),
  }),
  require: z.strictObject({
    approvals: z.int().optional(),
    roles: texts.optional(),
    user_ids: texts.optional(),
    not_author: z.boolean().optional(),
    not_contributor: z.boolean().optional(),
    max_age_hours: z.int().nullable().optional(),
    checks: z
      .array(z.strictObject({ kind: z.string(), name: z.string().optional(), api_key_ids: texts.optional() }))
      .optional(),
  }),
  rollback: z.string().optional(),
  break_glass: z.strictObject({ roles: texts.optional(), user_ids: texts.optional() }).nullable().optional(),
});

/** The policies of a file, which has one or a list of them. @throws CliError */
export async function readPolicies(path: string) {
  const place = path;
  const document = parseDocument(await readTextFile(path), { logLevel: 'silent' });
  const [problem] = [...document.errors, ...document.warnings];
  if (problem !== undefined)
    throw new CliError('usage', `${place}: ${problem.message.split('\n', 1)[0] ?? 'is no YAML'}`);
  const content: unknown = document.toJS({ maxAliasCount: 0 });
  const given: readonly unknown[] = Array.isArray(content) ? content : [content];
  return given.map((one) => {
    const parsed = policy.safeParse(one);
    if (!parsed.success) {
      const [issue] = parsed.error.issues;
      const where = issue?.path.join('.') || 'the policy';
      throw new CliError('usage', `${place}: ${where}: ${issue?.message ?? 'is not valid'}`);
    }
    return { name: parsed.data.name, request: PromptPolicyRequestFromJSON(parsed.data) };
  });
}

/** The text that `readPolicies` reads. */
export function policyText(shown: PromptPolicy): string {
  const wire: Readonly<Record<string, unknown>> = JSON.parse(JSON.stringify(PromptPolicyToJSON(shown)));
  return stringify(Object.fromEntries(Object.entries(wire).filter(([key]) => key in policy.shape)));
}
