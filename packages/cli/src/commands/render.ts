/** `render`: a prompt's text with variables from options, a file or standard input. */
import { fstatSync } from 'node:fs';
import type { Variables } from '@px0/sdk';
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { Context } from '../context.ts';
import { CliError } from '../exit-codes.ts';
import { printable, readTextFile } from '../text-input.ts';
import { requireReference, requireRenderTag } from '../version-ref.ts';
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
    .option('--version <number>', 'a version by number', versionNumber)
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
      requireReference('the slug', slug);
      if (tag !== undefined) requireRenderTag(tag);
      const variables = { ...(await variablesFrom(context, options)), ...options.var };
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

function versionNumber(text: string): number {
  const number = Number(text);
  if (!/^\d+$/.test(text) || !Number.isSafeInteger(number) || number < 1)
    throw new InvalidArgumentError('It has to be a whole number from 1.');
  return number;
}

function addVariable(text: string, variables: Variables): Variables {
  const [, name = '', mark, value = ''] = /^([^=:]+)(:?=)(.*)$/s.exec(text) ?? [];
  if (name === '') throw new InvalidArgumentError('It has to be name=text or name:=JSON.');
  return { ...variables, [name]: mark === '=' ? value : jsonOf(name, value) };
}

function jsonOf(name: string, text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    throw new CliError('usage', `the variable ${printable(name)} has no JSON behind ":="`);
  }
}

/** From the file that was named; or from standard input, when something is piped there and no option gives variables. */
async function variablesFrom(
  context: Context,
  { varsFile, var: given }: RenderCommandOptions,
): Promise<Variables> {
  if (varsFile === '-') return parse(await context.input(), 'standard input');
  if (varsFile !== undefined) return parse(await readTextFile(varsFile), printable(varsFile));
  const isMeant = Object.keys(given).length === 0 && isPiped(context.stdin);
  return isMeant ? parse(await context.input(), 'standard input') : {};
}

/** A pipe or a file. Whatever else stands there, such as the socket of a supervisor, may never end. */
function isPiped(stdin: Context['stdin']): boolean {
  if (!('fd' in stdin && typeof stdin.fd === 'number')) return true;
  try {
    const input = fstatSync(stdin.fd);
    return input.isFIFO() || input.isFile();
  } catch {
    return false;
  }
}

/** Which of JSON's values px0 takes, `1e400` for one, is judged by the SDK. @throws CliError for what is no JSON object */
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
