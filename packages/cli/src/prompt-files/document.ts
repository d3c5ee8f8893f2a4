/** Converts between files and the registry's documents (`exportPrompts`, `importPrompts`). A file represents one version of its prompt. */
import { z } from 'zod';
import { CliError } from '../exit-codes.ts';
import { sentMessage } from '../message-shape.ts';
import { isExact } from './exact-numbers.ts';
import { isTooDeep } from './head.ts';
import { ENDING, type PromptFile } from './prompt-file.ts';

/** An older px0 accepts this kind alone. */
const FIRST_KIND = 'px0/prompts/v1';
/** With folders, contracts, messages, configurations, input schemas, notes, assertions and snapshots. */
const SECOND_KIND = 'px0/prompts/v2';

/** `z.record` drops the key `__proto__`, which is a valid tag. */
const tagTable = z.custom<Readonly<Record<string, number>>>(
  (value) => isObject(value) && Object.values(value).every(Number.isSafeInteger),
);

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

const exported = z.object({
  prompts: z.array(
    z.object({
      slug: z.string(),
      name: z.string(),
      description: z.string(),
      folder: z.string().default(''),
      contract: z.enum(['off', 'warn', 'enforce']).optional(),
      status: z.enum(['active', 'archived']),
      versions: z.array(
        z.object({
          number: z.int(),
          status: z.enum(['draft', 'stable', 'live', 'archived']),
          template: z.string().optional(),
          messages: z.array(sentMessage).optional(),
          config: z.custom<Readonly<Record<string, unknown>>>(isObject).optional(),
          input_schema: z.custom<Readonly<Record<string, unknown>>>(isObject).optional(),
          note: z.string().default(''),
        }),
      ),
      tags: tagTable,
      payloads: z.array(
        z.object({
          name: z.string().nullable(),
          variables: z.unknown(),
          assertions: z.array(z.custom<Readonly<Record<string, unknown>>>(isObject)).optional(),
          snapshot: z.string().optional(),
        }),
      ),
    }),
  ),
});

type Exported = z.infer<typeof exported>['prompts'][number];
type ExportedVersion = Exported['versions'][number];

/**
 * A prompt's file: its live version, or else the newest that is not archived. Undefined for an archived prompt, and without such a
 * version.
 */
function fileOf({ status, versions, tags, ...prompt }: Exported): PromptFile | undefined {
  const usable = versions.filter(isUsable).toSorted((a, b) => b.number - a.number);
  const version = usable.find((one) => one.status === 'live') ?? usable[0];
  if (status === 'archived' || version === undefined) return undefined;
  const { template = '', messages, config, input_schema: schema, note } = version;
  const { contract } = prompt;
  return {
    slug: prompt.slug,
    ...(prompt.folder !== '' && { folder: prompt.folder }),
    name: prompt.name,
    description: prompt.description,
    status: version.status,
    tags: Object.keys(tags)
      .filter((tag) => tags[tag] === version.number)
      .toSorted(),
    ...(note !== '' && { note }),
    ...(contract !== undefined && { contract }),
    ...(config !== undefined && { config }),
    ...(schema !== undefined && { input: { schema } }),
    payloads: prompt.payloads.map(({ name, variables, assertions, snapshot }) => ({
      name,
      variables,
      ...(assertions !== undefined && { assertions }),
      ...(snapshot !== undefined && { snapshot }),
    })),
    ...(messages === undefined ? { template } : { messages }),
  };
}

type UsableVersion = ExportedVersion & { readonly status: PromptFile['status'] };

function isUsable(version: ExportedVersion): version is UsableVersion {
  return version.status !== 'archived';
}

/** The files of an export, and the prompts that cannot be files. */
export interface Files {
  readonly files: readonly PromptFile[];
  /** By slug: a sentence about the prompt. */
  readonly problems: ReadonlyMap<string, string>;
  /** By slug: all versions of the prompt. */
  readonly versions: ReadonlyMap<string, readonly Pick<ExportedVersion, 'number' | 'status'>[]>;
}

/** @throws CliError for a document in an unknown format */
export function filesOfDocument(document: unknown): Files {
  const parsed = exported.safeParse(document);
  if (!parsed.success)
    throw new CliError(
      'internal',
      'the export has a format that this version of the px0 command does not know',
    );
  const files: PromptFile[] = [];
  const problems = new Map<string, string>();
  for (const prompt of parsed.data.prompts) {
    const file = fileOf(prompt);
    if (file === undefined) continue;
    const problem = problemOf(file);
    if (problem === undefined) files.push(file);
    else problems.set(file.slug, problem);
  }
  const versions = new Map(parsed.data.prompts.map((prompt) => [prompt.slug, prompt.versions]));
  return { files, problems, versions };
}

/** The form of px0's slugs. Any other, from a malicious server, could lead out of the folder, or have a meaning to the system or an editor. */
const FILE_NAME = /^[\p{L}\p{Nd}_]+$/u;

function problemOf({ slug, folder = '', payloads, config = {}, input }: PromptFile): string | undefined {
  if (!FILE_NAME.test(slug)) return 'its slug cannot be a file name';
  if (folder !== '' && !isFolderPath(folder)) return `its folder ${folder} cannot be a folder of files`;
  if (payloads.some((payload) => isTooDeep(payload)))
    return 'it has a payload that is nested too deeply for a file';
  if (payloads.some((payload) => hasInexactNumber(payload)))
    return 'it has a payload with a whole number beyond 2^53, which stays exact only with Node.js 22 or later';
  if (hasInexactNumber(config))
    return 'it has a configuration with a whole number beyond 2^53, which stays exact only with Node.js 22 or later';
  if (hasInexactNumber(input))
    return 'it has an input schema with a whole number beyond 2^53, which stays exact only with Node.js 22 or later';
  return undefined;
}

/** Names that every common file system can hold, that stay what they are, and that no program keeps for itself. */
function isFolderPath(folder: string): boolean {
  return folder.split('/').every(isFolderName) && folder === folder.normalize('NFC');
}

function isFolderName(name: string): boolean {
  const isReserved = /^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/i.test(name);
  const isFile = name.endsWith(ENDING);
  return name !== '' && !/^[.~ ]|[. ]$|[\\:*?"<>|\p{C}\p{Zl}\p{Zp}]/u.test(name) && !isReserved && !isFile;
}

/** Where JSON is read exactly, such a number is raw JSON, not a JavaScript number. */
function hasInexactNumber(value: unknown): boolean {
  if (typeof value === 'number') return !isExact(value, String(value));
  if (typeof value !== 'object' || value === null) return false;
  return Object.values(value).some(hasInexactNumber);
}

/**
 * A document with one version per prompt. Its number only links the tags to it; the registry identifies versions by their content. With `hasFolders`, the
 * team has prompts in folders, which files at the root take out of them.
 */
export function documentOfFiles(files: readonly PromptFile[], hasFolders = false): Record<string, unknown> {
  const isSecond = hasFolders || files.some(isOfSecondKind);
  return {
    kind: isSecond ? SECOND_KIND : FIRST_KIND,
    prompts: files.map(({ slug, folder = '', contract, name, description, tags, payloads, ...version }) => ({
      slug,
      name,
      ...(description !== undefined && { description }),
      ...(isSecond && { folder }),
      ...(contract !== undefined && { contract }),
      versions: [versionOf(version)],
      tags: Object.fromEntries(tags.map((tag) => [tag, 1])),
      payloads,
    })),
  };
}

function isOfSecondKind({ folder, contract, messages, config, input, note, payloads }: PromptFile): boolean {
  const parts = payloads.flatMap(({ assertions, snapshot }) => [assertions, snapshot]);
  return [folder, contract, messages, config, input, note, ...parts].some((one) => one !== undefined);
}

function versionOf({
  status,
  template,
  messages,
  config,
  input,
  note,
}: Pick<PromptFile, 'status' | 'template' | 'messages' | 'config' | 'input' | 'note'>): object {
  return {
    number: 1,
    status,
    ...(messages === undefined ? { template } : { messages }),
    ...(config !== undefined && { config }),
    ...(input !== undefined && { input_schema: input.schema }),
    ...(note !== undefined && { note }),
  };
}

/** Limits of one request: its body, with room for the envelope, and the changes that the registry makes. */
const MOST_BYTES = 3 * 1024 * 1024;
const MOST_PARTS = 500;

/** The limit of a request body. Beyond it, px0 may close the connection before it responds. */
const MOST_IN_REQUEST = 4 * 1024 * 1024;

/** Whether the file alone is larger than px0 accepts in one request. */
export function isTooLarge(file: PromptFile): boolean {
  return Buffer.byteLength(JSON.stringify({ document: documentOfFiles([file]) })) > MOST_IN_REQUEST;
}

/** Splits the files into pieces that fit into one import each. */
export function pieces(files: readonly PromptFile[]): PromptFile[][] {
  const result: PromptFile[][] = [];
  let bytes = 0;
  let parts = 0;
  for (const file of files) {
    const size = Buffer.byteLength(JSON.stringify(file));
    const count = 2 + file.tags.length + file.payloads.length;
    const last = result.at(-1);
    if (last !== undefined && bytes + size <= MOST_BYTES && parts + count <= MOST_PARTS) {
      last.push(file);
      bytes += size;
      parts += count;
    } else {
      result.push([file]);
      bytes = size;
      parts = count;
    }
  }
  return result;
}
