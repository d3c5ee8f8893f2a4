/** The scripts that a browser must fetch before it can show the list of prompts. */
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { consoleFolder } from '@px0/local-platform';
import { expect, it } from 'vitest';

/** The part of Vite's manifest that this test reads. */
interface Manifest {
  readonly [name: string]: { readonly file: string; readonly imports?: readonly string[] };
}

/** The part of the table in `index.html` that this test reads. Numbers are indexes into `files`. */
interface PageTable {
  readonly files: readonly string[];
  readonly frame: readonly number[];
  readonly inside: Readonly<Record<string, readonly number[]>>;
}

/** The script files that a chunk needs to load: its own and those that it imports, directly or indirectly. */
function scriptsOf(manifest: Manifest, name: string, found = new Set<string>()): Set<string> {
  const entry = manifest[name];
  if (entry === undefined) throw new Error(`${name} is not in the manifest`);
  if (found.has(entry.file)) return found;
  found.add(entry.file);
  for (const imported of entry.imports ?? []) scriptsOf(manifest, imported, found);
  return found;
}

function sourcesOf(folder: string, files: ReadonlySet<string>): Promise<string[]> {
  return Promise.all([...files].map((file) => readFile(join(folder, file), 'utf8')));
}

it('the list of prompts needs less than 250 KiB of compressed script, and nothing of the editor', async () => {
  const folder = await consoleFolder();
  const text = await readFile(join(folder, '.vite', 'manifest.json'), 'utf8');
  const manifest: Manifest = JSON.parse(text);
  const first = scriptsOf(manifest, 'index.html');
  const files = new Set(first);
  for (const page of ['src/app/shell.tsx', 'src/prompts/prompt-list-page.tsx'])
    scriptsOf(manifest, page, files);
  const sizes = await Promise.all(
    [...files].map(async (file) => (await readFile(join(folder, `${file}.gz`))).length),
  );
  const total = sizes.reduce((sum, size) => sum + size, 0);
  expect(total).toBeLessThan(250 * 1024);

  const editor = manifest['src/editor/editor-page.tsx'];
  expect(editor?.file).toBeDefined();
  expect(files.has(editor?.file ?? '')).toBe(false);
  const sources = await sourcesOf(folder, files);
  expect(sources.some((source) => source.includes('cm-editor'))).toBe(false);

  // What judges variables waits for the editor, and is no reason for the page of a prompt to load the template engine.
  const prompt = await sourcesOf(folder, scriptsOf(manifest, 'src/prompts/prompt-page.tsx', new Set(files)));
  expect(prompt.some((source) => source.includes('did you mean'))).toBe(true);
  expect(prompt.some((source) => source.includes('unclosed action'))).toBe(false);
  const edited = await sourcesOf(folder, scriptsOf(manifest, 'src/editor/editor-page.tsx', new Set(files)));
  expect(edited.some((source) => source.includes('unclosed action'))).toBe(true);
  expect(edited.some((source) => source.includes('have at least # characters'))).toBe(false);

  // Menus, dialogs and tooltips are loaded once somebody is there to open them.
  const marks = (source: string): boolean => source.includes('data-radix-popper-content-wrapper');
  expect(sources.some(marks)).toBe(false);
  const popups = await sourcesOf(folder, scriptsOf(manifest, 'src/ui/popup/mod.ts'));
  expect(popups.some(marks)).toBe(true);
  // The editor shows the text before it has CodeMirror.
  expect(edited.some((source) => source.includes('cm-announced'))).toBe(false);
  const code = await sourcesOf(folder, scriptsOf(manifest, 'src/editor/code-view.ts'));
  expect(code.some((source) => source.includes('cm-announced'))).toBe(true);

  // The pages before the login have neither menus nor tooltips.
  const login = scriptsOf(manifest, 'src/account/login-page.tsx', new Set(first));
  const read = await sourcesOf(folder, login);
  expect(read.some(marks)).toBe(false);

  // `start.js` preloads exactly the scripts that the HTML itself does not list.
  const page = await readFile(join(folder, 'index.html'), 'utf8');
  const table = /<meta name="px0-pages" content="([^"]+)"/.exec(page)?.[1]?.replaceAll('&quot;', '"') ?? '';
  const { files: named, frame, inside }: PageTable = JSON.parse(table);
  const asked = [...frame, ...(inside['/prompts'] ?? [])].map((place) => named[place]);
  expect(new Set(asked)).toEqual(files.difference(first));
}, 300_000);
