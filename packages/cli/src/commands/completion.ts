/** `completion`: scripts for three shells that ask the command itself for candidates, so that they are never outdated. */
import { Argument, type Command } from 'commander';
import { CompletionCache } from '../completion/cache.ts';
import { offerAt } from '../completion/candidates.ts';
import { placeOf } from '../completion/place.ts';
import { isShell, type Shell, scripts, shells, unquoted, written } from '../completion/shells.ts';
import { valuesOf } from '../completion/values.ts';
import { Context } from '../context.ts';
import { type Input, Output, type Streams } from '../output.ts';
import type { Connect } from './command.ts';

export function addCompletionCommand(program: Command, connect: Connect): void {
  program
    .command('completion')
    .description('print a script that completes commands, slugs, versions, tags and teams in your shell')
    .addArgument(new Argument('<shell>', 'the shell').choices([...shells]))
    .addHelpText(
      'after',
      `
Try it in the shell that is open:
  bash   source <(px0 completion bash)
  zsh    source <(px0 completion zsh)
  fish   px0 completion fish | source

For all shells:
  bash   px0 completion bash > ~/.local/share/bash-completion/completions/px0
  zsh    px0 completion zsh > "\${fpath[1]}/_px0"
  fish   px0 completion fish > ~/.config/fish/completions/px0.fish`,
    )
    .action((shell: Shell, _options: object, command: Command) => {
      connect(command).output.write(scripts[shell]);
    });
}

/**
 * What the scripts ask: `px0 __complete SHELL WORD…`, with the words behind `px0` up to the cursor. Whatever goes wrong, a completion says nothing of it.
 * Scripts of the release before name no shell, and know only what the command declares.
 */
export async function completionOf(
  program: Command,
  asked: readonly string[],
  env: NodeJS.ProcessEnv,
  streams: Streams & Input,
): Promise<string> {
  const [shell, ...typed] = asked;
  if (!isShell(shell)) {
    const { candidates } = await offerAt(program, placeOf(program, asked), async () => []);
    const begun = asked.at(-1) ?? '';
    return candidates.flatMap(({ value }) => (value.startsWith(begun) ? [value] : [])).join('\n');
  }
  const words = typed.map((word, index) =>
    // fish hands over the words before the cursor without quotes.
    shell === 'fish' && index < typed.length - 1 ? word : unquoted(shell, word),
  );
  const place = placeOf(program, words);
  const [host, team] = [place.options.get('--host'), place.options.get('--team')];
  const options = { ...(host !== undefined && { host }), ...(team !== undefined && { team }) };
  const context = new Context(new Output(streams, { json: false, color: false }), options, env, streams);
  const values = valuesOf(context, new CompletionCache(env));
  const offer = await offerAt(program, place, (kind, at) => values(kind, at).catch(() => []));
  return written(shell, offer, words.at(-1) ?? '');
}
