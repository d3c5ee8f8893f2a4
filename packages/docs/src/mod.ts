/** The public face: what tests of the whole platform need of the pages. */
export { guidesFolder, readGuides } from './pages/guides.ts';
export { type CodeBlock, codeBlocksOf } from './pages/markdown.ts';
