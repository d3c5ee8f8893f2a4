/** `bundle`: prompts as a signed file, for applications that no px0 can reach. */
import { basename } from 'node:path';
import type { DeliveredPrompt, Replica } from '@px0/delivery';
import type { Bundle, BundleRefusal } from '@px0/delivery/bundle';
import type { Command } from 'commander';
import type { DeliveredPrompts } from '../bundles/delivered-prompts.ts';
import type { Context } from '../context.ts';
import { CliError } from '../exit-codes.ts';
import { table } from '../output.ts';
import { printable } from '../text-input.ts';
import type { Connect } from './command.ts';
import { requireFilled, time } from './option-values.ts';

interface CreateOptions {
  readonly slugs?: string;
  readonly from?: string;
  readonly notAfter?: Date;
  readonly name?: string;
  readonly keyFile?: string;
}

const DEFAULT_KEY_FILE = 'px0-bundle.key';

export function addBundleCommands(program: Command, connect: Connect): void {
  const bundle = program
    .command('bundle')
    .description('make and check signed files of prompts, for applications that cannot reach px0');

  bundle
    .command('keygen')
    .description('create a key to sign bundles with, and print its public key')
    .argument('[file]', 'new file for the private key', DEFAULT_KEY_FILE)
    .action(async (file: string, _options: object, command: Command) => {
      const { output } = connect(command);
      requireFilled('the file', file);
      const { writeNewKey } = await import('../bundles/bundle-file.ts');
      const { id, publicText } = writeNewKey(file);
      if (!output.isJson)
        output.note(
          `Wrote the private key to ${printable(file)}; keep it secret. Applications need the public key:`,
        );
      output.result({ public_key: publicText, key_id: id, file }, () => publicText);
    });

  bundle
    .command('create')
    .description('write prompts to a bundle: all that you may render, or those of a folder')
    .argument('<file>', 'the bundle; gzipped if its name ends in .gz')
    .option('--slugs <slugs>', 'only these prompts, separated by commas')
    .option('--from <folder>', 'take the prompts from a folder of *.prompt.md files instead of px0')
    .option(
      '--not-after <time>',
      'applications refuse it afterwards, e.g. 2030-01-31 (UTC) or 2030-01-31T18:00:00Z (default: never)',
      time,
    )
    .option('--name <name>', 'display name (default: the name of the file)')
    .option('--key-file <path>', 'file with the private key (env: PX0_BUNDLE_KEY, the key itself)')
    .action(async (file: string, options: CreateOptions, command: Command) => {
      await create(connect(command), file, options);
    });

  bundle
    .command('verify')
    .description('check a bundle as applications do, and exit with code 7 if they would refuse it')
    .argument('<file>', 'the bundle')
    .option(
      '--key <key>',
      'public key that may have signed it; repeatable (env: PX0_BUNDLE_KEYS)',
      gathered,
      [],
    )
    .action(async (file: string, { key }: { readonly key: readonly string[] }, command: Command) => {
      const context = connect(command);
      requireFilled('the file', file);
      const { publicKeysOf, readBundleFile } = await import('../bundles/bundle-file.ts');
      const { readBundle } = await import('@px0/delivery/bundle');
      const keys = publicKeysOf(key, context.bundleKeys);
      const read = accepted(file, await readBundle(await readBundleFile(file), { keys, now: Date.now() }));
      context.output.result(aboutBundle(read), () => sentenceOf(read));
    });

  bundle
    .command('show')
    .description('print what a bundle holds, without checking its signature')
    .argument('<file>', 'the bundle')
    .action(async (file: string, _options: object, command: Command) => {
      const { output } = connect(command);
      requireFilled('the file', file);
      const { readBundleFile } = await import('../bundles/bundle-file.ts');
      const { inspectBundle } = await import('@px0/delivery/bundle');
      const read = accepted(file, await inspectBundle(await readBundleFile(file)));
      if (!output.isJson) output.note(`${sentenceOf(read)} "px0 bundle verify" checks the signature.`);
      output.result({ ...aboutBundle(read), teams: teamsOf(read.replica) }, () =>
        table(['SLUG', 'STATUS', 'LIVE', 'TAGS', 'TEAM'], rowsOf(read.replica)),
      );
    });
}

function gathered(key: string, keys: readonly string[]): readonly string[] {
  return [...keys, key];
}

async function create(context: Context, file: string, options: CreateOptions): Promise<void> {
  const { from, notAfter, name = basename(file).replace(/\.(gz|ndjson|ndjson\.gz)$/, ''), keyFile } = options;
  requireFilled('the file', file);
  requireFilled('the prompts (--slugs)', options.slugs);
  requireFilled('the folder (--from)', from);
  requireFilled('the name (--name)', options.name);
  requireFilled('the file (--key-file)', keyFile);
  const createdAt = Date.now();
  if (notAfter !== undefined && notAfter.getTime() <= createdAt)
    throw new CliError('usage', 'the time (--not-after) has passed');
  const slugs = options.slugs === undefined ? undefined : slugsIn(options.slugs);
  const { privateKeyOf, writeBundleFile } = await import('../bundles/bundle-file.ts');
  const key = await privateKeyOf(keyFile, context.bundleKey);
  const { replica, host } =
    from === undefined
      ? await fromPx0(context, slugs)
      : { host: '', replica: await fromFolder(context, { folder: from, slugs, name, createdAt }) };
  requirePrompts(replica, slugs);
  for (const text of missingVersions(replica)) context.output.note(text);
  const { writeBundle } = await import('@px0/delivery/bundle');
  const header = { name, host, createdAt, notAfter: notAfter?.getTime() };
  writeBundleFile(file, writeBundle(replica, header, key));
  const about = { ...aboutBundle({ ...header, replica, keyId: key.id, notAfter: header.notAfter }), file };
  context.output.result(about, () =>
    printable(`Wrote ${promptsIn(replica)} to ${file}, signed by key ${key.id}.`),
  );
}

function slugsIn(list: string): readonly string[] {
  const slugs = list.split(',').map((slug) => slug.trim());
  requireFilled('a prompt (--slugs)', ...slugs);
  return [...new Set(slugs)];
}

async function fromPx0(
  context: Context,
  slugs: readonly string[] | undefined,
): Promise<{ readonly replica: Replica; readonly host: string }> {
  const target = await context.signedIn();
  const { deliveredPrompts } = await import('../bundles/delivered-prompts.ts');
  const { replica, isStale }: DeliveredPrompts = await deliveredPrompts(target, {
    slugs,
    teamId: await context.givenTeam(),
  });
  if (isStale) context.output.note('px0 may lack the latest changes at present, and so does this bundle.');
  return { replica, host: target.host };
}

async function fromFolder(
  context: Context,
  {
    name,
    ...from
  }: {
    readonly folder: string;
    readonly slugs: readonly string[] | undefined;
    readonly name: string;
    readonly createdAt: number;
  },
): Promise<Replica> {
  const { folderPrompts, uuidOf } = await import('../bundles/folder-prompts.ts');
  return await folderPrompts({ ...from, teamId: (await context.givenTeam()) ?? uuidOf(name) });
}

/** A bundle that lacks what it was made for would be noticed only where nothing can be done about it. @throws CliError */
function requirePrompts(replica: Replica, slugs: readonly string[] | undefined): void {
  const held = new Set(promptsOf(replica).map(({ slug }) => slug));
  const missing = slugs?.filter((slug) => !held.has(slug)) ?? [];
  if (missing.length > 0) throw new CliError('not_found', `prompt not found: ${missing.join(', ')}`);
  if (held.size === 0) throw new CliError('not_found', 'there are no prompts');
}

/** Sentences about versions that the bundle has to leave out. @throws CliError for those that px0 does not have yet */
function missingVersions(replica: Replica): string[] {
  return promptsOf(replica).flatMap(({ slug, versions }) =>
    versions.flatMap(({ version, missing }) => {
      if (missing === undefined) return [];
      if (missing === 'pending')
        throw new CliError('unreachable', `px0 has not loaded version ${version} of ${slug} yet; try again`);
      return [printable(`Version ${version} of ${slug} is too large for a bundle; only px0 can render it.`)];
    }),
  );
}

/** @throws CliError with the words of every reader */
function accepted(file: string, read: Bundle | BundleRefusal): Bundle {
  if (typeof read === 'string') throw new CliError('refused', `${read}: ${file}`);
  return read;
}

function aboutBundle({ name, host, createdAt, notAfter, keyId, replica }: Bundle): object {
  return {
    name,
    host,
    created_at: new Date(createdAt).toISOString(),
    not_after: notAfter === undefined ? null : new Date(notAfter).toISOString(),
    revision: replica.last ?? null,
    key_id: keyId,
    prompts: replica.size,
  };
}

function sentenceOf({ name, host, createdAt, notAfter, keyId, replica }: Bundle): string {
  const from = host === '' ? '' : ` from ${host}`;
  const until = notAfter === undefined ? 'never expires' : `expires ${new Date(notAfter).toISOString()}`;
  return printable(
    `${name}: ${promptsIn(replica)}${from}, made ${new Date(createdAt).toISOString()}, ${until}, signed by key ${keyId}.`,
  );
}

function promptsIn({ size }: Replica): string {
  return `${size} ${size === 1 ? 'prompt' : 'prompts'}`;
}

function promptsOf(replica: Replica): DeliveredPrompt[] {
  return [...replica.teamIds].flatMap((id) => [...replica.promptsOf(id).values()]);
}

function teamsOf(replica: Replica): object[] {
  return [...replica.teamIds].map((id) => ({
    team_id: id,
    revision: replica.revisionOf(id) ?? null,
    prompts: [...replica.promptsOf(id).values()],
  }));
}

function rowsOf(replica: Replica): string[][] {
  const rows = [...replica.teamIds].flatMap((id) =>
    [...replica.promptsOf(id).values()].map(({ slug, status, live, tags }) => [
      slug,
      status,
      live === null ? '' : String(live),
      Object.entries(tags)
        .map(([tag, version]) => `${tag}=${version}`)
        .toSorted()
        .join(','),
      id,
    ]),
  );
  return rows.toSorted(([a = ''], [b = '']) => (a < b ? -1 : 1));
}
