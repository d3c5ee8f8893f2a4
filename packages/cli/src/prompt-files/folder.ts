/** The folder that `pull` and `push` work on: one file `<slug>.prompt.md` for each prompt, and whatever else, which is left alone. */
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { CliError } from '../exit-codes.ts';
import { type PromptFile, parsePromptFile } from './prompt-file.ts';

const ENDING = '.prompt.md';

export class Folder {
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  fileOf(slug: string): string {
    return join(this.path, `${slug}${ENDING}`);
  }

  /** The texts by slug, in the order of the slugs; empty when there is no such folder. */
  async texts(): Promise<Map<string, string>> {
    const names = await readdir(this.path).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return [];
      throw new CliError('usage', `${this.path} cannot be read: ${error.message}`, { cause: error });
    });
    const slugs = names
      .filter((name) => name.endsWith(ENDING))
      .map((name) => name.slice(0, -ENDING.length))
      .toSorted();
    const texts = await Promise.all(slugs.map((slug) => readFile(this.fileOf(slug), 'utf8')));
    return new Map(slugs.map((slug, index) => [slug, texts[index] ?? '']));
  }

  /** @throws CliError for the first file that is no prompt */
  async prompts(): Promise<PromptFile[]> {
    return [...(await this.texts())].map(([slug, text]) => {
      try {
        return parsePromptFile(slug, text);
      } catch (error) {
        if (!(error instanceof CliError)) throw error;
        throw new CliError(error.exit, `${this.fileOf(slug)} ${error.message}`, { cause: error });
      }
    });
  }

  async write(slug: string, text: string): Promise<void> {
    await mkdir(this.path, { recursive: true });
    const temporary = `${this.fileOf(slug)}.${process.pid}.tmp`;
    await writeFile(temporary, text);
    await rename(temporary, this.fileOf(slug));
  }

  async remove(slug: string): Promise<void> {
    await rm(this.fileOf(slug));
  }
}
