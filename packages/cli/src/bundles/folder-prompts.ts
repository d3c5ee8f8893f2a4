/**
 * The prompts of a folder of files, as px0 would deliver them: each has one version, number 1. Their revisions are those of no px0 and earlier
 * than any, so that what a px0 delivers always comes first.
 */
import { createHash } from 'node:crypto';
import { type DeliveredPrompt, type DeliveredVersion, Digest, LANGUAGE_LEVEL, Replica } from '@px0/delivery';
import { fingerprint } from '@px0/delivery/fingerprint';
import { checkInputSchema, type InputSchema, SchemaFault, savedSchema } from '@px0/input-contract';
import {
  type ChatEntry,
  compileProgram,
  linkChat,
  type MessagePart,
  type Program,
  ProgramTooLargeError,
  type Role,
  TemplateSyntaxError,
} from '@px0/template';
import { CliError } from '../exit-codes.ts';
import { Folder } from '../prompt-files/folder.ts';
import type { PromptFile } from '../prompt-files/prompt-file.ts';

export interface FolderBundle {
  readonly folder: string;
  /** Undefined: all of them. */
  readonly slugs: readonly string[] | undefined;
  readonly teamId: string;
  /** Milliseconds since 1970: a later bundle of the same team takes the place of this one. */
  readonly createdAt: number;
}

const NUMBER = 1;

/** @throws CliError that names the first file at fault */
export async function folderPrompts({ folder, slugs, teamId, createdAt }: FolderBundle): Promise<Replica> {
  const files = new Folder(folder);
  const { files: found, problems } = await files.prompts();
  const isWanted = (slug: string) => slugs === undefined || slugs.includes(slug);
  for (const { slug, error } of problems) if (isWanted(slug)) throw error;
  const created = new Date(createdAt).toISOString();
  const prompts = [...found.values()]
    .filter(({ slug }) => isWanted(slug))
    .map((file) => deliveredPrompt(file, files.fileOf(file.slug, file.folder), teamId, created));
  const revision = Buffer.from(`1:0:${createdAt}`).toString('base64url');
  const digest = new Digest();
  const replica = new Replica();
  replica.apply({ type: 'begin', team_id: teamId, base: null });
  for (const prompt of prompts) {
    digest.add(prompt.etag);
    replica.apply({ type: 'put', team_id: teamId, revision, prompt });
  }
  const teams = [{ team_id: teamId, revision }];
  replica.apply({ type: 'sync', revision, digest: digest.text, count: digest.count, teams });
  return replica;
}

/** A UUID that is always the same for the same words. */
export function uuidOf(...words: readonly string[]): string {
  const hash = createHash('sha256').update(JSON.stringify(words)).digest('hex');
  return `${hash.slice(0, 8)}-${hash.slice(8, 12)}-8${hash.slice(13, 16)}-8${hash.slice(17, 20)}-${hash.slice(20, 32)}`;
}

function deliveredPrompt(file: PromptFile, path: string, teamId: string, createdAt: string): DeliveredPrompt {
  const { slug, status, tags } = file;
  const contract = file.contract === 'off' ? undefined : file.contract;
  const id = uuidOf(teamId, slug);
  const live = status === 'live' ? NUMBER : null;
  const isDelivered = live !== null || tags.length > 0;
  const versions = isDelivered ? [deliveredVersion(file, path, contract !== undefined)] : [];
  const numbers = Object.fromEntries(tags.map((tag) => [tag, NUMBER]));
  const content = createHash('sha256').update(JSON.stringify(versions)).digest();
  const etag = fingerprint({
    id,
    slug,
    teamId,
    status: 'active',
    createdAt,
    live,
    tags: numbers,
    // A file has no revisions, so its content takes their place.
    versions: versions.map((one) => ({
      number: one.version,
      status: one.status,
      bodyRevision: content.readUIntBE(0, 6),
      isPending: false,
      schema: one.schema,
    })),
    contract,
  });
  const head = { id, slug, status: 'active', created_at: createdAt, live, tags: numbers };
  return { ...head, versions, ...(contract !== undefined && { contract }), etag };
}

function deliveredVersion(file: PromptFile, path: string, isJudged: boolean): DeliveredVersion {
  const { program, inputSchema } = compiled(file, path);
  const { template, outline, sources } = program;
  const config = JSON.stringify(file.config ?? {});
  return {
    version: NUMBER,
    status: file.status,
    template,
    ...(outline !== undefined && { outline }),
    ...(sources !== undefined && { sources }),
    ...(config !== '{}' && { config }),
    ...(isJudged && { schema: { ...inputSchema } }),
    language: LANGUAGE_LEVEL,
  };
}

/** Compiles what applications will, so that they are not the first to find a fault. @throws CliError */
export function compiled(
  file: PromptFile,
  path: string,
): { readonly program: Program; readonly inputSchema: InputSchema } {
  try {
    const program = programOf(file);
    const { inputSchema } = compileProgram(program, { name: 'prompt' });
    const authored = file.input && checkInputSchema(file.input.schema);
    return { program, inputSchema: savedSchema(inputSchema, authored) };
  } catch (error) {
    if (error instanceof SchemaFault)
      throw new CliError('usage', `${path} has an invalid input schema: ${error.message}`, { cause: error });
    if (!(error instanceof TemplateSyntaxError || error instanceof ProgramTooLargeError)) throw error;
    throw new CliError('usage', `${path} cannot be compiled: ${error.message}`, { cause: error });
  }
}

/** @throws TemplateSyntaxError, ProgramTooLargeError */
function programOf({ template = '', messages }: PromptFile): Program {
  return messages === undefined ? { template } : linkChat(messages.map(entryOf));
}

type Message = NonNullable<PromptFile['messages']>[number];

/** The text of a prompt file has no other forms. */
function entryOf({ role = 'user', template, parts, placeholder, required }: Message): ChatEntry {
  if (placeholder !== undefined) return { placeholder, ...(required === true && { required }) };
  const own = roleOf(role);
  return parts === undefined
    ? { role: own, template: template ?? '' }
    : { role: own, parts: parts.map(partOf) };
}

function partOf({
  type,
  template = '',
  url = '',
  media_type,
}: NonNullable<Message['parts']>[number]): MessagePart {
  return type === 'text'
    ? { type, template }
    : { type: 'media', url, ...(media_type !== undefined && { media_type }) };
}

function roleOf(role: string): Role {
  return role === 'system' || role === 'assistant' ? role : 'user';
}
