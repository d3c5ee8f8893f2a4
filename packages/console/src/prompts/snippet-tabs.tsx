/** The Integrate tab: code that renders this prompt, ready to copy. */

import type { Wire } from '@px0/contracts';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { type ReactNode, useState } from 'react';
import { ScrollRegion } from '../diff/mod.ts';
import { KeyMaker } from '../governance/mod.ts';
import { asJson, isObject } from '../json/mod.ts';
import { Callout, Checkbox, CopyButton, classes, Select } from '../ui/mod.ts';
import { useOrgTeams, usePermissions } from '../workspace/mod.ts';
import { payloadsReading } from './data/readings.ts';
import { type SnippetLanguage, sampleVariables, snippetsFor } from './snippets.ts';
import { useNamesakes } from './use-namesakes.ts';
import { liveOf, type Version } from './version-actions.ts';

const storageKey = 'px0.snippet-language';

export interface SnippetTabsProps {
  readonly prompt: Wire<'Prompt'>;
  readonly versions: readonly Version[];
}

export function SnippetTabs({ prompt, versions }: SnippetTabsProps) {
  const payloads = (useQuery(payloadsReading(prompt.id)).data?.payloads ?? []).filter(({ variables }) =>
    isObject(asJson(variables)),
  );
  const team = useOrgTeams().find(({ id }) => id === prompt.team_id);
  const namesakes = useNamesakes(prompt);
  const [namesTeam, setNamesTeam] = useState<boolean>();
  const isTeamNamed = namesTeam ?? namesakes.length > 0;
  const [chosen, setChosen] = useState<string>();
  const [language, setLanguage] = useState(() => localStorage.getItem(storageKey) ?? 'curl');
  const live = liveOf(versions);
  // The list begins with the newest. The first one that was saved is more often the usual case.
  const payload = payloads.find(({ id }) => id === chosen) ?? payloads.at(-1);
  const version = live ?? versions[0];
  const snippets = snippetsFor({
    slug: prompt.slug,
    origin: window.location.origin,
    variables: payload === undefined ? sampleVariables(version?.variables ?? []) : asJson(payload.variables),
    isChat: version?.kind === 'chat',
    teamId: isTeamNamed ? prompt.team_id : undefined,
  });
  const shown = snippets.find((one) => one.language === language) ?? snippets[0];
  const choose = (next: SnippetLanguage): void => {
    localStorage.setItem(storageKey, next);
    setLanguage(next);
  };
  return (
    <div className="flex flex-col gap-4">
      {live === undefined && (
        <Callout tone="warning" title="No live version yet">
          Until you make a version live, renders by slug return 404. You can already render a version by its
          number or tag.
        </Callout>
      )}
      {namesakes.length > 0 && (
        <Callout tone="warning" title="This slug exists in several teams">
          {namesakes.length === 1
            ? `“${namesakes[0]?.name}” has a prompt with the same slug.`
            : `${namesakes.length} other teams have a prompt with the same slug.`}{' '}
          A key that can read several of these teams gets the prompt of one of them unless the request names
          the team.
        </Callout>
      )}
      <Authentication orgId={team?.org_id} />
      <div className="flex flex-wrap items-end gap-x-6 gap-y-3">
        {payload !== undefined && payloads.length > 1 && (
          <Select
            label="Variables of"
            size="sm"
            value={payload.id}
            onChange={setChosen}
            options={payloads
              .toReversed()
              .map(({ id, name }) => ({ value: id, label: name ?? 'An unnamed payload' }))}
            className="min-w-40 max-w-64"
          />
        )}
        <Checkbox
          label={`Name the team${team === undefined ? '' : `, ${team.name}`}`}
          hint="Without it, a key gets the first prompt with this slug among the teams that it can read."
          checked={isTeamNamed}
          onChange={setNamesTeam}
        />
      </div>
      <div className="overflow-hidden rounded-xl border border-line bg-raised shadow-low">
        <div className="flex items-center gap-1 border-line border-b bg-panel px-2 py-1.5">
          {snippets.map((snippet) => (
            <button
              key={snippet.language}
              type="button"
              aria-pressed={snippet === shown}
              onClick={() => choose(snippet.language)}
              className={classes(
                'h-7 rounded-md px-2.5 text-xs transition-colors',
                snippet === shown ? 'bg-raised font-medium text-fg shadow-low' : 'text-muted hover:text-fg',
              )}
            >
              {snippet.language}
            </button>
          ))}
          <span className="ml-auto">{shown && <CopyButton text={shown.code} label="Copy code" />}</span>
        </div>
        {shown?.install !== undefined && (
          <div className="flex items-center gap-2 border-line border-b px-4 py-2 font-mono text-muted text-xs">
            <span aria-hidden="true" className="text-faint">
              $
            </span>
            <span className="flex-1">{shown.install}</span>
            <CopyButton text={shown.install} label="Copy command" />
          </div>
        )}
        <ScrollRegion
          label={`${shown?.language ?? ''} code`}
          className="overflow-x-auto p-4 -outline-offset-2"
        >
          <pre className="text-xs leading-5">
            <code>{shown?.code}</code>
          </pre>
        </ScrollRegion>
      </div>
      <p className="text-faint text-xs">
        To render a fixed version instead of the live one:{' '}
        <code className="break-all">
          POST /v1/prompts/{prompt.slug}/versions/{'{number or tag}'}/render
        </code>
      </p>
    </div>
  );
}

/** How applications authenticate, and the key that they need. */
function Authentication({ orgId }: { readonly orgId: string | undefined }) {
  const [made, setMade] = useState<string>();
  const { may } = usePermissions(orgId === undefined ? {} : { orgId });
  const isDefaultHost = window.location.origin === 'http://localhost:8000';
  return (
    <div className="flex flex-col items-start gap-2 text-muted text-sm">
      <p>
        Applications authenticate with an API key. Set it as <Name>PX0_ACCESS_TOKEN</Name>
        {!isDefaultHost && (
          <>
            , and this server’s address as <Name>PX0_HOST</Name>
          </>
        )}
        .{!may('createAPIKey') && ' Organization admins create keys.'}
      </p>
      {made !== undefined && (
        <p role="status">
          Created the key “{made}”. Where your application runs:{' '}
          <Name>export PX0_ACCESS_TOKEN=…{isDefaultHost ? '' : ` PX0_HOST=${window.location.origin}`}</Name>
        </p>
      )}
      {orgId !== undefined && may('createAPIKey') && (
        <div className="flex flex-wrap items-center gap-3">
          <KeyMaker orgId={orgId} onMade={setMade} />
          <Link
            to="/orgs/$orgId/keys"
            params={{ orgId }}
            className="font-medium text-accent-ink text-xs underline underline-offset-2"
          >
            All keys
          </Link>
        </div>
      )}
    </div>
  );
}

function Name({ children }: { readonly children: ReactNode }) {
  return <code className="break-all rounded bg-sunken px-1 py-0.5 text-xs">{children}</code>;
}
