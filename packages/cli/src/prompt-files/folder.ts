/**
 * The folder that `pull` and `push` work on: one file `<slug>.prompt.md` per prompt. Other files are ignored, and so are names that begin with a dot or a
 * tilde, which editors and systems use for their own files. An invalid file does not stop the others.
 * See docs/decisions/074-imports-and-prompt-files.md.
 */
import { mkdir, readdir, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { CliError } from '../exit-codes.ts';
import { replaceFile } from '../replace-file.ts';
import { asCliError, decodeText, printable, readRegularFileBytes } from '../text-input.ts';
import { isTooLarge } from './document.ts';
import { type PromptFile, parsePromptFile, withoutConversion } from './prompt-file.ts';

const ENDING = '.prompt.md';

/** Why a file is left out: a sentence with its name. */
export interface Problem {
  readonly slug: string;
  readonly error: CliError;
}

/** The content of the files by slug, in the order of the slugs, and the files that are left out. */
interface Content<T> {
  readonly files: Map<string, T>;
  readonly problems: Problem[];
}

export class Folder {
  readonly path: string;
  /** The paths of the files that were found, by slug. */
  readonly #paths = new Map<string, string>();

  constructor(path: string) {
    this.path = path;
  }

  /** The file of a prompt, for messages. */
  fileOf(slug: string): string {
    return printable(this.#pathOf(slug));
  }

  /**
   * The texts as a pull writes them, with any conversion of their line breaks undone; undefined for a file that is not text. Empty without a folder.
   *
   * @throws CliError if the folder cannot be read
   */
  async texts(): Promise<Content<string | undefined>> {
    return await this.#read((bytes, file) => {
      try {
        return withoutConversion(decodeText(bytes, file));
      } catch {
        return undefined;
      }
    });
  }

  /** Empty if the folder does not exist. @throws CliError if it cannot be read */
  async prompts(): Promise<Content<PromptFile>> {
    const { files, problems } = await this.#read((bytes, file, slug) => {
      const text = decodeText(bytes, file);
      try {
        return parsePromptFile(slug, text);
      } catch (error) {
        if (!(error instanceof CliError)) throw error;
        throw new CliError(error.exit, `${file} ${error.message}`, { cause: error });
      }
    });
    for (const [slug, file] of files) {
      if (!isTooLarge(file)) continue;
      files.delete(slug);
      const message = `${this.fileOf(slug)} is larger than the 4 MiB that px0 accepts in one request`;
      problems.push({ slug, error: new CliError('usage', message) });
    }
    for (const [name, slugs] of slugsByName(files.values())) {
      if (slugs.length === 1) continue;
      const list = slugs.map((slug) => this.fileOf(slug)).join(', ');
      for (const slug of slugs) {
        files.delete(slug);
        const message = `${this.fileOf(slug)} has the same prompt name as another file, ${printable(name)}: ${list}`;
        problems.push({ slug, error: new CliError('usage', message) });
      }
    }
    return { files, problems };
  }

  /** Why the file was not written, or undefined if it was. @throws CliError if no file can be written to the folder */
  async write(slug: string, text: string): Promise<Problem | undefined> {
    try {
      await mkdir(this.path, { recursive: true });
      // The name begins with a dot, so that a temporary file left by a crash is not a prompt.
      replaceFile(this.#pathOf(slug), { text, temporary: join(this.path, `.px0-${process.pid}.tmp`) });
      return undefined;
    } catch (error) {
      if (error instanceof Error && 'syscall' in error && error.syscall === 'rename')
        return this.#problem(slug, asCliError(error, `${this.fileOf(slug)} cannot be written`));
      throw asCliError(error, `${printable(this.path)} cannot be written`);
    }
  }

  /** Why the file was not removed, or undefined if it was. */
  async remove(slug: string): Promise<Problem | undefined> {
    try {
      await unlink(this.#pathOf(slug));
      return undefined;
    } catch (error) {
      return this.#problem(slug, asCliError(error, `${this.fileOf(slug)} cannot be removed`));
    }
  }

  async #read<T>(read: (bytes: Buffer, file: string, slug: string) => T): Promise<Content<T>> {
    const files = new Map<string, T>();
    const problems: Problem[] = [];
    this.#paths.clear();
    // Sequentially, because the number of open files is limited.
    for (const { slug, path } of await this.#entries()) {
      const file = printable(path);
      try {
        if (this.#paths.has(slug))
          throw new CliError('usage', `${file} has the same slug as ${this.fileOf(slug)}`);
        files.set(slug, read(await readRegularFileBytes(path), file, slug));
        this.#paths.set(slug, path);
      } catch (error) {
        problems.push(this.#problem(slug, error));
      }
    }
    return { files, problems };
  }

  async #entries(): Promise<{ readonly slug: string; readonly path: string }[]> {
    const names = await readdir(this.path).catch((error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return [];
      throw asCliError(error, `${printable(this.path)} cannot be read`);
    });
    return names
      .filter((name) => name.endsWith(ENDING) && !/^[.~]/.test(name))
      .map((name) => ({ slug: slugOf(name), path: join(this.path, name) }))
      .toSorted((a, b) => (a.slug < b.slug ? -1 : 1));
  }

  #pathOf(slug: string): string {
    return this.#paths.get(slug) ?? join(this.path, `${slug}${ENDING}`);
  }

  /** @throws any error that does not concern a file */
  #problem(slug: string, error: unknown): Problem {
    if (error instanceof CliError) return { slug, error };
    throw error;
  }
}

/** Some file systems decompose names: `é` comes back as `e` and an accent, which no slug contains. */
function slugOf(name: string): string {
  const slug = name.slice(0, -ENDING.length);
  return /\p{M}/u.test(slug) ? slug.normalize('NFC') : slug;
}

function slugsByName(files: Iterable<PromptFile>): Map<string, string[]> {
  const slugs = new Map<string, string[]>();
  for (const { name, slug } of files) slugs.set(name, [...(slugs.get(name) ?? []), slug]);
  return slugs;
}
