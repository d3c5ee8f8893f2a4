/** `check`: what continuous integration says about versions. */
import { type Command, Option } from 'commander';
import { CliError } from '../exit-codes.ts';
import { table } from '../output.ts';
import { printable } from '../text-input.ts';
import { parseVersionRef, VERSION, versionOf } from '../version-ref.ts';
import { answered } from '../wire.ts';
import type { Connect } from './command.ts';
import { requireFilled } from './option-values.ts';
import { dateOf } from './prompts.ts';

interface PostOptions {
  readonly name: string;
  readonly state: 'pending' | 'success' | 'failure';
  readonly description?: string;
  readonly url?: string;
  readonly contentHash?: string;
}

export function addExternalCheckCommands(program: Command, connect: Connect): void {
  const checks = program.command('check').description('post and list what CI found about a version');

  checks
    .command('post')
    .description('post the result of a check of a version; needs an API key with operation "all"')
    .argument('<prompt>', 'slug or id')
    .argument('<version>', VERSION)
    .requiredOption('--name <name>', 'name of the check, e.g. evals')
    .addOption(
      new Option('--state <state>', 'the result')
        .choices(['pending', 'success', 'failure'])
        .makeOptionMandatory(),
    )
    .option('--description <text>', 'a short explanation')
    .option('--url <url>', 'link to the details: an https URL')
    .option(
      '--content-hash <hash>',
      'the content_hash that was checked; refused if the version has changed since (default: the current one)',
    )
    .action(async (slug: string, ref: string, options: PostOptions, command: Command) => {
      const context = connect(command);
      const wanted = parseVersionRef(ref);
      const { name, state, description, url } = options;
      requireFilled('the name (--name)', name);
      requireFilled('the URL (--url)', url);
      requireFilled('the hash (--content-hash)', options.contentHash);
      const [api, prompt] = [await context.api(), await context.prompt(slug)];
      const { version, contentHash: present } = await versionOf(api, prompt, wanted);
      const contentHash = options.contentHash ?? present;
      if (contentHash === undefined) throw new CliError('refused', 'this px0 is too old to take checks');
      const { wire, value } = await answered(
        api.versions.postCheckRaw({
          id: prompt.id,
          version: String(version),
          postCheckRequest: {
            name,
            state,
            contentHash,
            ...(description !== undefined && { description }),
            ...(url !== undefined && { url }),
          },
        }),
      );
      context.output.result(wire, () =>
        printable(`${prompt.slug}: ${value.check.name} of version ${version} is ${value.check.state}.`),
      );
    });

  checks
    .command('list')
    .description('list the newest check of each name')
    .argument('<prompt>', 'slug or id')
    .argument('<version>', VERSION)
    .action(async (slug: string, ref: string, _options: object, command: Command) => {
      const context = connect(command);
      const wanted = parseVersionRef(ref);
      const [api, prompt] = [await context.api(), await context.prompt(slug)];
      const { version, contentHash } = await versionOf(api, prompt, wanted);
      const { wire, value } = await answered(
        api.versions.listChecksRaw({ id: prompt.id, version: String(version) }),
      );
      context.output.result(wire, () => {
        if (value.checks.length === 0)
          return printable(`Nobody has posted a check of version ${version} of ${prompt.slug}.`);
        return table(
          ['CHECK', 'STATE', 'POSTED', 'DESCRIPTION', 'URL', 'NOTE'],
          value.checks.map((check) => [
            check.name,
            check.state,
            dateOf(check.postedAt),
            check.description,
            check.url ?? '',
            check.contentHash === contentHash ? '' : 'the content has changed since',
          ]),
        );
      });
    });
}
