/** The whole command: its options, its subcommands, and its error handling. */
import { ForbiddenError, NotFoundError, RefusedError } from '@px0/sdk';
import { Command, CommanderError, Help, Option } from 'commander';
import manifest from '../package.json' with { type: 'json' };
import { addAuditCommands } from './commands/audit.ts';
import { addBundleCommands } from './commands/bundle.ts';
import type { Connect } from './commands/command.ts';
import { addCompletionCommand, completionOf } from './commands/completion.ts';
import { addExternalCheckCommands } from './commands/external-checks.ts';
import { addGenerateCommand } from './commands/generate.ts';
import { addKeyCommands } from './commands/keys.ts';
import { addOpenCommand } from './commands/open.ts';
import { addPolicyCommands } from './commands/policies.ts';
import { addPromptCommands } from './commands/prompts.ts';
import { addProposeCommand } from './commands/propose.ts';
import { addRelayCommands } from './commands/relay.ts';
import { addReleaseCommands } from './commands/release.ts';
import { addRenderCommand } from './commands/render.ts';
import { addRequestCommands } from './commands/requests.ts';
import { addReviewCommand } from './commands/review.ts';
import { addServicesCommand } from './commands/services.ts';
import { addSessionCommands } from './commands/session.ts';
import { addTailCommand } from './commands/tail.ts';
import { addTestCommand } from './commands/test.ts';
import { addTransferCommands } from './commands/transfer.ts';
import { addUseCommand } from './commands/use.ts';
import { addVersionCommands } from './commands/versions.ts';
import { addWatchCommand } from './commands/watch.ts';
import { CompletionCache } from './completion/cache.ts';
import { Context, type GlobalOptions } from './context.ts';
import { CliError, exitCodes, exitNameOf } from './exit-codes.ts';
import { type Input, Output, type Streams } from './output.ts';
import { printable, printableLines } from './text-input.ts';
import { withHint } from './with-hint.ts';

const ALWAYS_VERSION = '-V, --px0-version';
/** How the help shows it: before the name of a command, `--version` means the same. */
const VERSION = new Option('-V, --version', 'print the version of the px0 command');

export function createProgram(connect: Connect, { stdout, stderr }: Streams): Command {
  const program: Command = new Command('px0')
    .description('manage, release and render px0 prompts from the command line')
    // `--version` is an option of other commands, and this one is recognised after any of them.
    .version(manifest.version, ALWAYS_VERSION)
    .option('--host <url>', 'URL of px0 (env: PX0_HOST; default: http://localhost:8000)')
    .option('--team <team>', 'team id or name (env: PX0_TEAM)')
    .option('--json', 'print results as JSON, as the API returns them')
    .option('--no-color', 'disable colours')
    .exitOverride()
    .configureOutput({
      writeOut: (text) => stdout.write(text),
      writeErr: (text) => stderr.write(text),
      outputError: (text, write) =>
        write(`px0: ${printableLines(withoutValue(text.replace(/^error: /, '')))}`),
    })
    .configureHelp({
      visibleOptions(command: Command): Option[] {
        const own = Help.prototype.visibleOptions.call(this, command);
        return command === program ? own.map((one) => (one.long === '--px0-version' ? VERSION : one)) : own;
      },
    })
    .showHelpAfterError('Run "px0 help" for the commands and options.');
  addSessionCommands(program, connect);
  addUseCommand(program, connect);
  addPromptCommands(program, connect);
  addVersionCommands(program, connect);
  addOpenCommand(program, connect);
  addReleaseCommands(program, connect);
  addExternalCheckCommands(program, connect);
  addProposeCommand(program, connect);
  addRequestCommands(program, connect);
  addPolicyCommands(program, connect);
  addRenderCommand(program, connect);
  addTransferCommands(program, connect);
  addTestCommand(program, connect);
  addReviewCommand(program, connect);
  addGenerateCommand(program, connect);
  addKeyCommands(program, connect);
  addBundleCommands(program, connect);
  addServicesCommand(program, connect);
  addRelayCommands(program, connect);
  addAuditCommands(program, connect);
  addTailCommand(program, connect);
  addWatchCommand(program, connect);
  addCompletionCommand(program, connect);
  return program;
}

/** The value of an unknown option may be a credential, which no message may contain. */
function withoutValue(text: string): string {
  return text.replace(/^(unknown option '-[^'=]*)=.*'/s, "$1'");
}

/** Runs one command line and returns the exit code. Never throws. */
export async function run(
  args: readonly string[],
  env: NodeJS.ProcessEnv,
  streams: Streams & Input = process,
): Promise<number> {
  let context: Context | undefined;
  const connect: Connect = (command) => {
    const options: GlobalOptions = command.optsWithGlobals();
    const color = options.color === false ? false : undefined;
    const output = new Output(streams, { json: options.json === true, color });
    context = new Context(output, options, env, streams);
    return context;
  };
  try {
    args.forEach(requireText);
    const program = createProgram(connect, streams);
    const [first, ...others] = args;
    // Called by the completion scripts, with words that must not be parsed.
    if (first === '__complete') streams.stdout.write(await completionOf(program, others, env, streams));
    else await program.parseAsync(asksForVersion(program, args) ? ['--px0-version'] : args, { from: 'user' });
    return exitCodes.ok;
  } catch (error) {
    // Commander throws for help and version, too, which are not errors.
    if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage;
    const isJson = args.includes('--json');
    const code = report(error, streams, { isJson, hasStack: Boolean(env['PX0_DEBUG']) });
    const note = isOfTeam(error) ? context?.note : undefined;
    if (note !== undefined && !isJson) streams.stderr.write(`px0: ${printable(note)}\n`);
    return code;
  } finally {
    // Completions shall know what the command has made.
    if (context?.hasWritten) await new CompletionCache(env).forget();
  }
}

/** Whether another team could make it succeed. */
function isOfTeam(error: unknown): boolean {
  return error instanceof NotFoundError || error instanceof ForbiddenError;
}

/** Whether `--version` stands before the name of a command. */
function asksForVersion(program: Command, args: readonly string[]): boolean {
  for (let index = 0; index < args.length; index += 1) {
    const word = args[index] ?? '';
    if (word === '--version') return true;
    if (!word.startsWith('-') || word === '--') return false;
    if (program.options.find(({ long }) => long === word)?.required) index += 1;
  }
  return false;
}

/** Node.js has already replaced invalid UTF-8 with U+FFFD, so that the original bytes are lost. */
function requireText(argument: string, index: number): void {
  if (argument.isWellFormed() && !argument.includes('\ufffd')) return;
  throw new CliError('usage', `argument ${index + 1} is not UTF-8, or contains U+FFFD`);
}

interface ReportOptions {
  readonly isJson: boolean;
  /** For an error in the command itself. */
  readonly hasStack: boolean;
}

/** Prints the error in one line and returns the exit code. */
export function report(error: unknown, { stderr }: Streams, { isJson, hasStack }: ReportOptions): number {
  const name = exitNameOf(error);
  const message = error instanceof Error ? error.message : String(error);
  const status = error instanceof Error && 'status' in error ? error.status : undefined;
  const hint = error instanceof RefusedError ? error.hint : undefined;
  const facts = { error: message, hint, code: name, ...(typeof status === 'number' && { status }) };
  const text = isJson ? JSON.stringify(facts) : `px0: ${printable(withHint(message, error))}`;
  stderr.write(`${text}\n`);
  if (name === 'internal' && error instanceof Error && hasStack) stderr.write(`${error.stack}\n`);
  return exitCodes[name];
}
