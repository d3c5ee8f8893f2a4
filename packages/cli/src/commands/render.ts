/** `render`: a prompt's text or conversation, with variables from options, a file or standard input. */
import { fstatSync } from 'node:fs';
import type { Variables } from '@px0/sdk';
import { type Command, InvalidArgumentError, Option } from 'commander';
import type { Context } from '../context.ts';
import { CliError } from '../exit-codes.ts';
import { parseJson } from '../prompt-files/exact-numbers.ts';
import { HALF_A_PAIR, printable, readTextFile } from '../text-input.ts';
import { requireReference, requireRenderTag } from '../version-ref.ts';
import type { Connect } from './command.ts';
import { conversationText } from './conversation-text.ts';
import { requireFilled, wholeNumberFrom } from './option-values.ts';

interface RenderCommandOptions {
  readonly version?: number;
  readonly tag?: string;
  readonly var: Variables;
  readonly varsFile?: string;
  readonly missingKey?: 'error' | 'default' | 'zero';
  readonly openai?: boolean;
  readonly anthropic?: boolean;
  readonly gemini?: boolean;
}

const PROVIDERS = ['openai', 'anthropic', 'gemini'] as const;

export function addRenderCommand(program: Command, connect: Connect): void {
  program
    .command('render')
    .description('render the live version of a prompt, or a version that you choose')
    .argument('<slug>', 'the slug of the prompt')
    .option('--version <number>', 'render the version with this number', wholeNumberFrom(1))
    .option('--tag <tag>', 'render the version with this tag')
    .option(
      '--var <name=text>',
      'set a variable to a string; name:=JSON sets any other value',
      addVariable,
      {},
    )
    .option('--vars-file <path>', 'JSON file with the variables; "-" reads standard input')
    .addOption(
      new Option('--missing-key <rule>', 'how to render a missing variable').choices([
        'error',
        'default',
        'zero',
      ]),
    )
    .option('--openai', "print the request of OpenAI's chat completions instead, as JSON")
    .option('--anthropic', "print the request of Anthropic's messages instead, as JSON")
    .option('--gemini', "print the request of Gemini's generateContent instead, as JSON")
    .action(async (slug: string, options: RenderCommandOptions, command: Command) => {
      const context = connect(command);
      const [provider, second] = PROVIDERS.filter((name) => options[name] === true);
      if (second !== undefined)
        throw new CliError('usage', `use only one of ${PROVIDERS.map((name) => `--${name}`).join(', ')}`);
      const { version, tag, missingKey } = options;
      requireReference('the slug', slug);
      if (tag !== undefined) requireRenderTag(tag);
      requireFilled('the file (--vars-file)', options.varsFile);
      const variables = { ...(await variablesFrom(context, options)), ...options.var };
      const { host, accessToken } = await context.signedIn();
      const teamId = await context.namedTeam();
      // Loads the template engine, which no other command needs.
      const { Px0, toAnthropic, toGemini, toOpenAI } = await import('@px0/sdk');
      let answer: Response | undefined;
      const px0 = new Px0({
        host,
        accessToken,
        cache: false,
        fetch: async (input, init) => {
          const response = await fetch(input, init);
          answer = response.clone();
          return response;
        },
      });
      const result = await px0.render(slug, variables, {
        ...(version !== undefined && { version }),
        ...(tag !== undefined && { tag }),
        ...(missingKey !== undefined && { missingKey }),
        ...(teamId !== undefined && { teamId }),
        transcript: context.output.isJson,
      });
      if (provider !== undefined) {
        const handOver = { openai: toOpenAI, anthropic: toAnthropic, gemini: toGemini }[provider];
        const { request, dropped } = handOver(result);
        if (context.output.isJson) context.output.json({ request, dropped });
        else {
          if (dropped.length > 0) context.output.note(`px0: ${provider} has no ${dropped.join(', ')}`);
          context.output.json(request);
        }
        return;
      }
      const { messages, text } = result;
      // The answer itself: in the SDK's result, numbers of the configuration are floats.
      const wire = context.output.isJson && answer !== undefined ? parseJson(await answer.text()) : undefined;
      context.output.text(wire, messages === null ? text : conversationText(messages));
    });
}

function addVariable(text: string, variables: Variables): Variables {
  const [, name = '', mark, value = ''] = /^([^=:]+)(:?=)(.*)$/s.exec(text) ?? [];
  if (name === '') throw new InvalidArgumentError('It must be name=text or name:=JSON.');
  return { ...variables, [name]: mark === '=' ? value : jsonOf(name, value) };
}

function jsonOf(name: string, text: string): unknown {
  const place = `the variable ${printable(name)}`;
  try {
    return parseWellFormed(text, place);
  } catch (error) {
    throw error instanceof CliError ? error : new CliError('usage', `${place} has no valid JSON after ":="`);
  }
}

/** JSON without lone surrogates, which px0 would not receive unchanged. @throws CliError for one; and whatever `JSON.parse` throws */
function parseWellFormed(text: string, place: string): unknown {
  return JSON.parse(text, (key, value: unknown) => {
    if (key.isWellFormed() && (typeof value !== 'string' || value.isWellFormed())) return value;
    throw new CliError('usage', `${place} ${HALF_A_PAIR}`);
  });
}

/** The variables from the given file, or from standard input if it is a pipe or file and no option sets variables. */
async function variablesFrom(
  context: Context,
  { varsFile, var: given }: RenderCommandOptions,
): Promise<Variables> {
  if (varsFile === '-') return parse(await context.input(), 'standard input');
  if (varsFile !== undefined) return parse(await readTextFile(varsFile), printable(varsFile));
  const isMeant = Object.keys(given).length === 0 && isPiped(context.stdin);
  return isMeant ? parse(await context.input(), 'standard input') : {};
}

/** Whether it is a pipe or a file. Anything else, such as a supervisor's socket, may never end. */
function isPiped(stdin: Context['stdin']): boolean {
  if (!('fd' in stdin && typeof stdin.fd === 'number')) return true;
  try {
    const input = fstatSync(stdin.fd);
    return input.isFIFO() || input.isFile();
  } catch {
    return false;
  }
}

/** The SDK decides which JSON values px0 accepts (e.g. not `1e400`). @throws CliError for anything but a JSON object */
function parse(text: string, place: string): Variables {
  if (text.trim() === '') return {};
  try {
    const value = parseWellFormed(text, place);
    if (typeof value === 'object' && value !== null && !Array.isArray(value)) return { ...value };
  } catch (error) {
    if (error instanceof CliError) throw error;
    // Reported below, with the source.
  }
  throw new CliError('usage', `${place} is not a JSON object`);
}
