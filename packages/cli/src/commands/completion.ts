/**
 * `completion`: scripts for three shells that ask the command itself for candidates, so that they are never outdated. The candidates come from the same
 * declarations that parse the arguments.
 */
import { Argument, type Command, type Option } from 'commander';
import type { Connect } from './command.ts';

const scripts = {
  bash: `_px0() {
  local IFS=$'\\n'
  COMPREPLY=($(px0 __complete "\${COMP_WORDS[@]:1:COMP_CWORD}" 2>/dev/null))
}
complete -o default -F _px0 px0
`,
  zsh: `#compdef px0
_px0() {
  local -a candidates
  candidates=("\${(@f)$(px0 __complete "\${(@)words[2,CURRENT]}" 2>/dev/null)}")
  compadd -a candidates
}
compdef _px0 px0
`,
  fish: `complete -c px0 -f -a '(px0 __complete (commandline -opc)[2..] (commandline -ct) 2>/dev/null)'
`,
} as const;

export function addCompletionCommand(program: Command, connect: Connect): void {
  program
    .command('completion')
    .description('print a shell completion script')
    .addArgument(new Argument('<shell>', 'the shell').choices(Object.keys(scripts)))
    .addHelpText(
      'after',
      `
Examples:
  bash   px0 completion bash > /etc/bash_completion.d/px0
  zsh    px0 completion zsh > "\${fpath[1]}/_px0"
  fish   px0 completion fish > ~/.config/fish/completions/px0.fish`,
    )
    .action((shell: keyof typeof scripts, _options: object, command: Command) => {
      connect(command).output.write(scripts[shell]);
    });
}

/** The candidates for the last word, which is incomplete or empty. */
export function candidates(program: Command, words: readonly string[]): string[] {
  const begun = words.at(-1) ?? '';
  let command = program;
  let awaited: Option | undefined;
  for (const word of words.slice(0, -1)) {
    const option = word.startsWith('-') ? optionOf(command, program, word) : undefined;
    awaited = option?.required || option?.optional ? option : undefined;
    if (option === undefined) command = command.commands.find((sub) => sub.name() === word) ?? command;
  }
  return possible(command, program, awaited, begun).filter((word) => word.startsWith(begun));
}

function possible(command: Command, program: Command, awaited: Option | undefined, begun: string): string[] {
  if (awaited !== undefined) return [...(awaited.argChoices ?? [])];
  if (begun.startsWith('-')) return optionsOf(command, program).flatMap(({ long }) => long ?? []);
  const visible = command.createHelp().visibleCommands(command);
  if (visible.length > 0) return visible.map((sub) => sub.name());
  return command.registeredArguments.flatMap(({ argChoices }) => argChoices ?? []);
}

function optionsOf(command: Command, program: Command): Option[] {
  return command === program ? [...program.options] : [...command.options, ...program.options];
}

function optionOf(command: Command, program: Command, word: string): Option | undefined {
  return optionsOf(command, program).find(({ long, short }) => long === word || short === word);
}
