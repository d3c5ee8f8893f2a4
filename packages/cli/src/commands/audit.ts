/** `audit`: the audit chains of the organization as lines of a file, their heads, and whether such files are what px0 has written. */
import { type Head, headText, parseHead } from '@px0/audit';
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { AuditContext } from '../audit/fetch-chain.ts';
import type { Connect } from './command.ts';
import { requireFilled, wholeNumberFrom } from './option-values.ts';

const CONTEXTS = ['identity', 'tenancy', 'registry'] as const satisfies readonly AuditContext[];

interface ChainOptions {
  readonly org?: string;
  readonly context?: AuditContext;
}

interface ExportOptions extends ChainOptions {
  readonly after: number;
}

interface VerifyOptions {
  readonly head: readonly Head[];
}

export function addAuditCommands(program: Command, connect: Connect): void {
  const audit = program.command('audit').description('export and verify the audit log of the organization');
  const ofChain = (command: Command) =>
    command
      .option('--org <org>', 'organization id or name (default: your only organization)')
      .addOption(new Option('--context <context>', 'only the chain of this service').choices(CONTEXTS));

  ofChain(audit.command('export'))
    .description('print audit entries, one JSON object per line, for "px0 audit verify"')
    .option('--after <number>', 'only entries with a larger number', wholeNumberFrom(0), 0)
    .action(async (options: ExportOptions, command: Command) => {
      const context = connect(command);
      const { chainPages } = await import('../audit/fetch-chain.ts');
      const [target, orgId] = [await context.signedIn(), await context.organization(options.org)];
      for (const chain of chosen(options)) {
        for await (const { lines } of chainPages(target, orgId, chain, options.after))
          context.output.write(lines.map((line) => `${line}\n`).join(''));
      }
    });

  ofChain(audit.command('head'))
    .description('print the head of each chain; keep it elsewhere to detect missing entries later')
    .action(async (options: ChainOptions, command: Command) => {
      const context = connect(command);
      const { fetchHead } = await import('../audit/fetch-chain.ts');
      const [target, orgId] = [await context.signedIn(), await context.organization(options.org)];
      for (const chain of chosen(options)) {
        const head = await fetchHead(target, orgId, chain);
        context.output.line({ context: chain, ...head }, () => `${chain} ${headText(head)}`);
      }
    });

  audit
    .command('verify')
    .description('check that no exported entry was changed, removed or added; exit with code 7 if one was')
    .argument('<files...>', 'files of "px0 audit export", in order; - is standard input')
    .option(
      '--head <number:hash>',
      'an earlier head, which must be on its chain; repeatable',
      collectHead,
      [],
    )
    .action(async (files: string[], { head }: VerifyOptions, command: Command) => {
      const context = connect(command);
      requireFilled('the file', ...files);
      const { verifyFiles } = await import('../audit/verify-files.ts');
      const chains = await verifyFiles(files, head, context.stdin);
      context.output.result(chains.map(onWire), () =>
        chains.length === 0 ? 'There are no entries.' : chains.map(sentenceOf).join('\n'),
      );
    });
}

function chosen({ context }: ChainOptions): readonly AuditContext[] {
  return context === undefined ? CONTEXTS : [context];
}

function collectHead(text: string, heads: readonly Head[]): Head[] {
  const head = parseHead(text);
  if (head === undefined)
    throw new InvalidArgumentError('It must be a number, a colon and 64 hexadecimal digits.');
  // Before the first entry there is nothing to be on the chain.
  return head.number === 0 ? [...heads] : [...heads, head];
}

interface Checked {
  readonly orgId: string;
  readonly context: string;
  readonly first: number;
  readonly head: Head;
}

function onWire({ orgId, context, first, head }: Checked) {
  return { org_id: orgId, context, first, head: headText(head) };
}

function sentenceOf({ context, first, head }: Checked): string {
  const follows = first === 1 ? '' : `, and follow entry ${first - 1}`;
  return `${context}: entries ${first} to ${head.number} are as px0 sealed them${follows}; head ${headText(head)}`;
}
