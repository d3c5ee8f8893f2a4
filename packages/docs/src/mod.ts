/** The public face: what tests of the whole platform need from the pages. */
export { readGuides } from './pages/guides.ts';
export { type CodeBlock, codeBlocksOf } from './pages/markdown.ts';
