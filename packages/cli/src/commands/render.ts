/** `render`: a prompt's text with variables from options, a file or standard input. */
import { fstatSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { Variables } from '@px0/sdk';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { CliError } from '../exit-codes.ts';
import { readInput } from '../terminal.ts';
import type { Connect } from './command.ts';

interface RenderCommandOptions {
  readonly version?: number;
  readonly tag?: string;
  readonly var: Variables;
  readonly varsFile?: string;
  readonly missingKey?: 'error' | 'default' | 'zero';
}

export function addRenderCommand(program: Command, connect: Connect): void {
  program
    .command('render')
    .description('render the live version of a prompt, or another one')
    .argument('<slug>', 'the slug of the prompt')
    .option('--version <number>', 'a version by number', wholeNumber)
    .option('--tag <tag>', 'a version by tag')
    .option('--var <name=text>', 'a variable; name:=JSON for another value than a text', addVariable, {})
    .option('--vars-file <path>', 'a JSON file with the variables; "-" for standard input')
    .addOption(
      new Option('--missing-key <rule>', 'what a variable that is missing does').choices([
        'error',
        'default',
        'zero',
      ]),
    )
    .action(async (slug: string, options: RenderCommandOptions, command: Command) => {
      const context = connect(command);
      const { version, tag, missingKey } = options;
      const variables = { ...(await variablesFrom(options)), ...options.var };
      const { host, accessToken } = await context.signedIn();
      const teamId = await context.namedTeam();
      // With the template engine, which nothing else needs.
      const { Px0 } = await import('@px0/sdk');
      const px0 = new Px0({ host, accessToken, cache: false });
      const { text, source, ...rest } = await px0.render(slug, variables, {
        ...(version !== undefined && { version }),
        ...(tag !== undefined && { tag }),
        ...(missingKey !== undefined && { missingKey }),
        ...(teamId !== undefined && { teamId }),
      });
      const wire = { rendered: text, version: rest.version, slug: rest.slug, tags: rest.tags };
      context.output.text(wire, text);
    });
}

function wholeNumber(text: string): number {
  if (!/^\d+$/.test(text)) throw new InvalidArgumentError('It has to be a whole number.');
  return Number(text);
}

function addVariable(text: string, variables: Variables): Variables {
  const [, name = '', mark, value = ''] = /^([^=:]+)(:?=)(.*)$/s.exec(text) ?? [];
  if (name === '') throw new InvalidArgumentError('It has to be name=text or name:=JSON.');
  if (mark === '=') return { ...variables, [name]: value };
  try {
    return { ...variables, [name]: JSON.parse(value) };
  } catch {
    throw new InvalidArgumentError(`${value} is no JSON.`);
  }
}

/** From the file that was named; or from standard input, when something is piped there and no option gives variables. */
async function variablesFrom({ varsFile, var: given }: RenderCommandOptions): Promise<Variables> {
  if (varsFile === undefined) {
    return Object.keys(given).length === 0 && isPiped() ? parse(await readInput(), 'standard input') : {};
  }
  if (varsFile === '-') return parse(await readInput(), 'standard input');
  const text = await readFile(varsFile, 'utf8').catch((error: Error) => {
    throw new CliError('usage', `${varsFile} cannot be read: ${error.message}`, { cause: error });
  });
  return parse(text, varsFile);
}

/** A pipe or a file. Whatever else stands there, such as the socket of a supervisor, may never end. */
function isPiped(): boolean {
  try {
    const input = fstatSync(0);
    return input.isFIFO() || input.isFile();
  } catch {
    return false;
  }
}

function parse(text: string, place: string): Variables {
  if (text.trim() === '') return {};
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value };
  } catch {
    // Said below, with the place.
  }
  throw new CliError('usage', `${place} holds no JSON object`);
}
