/** What each shell needs: a script that asks the command for candidates, how the shell's words are read, and how candidates are written for it. */
import type { Candidate, Names, Offer } from './candidates.ts';

export const shells = ['bash', 'zsh', 'fish'] as const;
export type Shell = (typeof shells)[number];

export function isShell(text: string | undefined): text is Shell {
  return shells.some((shell) => shell === text);
}

/**
 * The first line that the command writes says whether the shell shall offer names of its own, the others are candidates.
 *
 * bash splits words at `:` and `=`, so the script joins them, and takes from each candidate what bash keeps. It knows no descriptions. Candidates are
 * quoted, because a name with `$(…)` would be run with the line.
 */
export const scripts: Readonly<Record<Shell, string>> = {
  bash: `# Completion of px0 for bash.
_px0() {
  local words=() part last= line names= keep= quote= i count=0
  for ((i = 1; i <= COMP_CWORD; i++)); do
    part=\${COMP_WORDS[i]}
    if [[ -n $part && -n $last && ( $part == [:=]* || $last == *[:=] ) && $COMP_LINE == *"$last$part"* ]]; then
      last+=$part
      words[count - 1]=$last
    else
      last=$part
      words[count++]=$part
    fi
  done
  if [[ $part == [:=] ]]; then keep=$last; else keep=\${last%"$part"}; fi
  [[ $part == [\\"\\']* ]] && quote=\${part:0:1}
  COMPREPLY=()
  while IFS= read -r line; do
    if [[ -z $names ]]; then
      names=$line
    else
      line=\${line#"$keep"}
      [[ -n $quote ]] || printf -v line %q "$line"
      COMPREPLY+=("$line")
    fi
  done < <(px0 __complete bash "\${words[@]}" 2>/dev/null)
  compopt -o nosort 2>/dev/null
  case $names in
    :files) compopt -o default 2>/dev/null || { local IFS=$'\\n'; COMPREPLY=($(compgen -f -- "$part")); } ;;
    :directories) compopt -o plusdirs 2>/dev/null ;;
  esac
}
complete -F _px0 px0
`,
  zsh: `#compdef px0
# Completion of px0 for zsh.
_px0() {
  local -a lines
  local names
  lines=("\${(@f)$(px0 __complete zsh "\${(@Q)words[2,CURRENT-1]}" "\${(Q)PREFIX}" 2>/dev/null)}")
  names=$lines[1]
  shift lines
  (( $#lines )) && _describe -V -t values value lines
  case $names in
    :files) _files ;;
    :directories) _path_files -/ ;;
  esac
}
if [[ $funcstack[1] == _px0 ]]; then _px0 "$@"; else compdef _px0 px0; fi
`,
  fish: `# Completion of px0 for fish.
function __px0_candidates
  # Quotes, because an empty word is a word.
  set -l word (commandline -ct)
  set -l lines (px0 __complete fish (commandline -opc)[2..] "$word" 2>/dev/null)
  switch "$lines[1]"
    case :files
      __fish_complete_path "$word"
    case :directories
      __fish_complete_directories "$word" ''
  end
  printf '%s\\n' $lines[2..]
end
complete -c px0 -f -k -a '(__px0_candidates)'
`,
};

/** The word as px0 would get it. zsh hands words over without quotes; the last one of bash and fish is as it was typed. */
export function unquoted(shell: Shell, word: string): string {
  if (shell === 'zsh') return word;
  let text = '';
  let quote = '';
  for (let index = 0; index < word.length; index += 1) {
    const character = word.charAt(index);
    if (character === quote) quote = '';
    else if (quote === '' && (character === '"' || character === "'")) quote = character;
    else if (character === '\\' && quote !== "'") {
      index += 1;
      text += word.charAt(index);
    } else text += character;
  }
  return text;
}

/** What the script of the shell reads. */
export function written(shell: Shell, { candidates, names }: Offer, begun: string): string {
  const usable = candidates.filter(({ value }) => value !== '' && !/\p{C}/u.test(value));
  // zsh and fish choose by rules of their own, such as one that ignores case.
  const fitting = shell === 'bash' ? usable.filter(({ value }) => value.startsWith(begun)) : usable;
  return [directives[names], ...fitting.map((candidate) => line(shell, candidate))]
    .map((one) => `${one}\n`)
    .join('');
}

const directives: Readonly<Record<Names, string>> = {
  none: ':none',
  files: ':files',
  directories: ':directories',
};

/** The most characters of a description: more than a line of a terminal has room for. */
const MOST_ABOUT = 80;

function line(shell: Shell, { value, about }: Candidate): string {
  const told = shortened(about.replaceAll(/[\p{C}\s]+/gu, ' ').trim());
  if (shell === 'bash') return value;
  if (shell === 'fish') return told === '' ? value : `${value}\t${told}`;
  const escaped = value.replaceAll(/[\\:]/g, '\\$&');
  return told === '' ? escaped : `${escaped}:${told}`;
}

function shortened(text: string): string {
  const characters = [...text];
  return characters.length > MOST_ABOUT ? `${characters.slice(0, MOST_ABOUT - 1).join('')}…` : text;
}
