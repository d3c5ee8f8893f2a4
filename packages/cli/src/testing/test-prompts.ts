/** `test`: judges the outputs of prompts by the assertions of their payloads. Loaded only for this command. */
import type { Prompt } from '@px0/sdk/api';
import type { Api, Context } from '../context.ts';
import { CliError } from '../exit-codes.ts';
import { count } from '../prompt-files/carry-out.ts';
import { Folder, requireFiles } from '../prompt-files/folder.ts';
import { type FolderPreview, isBreak, previewFolder } from '../prompt-files/preview.ts';
import { formatPromptFile } from '../prompt-files/prompt-file.ts';
import { replaceFile } from '../replace-file.ts';
import { asCliError, printable } from '../text-input.ts';
import { parseVersionRef, versionOf } from '../version-ref.ts';
import { answered } from '../wire.ts';
import { junitOf } from './junit.ts';
import { brokenSuite, type Case, isFailed, type Suite, suiteOf } from './results.ts';
import { resultsOf, shown, sumOf } from './show.ts';

export interface TestOptions {
  readonly version?: string;
  readonly base?: string;
  readonly junit?: string;
  readonly updateSnapshots?: boolean;
}

/** @throws CliError with the exit code of a refusal when a test fails */
export async function testFolder(context: Context, path: string, options: TestOptions): Promise<void> {
  let preview = await previewFolder(context, path);
  if (options.updateSnapshots === true) {
    const updated = await updateFiles(context, preview);
    if (updated > 0) preview = await previewFolder(context, path);
  }
  report(context, suitesOf(preview), options);
}

/** The tests of a folder: a file that px0 would refuse fails as a whole. Contract breaks are no tests: the output may be right. */
export function suitesOf({ checks, invalid }: FolderPreview): Suite[] {
  const suites = new Map(checks.map(({ slug, check }) => [slug, suiteOf(slug, check.payloads)]));
  for (const { slug, error } of invalid.filter((one) => !isBreak(one))) {
    const suite = suites.get(slug) ?? brokenSuite(slug);
    suites.set(slug, { ...suite, errors: [...suite.errors, error] });
  }
  return [...suites.values()].toSorted(bySlug);
}

/** The same without px0. @throws as `testFolder` */
export async function testOffline(context: Context, path: string, options: TestOptions): Promise<void> {
  const { offlineSuite } = await import('./offline.ts');
  const folder = new Folder(path);
  const { files, problems } = await folder.prompts();
  requireFiles(folder, files.size + problems.length);
  const broken = problems.map(({ slug, error }) => ({ ...brokenSuite(slug), errors: [error.message] }));
  const tested = [...files.values()].map((file) => offlineSuite(file, folder.fileOf(file.slug, file.folder)));
  report(context, [...tested, ...broken].toSorted(bySlug), options);
}

function bySlug(one: Suite, other: Suite): number {
  return one.slug < other.slug ? -1 : 1;
}

export async function testPrompts(
  context: Context,
  slugs: readonly string[],
  options: TestOptions,
): Promise<void> {
  const wanted = parseVersionRef(options.version ?? 'live');
  const base = options.base === undefined ? undefined : parseVersionRef(options.base);
  const api = await context.api();
  const suites: Suite[] = [];
  for (const slug of slugs) {
    const prompt = await context.prompt(slug);
    const { version } = await versionOf(api, prompt, wanted);
    const compared = base === undefined ? undefined : (await versionOf(api, prompt, base)).version;
    const request = { id: prompt.id, version: String(version) };
    const check = async () =>
      (await answered(api.versions.checkVersionRaw({ ...request, ...basedOn(compared) }))).value.check;
    let suite = suiteOf(prompt.slug, (await check()).payloads);
    if (options.updateSnapshots === true && (await acceptAll(context, api, prompt, version, suite)) > 0)
      suite = suiteOf(prompt.slug, (await check()).payloads);
    suites.push(suite);
  }
  report(context, suites, options);
}

/** Without a base there is no word of it, as a px0 of the release before wants it. */
function basedOn(version: number | undefined): { readonly base?: string } {
  return version === undefined ? {} : { base: String(version) };
}

function report({ output }: Context, suites: readonly Suite[], { junit }: TestOptions): void {
  if (junit !== undefined) writeReport(junit, junitOf(suites));
  output.result(resultsOf(suites), () => shown(suites, output));
  if (suites.some(isFailed)) throw new CliError('refused', `tests failed: ${sumOf(suites)}`);
}

/** @throws CliError */
export function writeReport(path: string, content: string): void {
  try {
    replaceFile(path, { content, temporary: `${path}.${process.pid}.tmp` });
  } catch (error) {
    throw asCliError(error, `${printable(path)} cannot be written`);
  }
}

/** Accepts what the version renders to, where that differs. The number of snapshots. */
async function acceptAll(
  { output }: Context,
  { payloads }: Api,
  { id, slug }: Prompt,
  version: number,
  suite: Suite,
): Promise<number> {
  let accepted = 0;
  for (const { name, payload } of suite.cases.filter(hasOtherSnapshot)) {
    if (payload.payloadId === null) continue;
    await payloads.acceptSnapshot(id, payload.payloadId, { version });
    output.note(printable(`px0: accepted the output of ${slug} with ${name}`));
    accepted += 1;
  }
  return accepted;
}

function hasOtherSnapshot({ payload }: Case): boolean {
  const { version, assertions = [] } = payload;
  return version.outcome === 'rendered' && assertions.some(({ type, ok }) => type === 'snapshot' && !ok);
}

/** Writes what the files render to into them. Payloads are found by their names. The number of files. */
async function updateFiles({ output }: Context, preview: FolderPreview): Promise<number> {
  let updated = 0;
  for (const { slug, check } of preview.checks) {
    const file = preview.files.get(slug);
    const outputs = new Map(
      suiteOf(slug, check.payloads)
        .cases.filter(hasOtherSnapshot)
        .flatMap(({ payload }) =>
          payload.name === null || payload.version.rendered === null
            ? []
            : [[payload.name, payload.version.rendered] as const],
        ),
    );
    if (file === undefined || outputs.size === 0) continue;
    const payloads = file.payloads.map((payload) => {
      const snapshot = payload.name === null ? undefined : outputs.get(payload.name);
      return snapshot === undefined ? payload : { ...payload, snapshot };
    });
    const problem = await preview.folder.write(slug, formatPromptFile({ ...file, payloads }), file.folder);
    if (problem !== undefined) throw problem.error;
    output.note(`px0: updated ${count(outputs.size, 'snapshot')} in ${preview.folder.fileOf(slug)}`);
    updated += 1;
  }
  return updated;
}
