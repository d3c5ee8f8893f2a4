/**
 * Runs the Dockerfile's steps without an engine: each stage is a folder that stands for its root, `COPY` takes from the build context or from another
 * stage's folder, and `RUN` is run by the shell as the Dockerfile states it. It finds what an image's steps read and the context lacks; it does not
 * find what they need of the base image. See docs/decisions/190-images-that-are-built.md.
 */
import { execFile } from 'node:child_process';
import {
  cpSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readlinkSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { basename, delimiter, dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { filesOfContext, type IgnoreFile } from './build-context.ts';
import {
  argumentOf,
  commandOf,
  copyOf,
  type Dockerfile,
  dockerfile,
  pairsOf,
  type Stage,
} from './dockerfile.ts';

const run = promisify(execFile);
const root = join(import.meta.dirname, '..', '..');
const STEP_TIMEOUT_MS = 1_200_000;

/** A stage that was built. */
export interface BuiltStage {
  /** Stands for `/`. */
  readonly folder: string;
  /** As the image states it, beginning with `/`. */
  readonly workFolder: string;
  readonly environment: Readonly<Record<string, string>>;
  readonly entry: readonly string[];
  readonly command: readonly string[];
}

export interface Options {
  /** Empty; holds everything that is built. */
  readonly folder: string;
  /** Comes before the system's programs in `PATH`. */
  readonly programs?: string;
  readonly ignore?: IgnoreFile;
}

export class ImageSteps {
  readonly #file: Dockerfile = dockerfile();
  readonly #folder: string;
  readonly #programs: readonly string[];
  /** By stage and, where it matters, service: what several images share is built once, as an engine's cache would. */
  readonly #built = new Map<string, Promise<BuiltStage>>();

  constructor({ folder, programs, ignore }: Options) {
    this.#folder = folder;
    this.#programs = programs === undefined ? [] : [programs];
    for (const file of filesOfContext(root, ignore)) {
      mkdirSync(dirname(join(this.context, file)), { recursive: true });
      cpSync(join(root, file), join(this.context, file), { verbatimSymlinks: true });
    }
  }

  /** The build context, and nothing else. */
  get context(): string {
    return join(this.#folder, 'context');
  }

  /** @throws Error with the output of the step that failed */
  async build(target: string, service: string): Promise<BuiltStage> {
    const stage = this.#stage(target);
    const key = this.#dependsOnService(stage) ? `${target} ${service}` : target;
    const building =
      this.#built.get(key) ?? this.#run(stage, service, join(this.#folder, key.replace(' ', '-')));
    this.#built.set(key, building);
    return await building;
  }

  /** Runs the image as an engine would, with `command` in the place of its own where one is given. */
  async start(image: BuiltStage, command: readonly string[], environment: Readonly<Record<string, string>>) {
    const [program = '', ...args] = [...image.entry, ...(command.length > 0 ? command : image.command)];
    return await run(program, args, {
      cwd: within(image.folder, image.workFolder),
      // Node's cache of compiled code that the tests share: the packages are the same.
      env: { ...this.#environment(image), ...withCompileCache(), ...environment },
      timeout: STEP_TIMEOUT_MS,
    });
  }

  #stage(name: string): Stage {
    const stage = this.#file.stages.find((one) => one.name === name);
    if (stage === undefined) throw new Error(`the Dockerfile has no stage ${name}`);
    return stage;
  }

  #isStage(name: string): boolean {
    return this.#file.stages.some((one) => one.name === name);
  }

  #dependsOnService({ base, instructions }: Stage): boolean {
    const others = instructions.flatMap(({ name, text }) =>
      name === 'COPY' ? (copyOf(text).from ?? []) : [],
    );
    return (
      instructions.some(({ name, text }) => name === 'ARG' && argumentOf(text).name === 'SERVICE') ||
      [base, ...others].some((one) => this.#isStage(one) && this.#dependsOnService(this.#stage(one)))
    );
  }

  async #run({ name, base, instructions }: Stage, service: string, folder: string): Promise<BuiltStage> {
    mkdirSync(folder);
    let state: BuiltStage = { folder, workFolder: '/', environment: {}, entry: [], command: [] };
    if (this.#isStage(base)) {
      const before = await this.build(base, service);
      linkTree(before.folder, folder);
      state = { ...before, folder };
    }
    // An argument lasts until the stage ends; what is set by ENV goes on into the image.
    const given: Record<string, string> = {};
    for (const { name: instruction, text } of instructions) {
      const plain = () => withVariables(text, { ...given, ...state.environment });
      if (instruction === 'ARG') {
        const { name: argument, value = this.#file.arguments[argument] ?? '' } = argumentOf(text);
        given[argument] = argument === 'SERVICE' ? service : value;
      } else if (instruction === 'ENV') {
        state = { ...state, environment: { ...state.environment, ...Object.fromEntries(pairsOf(plain())) } };
      } else if (instruction === 'WORKDIR') {
        state = { ...state, workFolder: plain() };
        mkdirSync(within(folder, state.workFolder), { recursive: true });
      } else if (instruction === 'COPY') await this.#copy(state, plain(), service);
      else if (instruction === 'RUN') await this.#step(name, state, text, given);
      else if (instruction === 'ENTRYPOINT') state = { ...state, entry: wordsOf(text), command: [] };
      else if (instruction === 'CMD') state = { ...state, command: wordsOf(text) };
      else if (!['LABEL', 'USER', 'EXPOSE', 'HEALTHCHECK'].includes(instruction))
        throw new Error(`${instruction} of the stage ${name} is not understood`);
    }
    return state;
  }

  async #copy({ folder, workFolder }: BuiltStage, text: string, service: string): Promise<void> {
    const { from, sources, target } = copyOf(text);
    const origin = from === undefined ? this.context : (await this.build(from, service)).folder;
    const to = within(folder, target.startsWith('/') ? target : join(workFolder, target));
    for (const source of sources) {
      const path = within(origin, source);
      if (!existsSync(path))
        throw new Error(`COPY ${text}: ${source} is not in the ${from ?? 'build context'}`);
      const isFolder = statSync(path).isDirectory();
      linkTree(
        path,
        !isFolder && (target.endsWith('/') || sources.length > 1) ? join(to, basename(path)) : to,
      );
    }
  }

  async #step(
    stage: string,
    state: BuiltStage,
    text: string,
    given: Readonly<Record<string, string>>,
  ): Promise<void> {
    const command = commandOf(text);
    try {
      await run('sh', ['-ec', rooted(command, state.folder)], {
        cwd: within(state.folder, state.workFolder),
        env: { ...this.#environment(state), ...given },
        timeout: STEP_TIMEOUT_MS,
        maxBuffer: 64 * 1024 * 1024,
      });
    } catch (error) {
      const output = error instanceof Error && 'stderr' in error ? `${error.stderr}` : '';
      throw new Error(`stage ${stage}: RUN ${command}\n${output.slice(-4_000)}`, { cause: error });
    }
  }

  #environment({ folder, environment }: BuiltStage): Record<string, string> {
    const path = [...this.#programs, join(root, 'node_modules', 'node', 'bin'), process.env['PATH'] ?? ''];
    const own = Object.entries(environment).map(([name, value]) => [name, rooted(value, folder)]);
    return { PATH: path.join(delimiter), HOME: process.env['HOME'] ?? '/', ...Object.fromEntries(own) };
  }
}

function withCompileCache(): Record<string, string> {
  const folder = process.env['NODE_COMPILE_CACHE'];
  return folder === undefined ? {} : { NODE_COMPILE_CACHE: folder };
}

/** A path of the image in the folder that stands for its root. */
function within(folder: string, path: string): string {
  return join(folder, path);
}

/** Every absolute path of a command or value, put into the folder that stands for the root: nothing outside of it is touched. */
function rooted(text: string, folder: string): string {
  return text.replaceAll(/(^|[\s"'=:(])\/(?=[A-Za-z])/g, `$1${folder}/`);
}

function withVariables(text: string, variables: Readonly<Record<string, string>>): string {
  return text.replaceAll(/\$\{(\w+)\}/g, (whole, name: string) => variables[name] ?? whole);
}

/** The words of a command in its JSON form. */
function wordsOf(text: string): string[] {
  const words: unknown = JSON.parse(text);
  if (!Array.isArray(words)) throw new Error(`${text} is not a list of words`);
  return words.map(String);
}

/** Copies a file or a folder's content by hard links: an installed node_modules is large, and steps replace files instead of changing them. */
function linkTree(from: string, to: string): void {
  if (!statSync(from).isDirectory()) {
    mkdirSync(dirname(to), { recursive: true });
    rmSync(to, { force: true });
    linkSync(from, to);
    return;
  }
  mkdirSync(to, { recursive: true });
  for (const entry of readdirSync(from, { withFileTypes: true })) {
    const [source, target] = [join(from, entry.name), join(to, entry.name)];
    if (entry.isSymbolicLink()) {
      rmSync(target, { recursive: true, force: true });
      symlinkSync(readlinkSync(source), target);
    } else linkTree(source, target);
  }
}
