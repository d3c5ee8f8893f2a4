/** The Integrate tab: code that renders this prompt, ready to copy. */

import type { Wire } from '@px0/contracts';
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { useState } from 'react';
import { ScrollRegion } from '../diff/mod.ts';
import { asJson, isObject } from '../json/mod.ts';
import { Callout, CopyButton, classes } from '../ui/mod.ts';
import { useWorkspace } from '../workspace/mod.ts';
import { payloadsReading } from './data/readings.ts';
import { type SnippetLanguage, sampleVariables, snippetsFor } from './snippets.ts';
import { liveOf, type Version } from './version-actions.ts';

const storageKey = 'px0.snippet-language';

export interface SnippetTabsProps {
  readonly prompt: Wire<'Prompt'>;
  readonly versions: readonly Version[];
}

export function SnippetTabs({ prompt, versions }: SnippetTabsProps) {
  const payloads = useQuery(payloadsReading(prompt.id)).data?.payloads ?? [];
  const { organization } = useWorkspace();
  const [language, setLanguage] = useState(() => localStorage.getItem(storageKey) ?? 'curl');
  const live = liveOf(versions);
  const saved = payloads.map(({ variables }) => asJson(variables)).find(isObject);
  const version = live ?? versions[0];
  const snippets = snippetsFor({
    slug: prompt.slug,
    origin: window.location.origin,
    variables: saved ?? sampleVariables(version?.variables ?? []),
    isChat: version?.kind === 'chat',
  });
  const shown = snippets.find((one) => one.language === language) ?? snippets[0];
  const choose = (chosen: SnippetLanguage): void => {
    localStorage.setItem(storageKey, chosen);
    setLanguage(chosen);
  };
  return (
    <div className="flex flex-col gap-4">
      {live === undefined && (
        <Callout tone="warning" title="No live version yet">
          Until you make a version live, renders by slug return 404. You can already render a version by its
          number or tag.
        </Callout>
      )}
      <p className="text-muted text-sm">
        Applications authenticate with an API key.{' '}
        {organization && (
          <Link
            to="/orgs/$orgId/keys"
            params={{ orgId: organization.id }}
            className="font-medium text-accent-ink underline underline-offset-2"
          >
            Create one
          </Link>
        )}{' '}
        and set it as <code className="rounded bg-sunken px-1 py-0.5 text-xs">PX0_ACCESS_TOKEN</code>
        {window.location.origin !== 'http://localhost:8000' && (
          <>
            , and this server’s address as{' '}
            <code className="rounded bg-sunken px-1 py-0.5 text-xs">PX0_HOST</code>
          </>
        )}
        .
      </p>
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
