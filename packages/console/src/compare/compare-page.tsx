/** Compares two versions of a prompt: their texts, their configurations, their input schemas, or their output with a payload. */

import { useSuspenseQuery } from '@tanstack/react-query';
import { getRouteApi, useNavigate } from '@tanstack/react-router';
import { ArrowLeftRight, Columns2 } from 'lucide-react';
import type { ReactNode } from 'react';
import { useCommands } from '../commands/mod.ts';
import { type DiffLayout, DiffView, LayoutChoice } from '../diff/mod.ts';
import { asJson, type JsonValue } from '../json/mod.ts';
import { compileBody, contentOf, previewOfBody } from '../preview/mod.ts';
import {
  BodyDiff,
  ConfigDiff,
  configsOf,
  NoteText,
  payloadsReading,
  promptReading,
  SchemaDiff,
  schemasOf,
  Trail,
  type Version,
  versionsReading,
} from '../prompts/mod.ts';
import { Callout, Card, EmptyState, IconButton, Page, Select, Tabs, useIsWide } from '../ui/mod.ts';
import { type CompareSearch, comparedVersions } from './compare-search.ts';
import { EarlierLive } from './earlier-live.tsx';

const route = getRouteApi('/shell/prompts/$promptId/compare');

/** The value of the select that stands for comparing the content. */
const TEMPLATES = 'templates';

export function ComparePage() {
  const { promptId } = route.useParams();
  const search = route.useSearch();
  const navigate = useNavigate({ from: '/prompts/$promptId/compare' });
  const { prompt } = useSuspenseQuery(promptReading(promptId)).data;
  const { versions } = useSuspenseQuery(versionsReading(promptId)).data;
  const { payloads } = useSuspenseQuery(payloadsReading(promptId)).data;
  const isWide = useIsWide('md');
  const layout: DiffLayout = isWide ? (search.view ?? 'split') : 'unified';
  const set = (changes: CompareSearch): void => {
    void navigate({ search: (before) => ({ ...before, ...changes }), replace: true });
  };
  const compared = comparedVersions(versions, search);
  const left = versions.find(({ version }) => version === compared?.from);
  const right = versions.find(({ version }) => version === compared?.to);
  const swap = (): void => {
    if (compared !== undefined) set({ from: compared.to, to: compared.from });
  };
  useCommands([
    {
      id: 'swap-versions',
      group: 'Compare',
      label: 'Swap versions',
      icon: ArrowLeftRight,
      shortcut: 'x',
      run: swap,
    },
    {
      id: 'toggle-layout',
      group: 'Compare',
      label: 'Toggle side-by-side view',
      icon: Columns2,
      shortcut: 'u',
      run: () => set({ view: layout === 'split' ? 'unified' : 'split' }),
    },
  ]);
  const payload = payloads.find(({ id }) => id === search.payload);
  return (
    <Page
      title={`Compare versions of ${prompt.name}`}
      heading="Compare versions"
      breadcrumb={<Trail prompt={prompt} here="Compare" />}
      width="full"
    >
      {left === undefined || right === undefined ? (
        <Card>
          <EmptyState icon={Columns2} title="Nothing to compare yet">
            Create at least one version to compare it here.
          </EmptyState>
        </Card>
      ) : (
        <div className="flex min-w-0 flex-col gap-4">
          <div className="flex flex-wrap items-end gap-2">
            <VersionSelect
              label="From"
              versions={versions}
              value={left.version}
              onChange={(from) => set({ from, to: right.version })}
            />
            <IconButton
              icon={ArrowLeftRight}
              label="Swap versions"
              shortcut="x"
              onClick={swap}
              className="mb-0.5"
            />
            <VersionSelect
              label="To"
              versions={versions}
              value={right.version}
              onChange={(to) => set({ from: left.version, to })}
            />
            <Select
              label="Compare"
              value={payload?.id ?? TEMPLATES}
              onChange={(chosen) => void navigate({ search: comparing(search, chosen), replace: true })}
              options={[
                {
                  value: TEMPLATES,
                  label: textsOf(left, right),
                },
                ...payloads.map(({ id, name }) => ({
                  value: id,
                  label: `Output with ${name ?? 'an unnamed payload'}`,
                })),
              ]}
              className="min-w-44 max-w-72"
            />
            <EarlierLive
              promptId={promptId}
              versions={versions}
              onChoose={(from) => set({ from, to: right.version })}
            />
            {isWide && (
              <div className="mb-0.5 ml-auto">
                <LayoutChoice value={layout} onChange={(view) => set({ view })} />
              </div>
            )}
          </div>
          {payload === undefined ? (
            <>
              <Notes versions={left === right ? [right] : [left, right]} />
              <Contents
                left={left}
                right={right}
                layout={layout}
                part={search.part ?? 'text'}
                onPart={(part) => {
                  const { part: _part, ...others } = search;
                  const changed = part === 'text' ? others : { ...others, part };
                  void navigate({ search: changed, replace: true });
                }}
              />
              {payloads.length === 0 && (
                <p className="text-faint text-xs">
                  To compare rendered output too, save a payload in the editor.
                </p>
              )}
            </>
          ) : (
            <OutputDiff left={left} right={right} variables={payload.variables} layout={layout} />
          )}
        </div>
      )}
    </Page>
  );
}

interface ContentsProps {
  readonly left: Version;
  readonly right: Version;
  readonly layout: DiffLayout;
  readonly part: Part;
  readonly onPart: (part: Part) => void;
}

type Part = 'text' | 'config' | 'schema';

/** The texts or conversations, and where there is one, the configuration and the input schema, each in a tab of its own. */
function Contents({ left, right, layout, part, onPart }: ContentsProps) {
  const diff = {
    left,
    right,
    leftLabel: nameOf(left),
    rightLabel: nameOf(right),
    layout,
    hasKeys: true,
  };
  const equalNote =
    left === right
      ? 'Both sides show the same version.'
      : `Both versions have the same ${right.kind === 'chat' ? 'messages' : 'text'}.`;
  const texts = <BodyDiff {...diff} equalNote={equalNote} />;
  const configs = configsOf(left, right);
  const schemas = schemasOf(left, right);
  const shown = (part === 'config' ? configs : schemas) === 'none' ? 'text' : part;
  if (configs === 'none' && schemas === 'none') return texts;
  return (
    <Tabs
      label="Content"
      value={shown}
      onChange={onPart}
      tabs={[
        { value: 'text', label: textsOf(left, right), content: texts },
        ...(configs === 'none'
          ? []
          : [
              {
                value: 'config' as const,
                label: configs === 'different' ? 'Configuration, changed' : 'Configuration',
                content: <ConfigDiff {...diff} />,
              },
            ]),
        ...(schemas === 'none'
          ? []
          : [
              {
                value: 'schema' as const,
                label: schemas === 'different' ? 'Input schema, changed' : 'Input schema',
                content: <SchemaDiff {...diff} />,
              },
            ]),
      ]}
    />
  );
}

function textsOf(...versions: readonly Version[]): string {
  return versions.some(({ kind }) => kind === 'chat') ? 'Messages' : 'Templates';
}

function comparing({ payload: _payload, ...search }: CompareSearch, chosen: string): CompareSearch {
  return chosen === TEMPLATES ? search : { ...search, payload: chosen };
}

function nameOf({ version, status }: Version): string {
  return `Version ${version}${status === 'live' ? ', live' : ''}`;
}

/** Why the versions were made, where somebody said so. */
function Notes({ versions }: { readonly versions: readonly Version[] }) {
  const noted = versions.filter(({ note }) => note !== '');
  if (noted.length === 0) return null;
  return (
    <ul className="grid gap-3 md:grid-cols-2">
      {noted.map((version) => (
        <li key={version.version} className="flex flex-col gap-1">
          <p className="text-faint text-xs">Note on version {version.version}</p>
          <NoteText>{version.note}</NoteText>
        </li>
      ))}
    </ul>
  );
}

interface VersionSelectProps {
  readonly label: string;
  readonly versions: readonly Version[];
  readonly value: number;
  readonly onChange: (version: number) => void;
}

function VersionSelect({ label, versions, value, onChange }: VersionSelectProps) {
  return (
    <Select
      label={label}
      value={String(value)}
      onChange={(chosen) => onChange(Number(chosen))}
      options={versions.map(({ version, status, tags }) => ({
        value: String(version),
        label: `Version ${version} · ${[status, ...tags].join(', ')}`,
      }))}
      className="min-w-36 max-w-60"
    />
  );
}

interface OutputDiffProps {
  readonly left: Version;
  readonly right: Version;
  readonly variables: unknown;
  readonly layout: DiffLayout;
}

function OutputDiff({ left, right, variables, layout }: OutputDiffProps) {
  const data = asJson(variables);
  const before = outputOf(left, data);
  const after = outputOf(right, data);
  return (
    <>
      <OutputFault version={left} message={before.fault?.message} />
      <OutputFault version={right} message={after.fault?.message} />
      {before.fault === undefined && after.fault === undefined && (
        <DiffView
          left={before.output ?? ''}
          right={after.output ?? ''}
          leftLabel={`Output of ${nameOf(left).toLowerCase()}`}
          rightLabel={`output of ${nameOf(right).toLowerCase()}`}
          layout={layout}
          hasKeys
          equalNote="Both versions render the same output with this payload."
        />
      )}
    </>
  );
}

function outputOf(version: Version, data: JsonValue) {
  const { body } = contentOf(version);
  return previewOfBody(body, compileBody(body), data);
}

function OutputFault({
  version,
  message,
}: {
  readonly version: Version;
  readonly message: string | undefined;
}): ReactNode {
  return message === undefined ? null : (
    <Callout tone="warning" title={`Version ${version.version} fails to render with this payload`}>
      <span className="break-words font-mono text-xs">{message}</span>
    </Callout>
  );
}
