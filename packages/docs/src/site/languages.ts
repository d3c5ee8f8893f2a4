/** Highlighting of what only px0's pages have: templates, and the blocks that show what came out. Grammars of TextMate's kind. */
import type { MarkdownOptions } from 'vitepress';

type Languages = NonNullable<MarkdownOptions['languages']>;
type LanguageRegistration = Exclude<Languages[number], string>;

const plain = (name: string): LanguageRegistration => ({
  name,
  scopeName: `text.px0.${name}`,
  patterns: [],
  repository: {},
});

const template: LanguageRegistration = {
  name: 'template',
  scopeName: 'source.px0.template',
  repository: {},
  patterns: [
    { name: 'comment.block', begin: '\\{\\{-?\\s*/\\*', end: '\\*/\\s*-?\\}\\}' },
    {
      begin: '\\{\\{-?',
      end: '-?\\}\\}',
      beginCaptures: { 0: { name: 'punctuation.section.embedded' } },
      endCaptures: { 0: { name: 'punctuation.section.embedded' } },
      patterns: [
        { name: 'string.quoted.double', match: '"(?:[^"\\\\]|\\\\.)*"' },
        {
          name: 'keyword.control',
          match: '\\b(?:if|else|end|range|with|define|template|block|break|continue)\\b',
        },
        { name: 'support.variable', match: '\\$[\\w.]*|\\.[\\w.]*' },
        { name: 'constant.numeric', match: '\\b\\d[\\d.]*\\b' },
        { name: 'entity.name.function', match: '\\b[A-Za-z]\\w*\\b' },
      ],
    },
  ],
};

export const languages: Languages = [template, plain('output'), plain('error')];
