/**
 * What is generated for each language: by which generator, with which options, into which folder. A target's folder belongs
 * to the generator alone: the next run removes everything else in it.
 * See docs/decisions/095-generated-api-clients.md.
 */
import { join } from 'node:path';
import { additionsLast } from './additions-last.ts';
import type { ClientDescriptionOptions } from './client-description.ts';
import { erasableRuntime } from './erasable-runtime.ts';
import { judgedGo, judgedGoClient, judgedGoUtilities } from './guarded-go.ts';
import { finishedPython } from './guarded-python.ts';
import { guardedCalls, guardedRuntime } from './guarded-typescript.ts';
import { guardedTypeScript } from './path-segments.ts';
import { replacedOnce } from './replaced.ts';

export const root = join(import.meta.dirname, '..', '..', '..');

/** Of every SDK; the metadata of each package says it once more, and a test compares. */
export const SDK_VERSION = '0.1.0';

export interface Target {
  readonly language: string;
  readonly generator: string;
  readonly description: ClientDescriptionOptions;
  readonly options: Readonly<Record<string, string | boolean>>;
  /** The generator's own name for its user agent; some have it built in. */
  readonly userAgent: string;
  /** The folder below the generator's output that is taken; the rest is metadata that each SDK writes by hand. */
  readonly taken: string;
  /** The endings of the files that are taken. */
  readonly ending: string;
  /** Where they are committed, relative to the repository. */
  readonly folder: string;
  /** The last hand on each file, by its name. */
  readonly finish: (name: string, text: string) => string;
  /** A formatter that gets the folder as its last argument. */
  readonly format?: readonly [program: string, ...args: string[]];
}

const templateOfVersion = { CreateVersionRequest: ['template'], UpdateVersionRequest: ['template'] };

export const targets: readonly Target[] = [
  {
    language: 'typescript',
    generator: 'typescript-fetch',
    description: { openEnums: false },
    options: {
      supportsES6: true,
      useSingleRequestParameter: false,
      importFileExtension: '.ts',
      fileNaming: 'kebab-case',
    },
    userAgent: `px0-typescript/${SDK_VERSION}`,
    taken: '.',
    ending: '.ts',
    folder: 'packages/sdk-typescript/src/generated',
    finish: (name, text) => unchecked(finishedTypeScript(name, text)),
  },
  {
    language: 'python',
    generator: 'python',
    description: { openEnums: true },
    options: { packageName: 'px0.generated', packageVersion: SDK_VERSION, lazyImports: true },
    userAgent: `px0-python/${SDK_VERSION}`,
    taken: 'px0/generated',
    ending: '.py',
    folder: 'packages/sdk-python/px0/generated',
    finish: finishedPython,
  },
  {
    language: 'go',
    generator: 'go',
    // A constructor of the generator takes what is required, and a field that is not is of another type.
    description: { openEnums: false, stillRequired: templateOfVersion },
    // Its UnmarshalJSON refuses keys that it does not know; encoding/json ignores them, as clients of px0 are to.
    options: { packageName: 'api', withGoMod: false, generateUnmarshalJSON: false },
    userAgent: `px0-go/${SDK_VERSION}`,
    taken: '.',
    ending: '.go',
    folder: 'packages/sdk-go/api',
    finish: (name, text) => unescaped(finishedGo(name, text)),
    format: ['gofmt', '-w'],
  },
];

/** Names for the objects inside of others, which the generator would number and call Inner. */
export const inlineSchemaNames: Readonly<Record<string, string>> = {
  APIKeyLimits_refs: 'APIKeyRefs',
  DiffHunk_lines_inner: 'DiffLine',
  TemplateValidation_error: 'TemplateProblem',
  ContractViolation_missing_inner: 'ViolatedName',
  ContractViolation_invalid_inner: 'ViolatedValue',
  VersionCheck_contract: 'ContractChange',
  VersionCheck_payloads_inner: 'PayloadCheck',
  VersionCheck_payloads_inner_version: 'PayloadOutcome',
  VersionCheck_payloads_inner_live: 'LivePayloadOutcome',
  VersionCheck_payloads_inner_assertions_inner: 'AssertionResult',
  ImportResult_changes_inner: 'ImportChange',
  ImportPreview_checks_inner: 'PreviewedText',
  ImportPreview_checks_inner_check: 'PreviewedCheck',
  ImportPreview_checks_inner_check_payloads_inner: 'PreviewedPayload',
  ImportPreview_requirements_inner: 'PreviewedRequirement',
  ImportPreview_invalid_inner: 'InvalidPrompt',
  RenderBatchRequest_renders_inner: 'RenderBatchItem',
  RenderBatchResponse_results_inner: 'RenderBatchResult',
  UsageReportRequest_reports_inner: 'UsageReport',
  UsageReportRequest_reports_inner_service: 'UsageReportService',
  UsageReportRequest_reports_inner_rows_inner: 'UsageReportRow',
  listVersionTags_200_response_tags_inner: 'VersionTag',
};

function finishedTypeScript(name: string, text: string): string {
  if (name === 'runtime.ts') return guardedRuntime(erasableRuntime(text));
  return /^apis\/.*-api\.ts$/.test(name)
    ? guardedCalls(name, additionsLast(guardedTypeScript(name, text)))
    : text;
}

function finishedGo(name: string, text: string): string {
  if (name === 'configuration.go') return withoutForeignKeys(text);
  if (name === 'client.go') return judgedGoClient(name, text);
  if (name === 'utils.go') return judgedGoUtilities(name, text);
  if (/^model_(create|update)_version_request\.go$/.test(name)) return withOptionalTemplate(name, text);
  return name.startsWith('api_') ? judgedGo(name, text) : text;
}

/** An empty template is none: a chat has messages in its place. */
function withOptionalTemplate(name: string, text: string): string {
  const sent = '\ttoSerialize["template"] = o.Template\n';
  const tag = '`json:"template"`';
  return replacedOnce(
    name,
    replacedOnce(name, text, sent, `\tif o.Template != "" {\n\t${sent}\t}\n`),
    tag,
    '`json:"template,omitempty"`',
  );
}

/** The generator's code is not written for this repository's compiler flags. Its declared types reach the caller unchanged. */
function unchecked(text: string): string {
  return `// @ts-nocheck\n${text}`;
}

/** The Go generator escapes comments as if they were HTML. */
function unescaped(text: string): string {
  return text
    .replaceAll('&#x60;', '`')
    .replaceAll('&quot;', '"')
    .replaceAll('&#39;', "'")
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');
}

/** A type for a kind of key that px0 does not have; it has the name of px0's own `APIKey`. */
function withoutForeignKeys(text: string): string {
  const kept = text.replace(/\/\/ APIKey provides .*\ntype APIKey struct \{[^}]*\}\n/, '');
  if (kept === text) throw new Error('the generated configuration.go no longer has a type APIKey');
  return kept;
}
