import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { compile, TemplateExecutionError, TemplateSyntaxError } from '@px0/template';
import { describe, expect, it } from 'vitest';
import { guidesFolder } from '../src/pages/guides.ts';
import { type CodeBlock, codeBlocksOf } from '../src/pages/markdown.ts';

const page = readFileSync(join(guidesFolder, 'template-syntax.md'), 'utf8');

interface Example {
  readonly line: number;
  readonly template: string;
  readonly variables: Record<string, unknown>;
  readonly shown: CodeBlock;
}

/** A `template` block, perhaps its variables as `json`, then what comes out: `output` or `error`. */
function examplesOf(blocks: readonly CodeBlock[]): Example[] {
  return blocks.flatMap((block, index) => {
    if (block.language !== 'template') return [];
    const rest = blocks.slice(index + 1, index + 3);
    const json = rest[0]?.language === 'json' ? rest[0] : undefined;
    const shown = json === undefined ? rest[0] : rest[1];
    if (shown === undefined) throw new Error(`the template in line ${block.line} shows no result`);
    const variables = json === undefined ? {} : JSON.parse(json.text);
    return [{ line: block.line, template: block.text, variables, shown }];
  });
}

/** What the API would answer with: the text, or the error with the words that the registry and the render service put before it. */
function outcomeOf({ template, variables }: Example): { language: string; text: string } {
  try {
    return { language: 'output', text: compile(template).render(variables).trimEnd() };
  } catch (error) {
    if (error instanceof TemplateSyntaxError) {
      const message = error.message.replace('template: prompt:', 'template: :');
      return { language: 'error', text: `invalid template: ${message}` };
    }
    if (!(error instanceof TemplateExecutionError)) throw error;
    return { language: 'error', text: `template execution failed: ${error.message}` };
  }
}

const examples = examplesOf(codeBlocksOf(page));

describe('the page on template syntax', () => {
  it('has examples', () => {
    expect(examples.length).toBeGreaterThan(20);
  });

  it.each(examples)('shows what its example in line $line gives', (example) => {
    const { language, text } = example.shown;
    expect(outcomeOf(example)).toEqual({ language, text: text.trimEnd() });
  });
});
