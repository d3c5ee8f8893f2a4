/**
 * A prompt as a file: YAML between two lines of `---`, then the template as it is. The file's last newline belongs to the file, not to the template, so
 * that editors which add one change nothing; whatever else stands there is the template to the byte.
 */
import { Document, parse, Scalar, visit, YAMLParseError } from 'yaml';
import { z } from 'zod';
import { CliError } from '../exit-codes.ts';

const payload = z.strictObject({ name: z.string().nullable().default(null), variables: z.unknown() });

const head = z.strictObject({
  name: z.string(),
  description: z.string().optional(),
  status: z.enum(['draft', 'stable', 'live']).default('draft'),
  tags: z.array(z.string()).default([]),
  payloads: z.array(payload).default([]),
});

/** One prompt with the version that the file stands for. */
export type PromptFile = z.infer<typeof head> & { readonly slug: string; readonly template: string };

const FORM = /^---\r?\n(.*?\r?\n)?---\r?\n(.*)$/s;

/** @throws CliError that says what is wrong with the file */
export function parsePromptFile(slug: string, text: string): PromptFile {
  const [, yaml = '', body] = FORM.exec(text) ?? [];
  if (body === undefined) throw broken('does not begin with YAML between two lines of ---');
  const parsed = head.safeParse(parseYaml(yaml));
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw broken(`${issue?.path.join('.') || 'its YAML'}: ${issue?.message ?? 'is not right'}`);
  }
  const template = body.replace(/\n$/, '');
  if (template === '') throw broken('has no template');
  if (hasImpreciseNumber(parsed.data.payloads))
    throw broken('has a whole number beyond 2^53 in a payload; write it as a text');
  return { ...parsed.data, slug, template };
}

/** The text that `parsePromptFile` reads back as the same. */
export function formatPromptFile({ slug: _, template, ...file }: PromptFile): string {
  const { name, description, status, tags, payloads } = file;
  const yaml = new Document({
    name,
    ...(description !== undefined && description !== '' && { description }),
    status,
    ...(tags.length > 0 && { tags }),
    ...(payloads.length > 0 && {
      payloads: payloads.map(({ name: own, variables }) => ({
        ...(own !== null && { name: own }),
        variables,
      })),
    }),
  });
  visit(yaml, {
    Scalar(_key, scalar) {
      if (isLostInBlock(scalar.value)) scalar.type = Scalar.QUOTE_DOUBLE;
    },
  });
  return `---\n${yaml.toString({ lineWidth: 0, blockQuote: 'literal', doubleQuotedAsJSON: true })}---\n${template}\n`;
}

/** A line of blanks alone is not told from the indentation of a block, and its blanks would be lost. Nor may such a text be folded. */
function isLostInBlock(value: unknown): boolean {
  return typeof value === 'string' && /^[ \t]+\r?$/m.test(value);
}

function parseYaml(text: string): unknown {
  try {
    return parse(text, { maxAliasCount: 0, uniqueKeys: true });
  } catch (error) {
    if (!(error instanceof YAMLParseError)) throw broken('has YAML with aliases, which are not taken');
    // The line of the file: the first one is the dashes.
    throw broken(`line ${(error.linePos?.[0].line ?? 0) + 1}: ${error.message.split('\n', 1)[0]}`);
  }
}

/** Read as a number it has already lost digits, and would be pushed as another. */
export function hasImpreciseNumber(value: unknown): boolean {
  if (typeof value === 'number') return Number.isInteger(value) && !Number.isSafeInteger(value);
  if (typeof value !== 'object' || value === null) return false;
  return Object.values(value).some(hasImpreciseNumber);
}

function broken(what: string): CliError {
  return new CliError('usage', what);
}
