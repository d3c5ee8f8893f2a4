/**
 * The folder that `pull` and `push` work on: one file `<slug>.prompt.md` per prompt, in the folder of the prompt. Other files are ignored, and so are names
 * that begin with a dot or a tilde, which editors and systems use for their own files, and links to folders. An invalid file does not stop the others.
 * See docs/decisions/074-imports-and-prompt-files.md.
 */
import type { Dirent } from 'node:fs';
import { lstat, mkdir, readdir, rmdir, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import { CliError } from '../exit-codes.ts';
import { replaceFile } from '../replace-file.ts';
import { asCliError, decodeText, printable, readRegularFileBytes } from '../text-input.ts';
import { isTooLarge } from './document.ts';
import { ENDING, type PromptFile, parsePromptFile, withoutConversion } from './prompt-file.ts';

/** A prompt's folder has at most eight. One level more is read, so that a file there is reported. */
const MOST_LEVELS = 9;

/** Why a file is left out: a sentence with its name. */
export interface Problem {
  readonly slug: string;
  readonly error: CliError;
}

/** Where a file is. */
interface Place {
  readonly path: string;
  /** Below the root, as a prompt's folder; empty at the root. */
  readonly folder: string;
}

/** The content of the files by slug, in the order of the slugs, and the files that are left out. */
interface Content<T> {
  readonly files: Map<string, T>;
  readonly problems: Problem[];
}

export class Folder {
  readonly path: string;
  /** The files that were found, by slug. */
  readonly #places = new Map<string, Place>();

  constructor(path: string) {
    this.path = path;
  }

  /** The file of a prompt, for messages: where it was found, or where it would be in the folder. */
  fileOf(slug: string, folder = ''): string {
    return printable(this.#pathOf(slug, this.#places.get(slug)?.folder ?? folder));
  }

  /** Where a file in that folder would be, for messages. */
  fileIn(slug: string, folder: string): string {
    return printable(this.#pathOf(slug, folder));
  }

  /** The folder in which the file was found. */
  folderOf(slug: string): string | undefined {
    return this.#places.get(slug)?.folder;
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
    const { files, problems } = await this.#read((bytes, file, slug, folder) => {
      const text = decodeText(bytes, file);
      try {
        return { ...parsePromptFile(slug, text), ...(folder !== '' && { folder }) };
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

  /**
   * Writes a prompt's file into its folder, and removes it from where it was found. Why that failed, or undefined if it did not.
   *
   * @throws CliError if no file can be written to the root
   */
  async write(slug: string, text: string, folder = ''): Promise<Problem | undefined> {
    const path = this.#pathOf(slug, folder);
    const old = this.#places.get(slug);
    try {
      await mkdir(this.path, { recursive: true });
      const problem = await this.#makeFolder(folder).catch((error: unknown) =>
        this.#problem(slug, asCliError(error, `${printable(path)} cannot be written`)),
      );
      if (problem !== undefined) return { ...problem, slug };
      // The name begins with a dot, so that a temporary file left by a crash is not a prompt.
      replaceFile(path, { content: text, temporary: join(this.path, `.px0-${process.pid}.tmp`) });
      if (old === undefined || old.path === path || (await isSameFile(old.path, path))) return undefined;
    } catch (error) {
      if (error instanceof Error && 'syscall' in error && error.syscall === 'rename')
        return this.#problem(slug, asCliError(error, `${printable(path)} cannot be written`));
      throw asCliError(error, `${printable(this.path)} cannot be written`);
    }
    return await this.remove(slug);
  }

  /** Why the file was not removed, or undefined if it was. Folders that are empty afterwards go with it. */
  async remove(slug: string): Promise<Problem | undefined> {
    const { path, folder } = this.#places.get(slug) ?? { path: this.#pathOf(slug, ''), folder: '' };
    try {
      await unlink(path);
    } catch (error) {
      return this.#problem(slug, asCliError(error, `${this.fileOf(slug)} cannot be removed`));
    }
    for (let names = folder.split('/'); folder !== '' && names.length > 0; names = names.slice(0, -1)) {
      const isGone = await rmdir(join(this.path, ...names)).then(
        () => true,
        () => false,
      );
      if (!isGone) break;
    }
    return undefined;
  }

  /** Why the folder cannot be there: a link in its place would lead elsewhere. */
  async #makeFolder(folder: string): Promise<Problem | undefined> {
    let path = this.path;
    for (const name of folder === '' ? [] : folder.split('/')) {
      path = join(path, name);
      const found = await lstat(path).catch(() => undefined);
      if (found === undefined) await mkdir(path);
      else if (!found.isDirectory())
        return { slug: '', error: new CliError('usage', `${printable(path)} is not a folder`) };
    }
    return undefined;
  }

  async #read<T>(
    read: (bytes: Buffer, file: string, slug: string, folder: string) => T,
  ): Promise<Content<T>> {
    const files = new Map<string, T>();
    const problems: Problem[] = [];
    this.#places.clear();
    // Sequentially, because the number of open files is limited.
    for (const [slug, places] of await this.#entries()) {
      for (const { path, folder } of places) {
        const file = printable(path);
        try {
          if (places.length > 1) {
            const all = places.map((place) => printable(place.path)).join(', ');
            throw new CliError('usage', `${file} has the same slug as another file: ${all}`);
          }
          this.#places.set(slug, { path, folder });
          files.set(slug, read(await readRegularFileBytes(path), file, slug, folder));
        } catch (error) {
          this.#places.delete(slug);
          problems.push(this.#problem(slug, error));
        }
      }
    }
    return { files, problems };
  }

  /** By slug, in the order of the slugs. */
  async #entries(): Promise<[string, Place[]][]> {
    const bySlug = new Map<string, Place[]>();
    const waiting = [{ path: this.path, folder: '', level: 0 }];
    for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
      const { path: parent, folder, level } = next;
      for (const entry of await entriesIn(parent, level > 0)) {
        const path = join(parent, entry.name);
        const name = composed(entry.name);
        if (name.endsWith(ENDING)) {
          const slug = name.slice(0, -ENDING.length);
          bySlug.set(slug, [...(bySlug.get(slug) ?? []), { path, folder }]);
        } else if (entry.isDirectory() && level < MOST_LEVELS) {
          waiting.push({ path, folder: folder === '' ? name : `${folder}/${name}`, level: level + 1 });
        }
      }
    }
    return [...bySlug].toSorted(([a], [b]) => (a < b ? -1 : 1));
  }

  #pathOf(slug: string, folder: string): string {
    const found = this.#places.get(slug);
    return found?.folder === folder ? found.path : join(this.path, ...folder.split('/'), `${slug}${ENDING}`);
  }

  /** @throws any error that does not concern a file */
  #problem(slug: string, error: unknown): Problem {
    if (error instanceof CliError) return { slug, error };
    throw error;
  }
}

/** @throws CliError for a folder without any */
export function requireFiles(folder: Folder, count: number): void {
  if (count === 0) throw new CliError('usage', `there are no *.prompt.md files in ${printable(folder.path)}`);
}

/** What a folder has, without what editors and systems keep for themselves. @throws CliError if it cannot be read */
async function entriesIn(path: string, mustExist: boolean): Promise<Dirent[]> {
  const entries = await readdir(path, { withFileTypes: true }).catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT' && !mustExist) return [];
    throw asCliError(error, `${printable(path)} cannot be read`);
  });
  return entries.filter(({ name }) => !/^[.~]/.test(name));
}

/** Where a file system ignores case, two folders may be one. */
async function isSameFile(a: string, b: string): Promise<boolean> {
  const [one, other] = await Promise.all([lstat(a), lstat(b)]);
  return one.ino === other.ino && one.dev === other.dev;
}

/** Some file systems decompose names: `é` comes back as `e` and an accent, which no slug contains. */
function composed(name: string): string {
  return /\p{M}/u.test(name) ? name.normalize('NFC') : name;
}

function slugsByName(files: Iterable<PromptFile>): Map<string, string[]> {
  const slugs = new Map<string, string[]>();
  for (const { name, slug } of files) slugs.set(name, [...(slugs.get(name) ?? []), slug]);
  return slugs;
}
