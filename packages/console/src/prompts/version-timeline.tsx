/** The versions of a prompt as a timeline, newest first. */
import { Link, useNavigate } from '@tanstack/react-router';
import { ArrowUpFromLine, PenLine } from 'lucide-react';
import { useState } from 'react';
import { Button, buttonClasses, classes, Time } from '../ui/mod.ts';
import { type Permissions, usePermissions } from '../workspace/mod.ts';
import { attempt } from './attempt.ts';
import { usePromptWrites } from './data/writes.ts';
import { TagDialog } from './tag-dialog.tsx';
import { TagList } from './tag-list.tsx';
import { TransitionDialog, type TransitionRequest } from './transition-dialog.tsx';
import { liveOf, promotionOf, type Version, type VersionStatus } from './version-actions.ts';
import { VersionBadge } from './version-badge.tsx';
import { VersionMenu } from './version-menu.tsx';

export interface VersionTimelineProps {
  readonly promptId: string;
  readonly teamId: string;
  readonly versions: readonly Version[];
}

export function VersionTimeline({ promptId, teamId, versions }: VersionTimelineProps) {
  const permissions = usePermissions({ teamId });
  const [request, setRequest] = useState<TransitionRequest>();
  const [tagged, setTagged] = useState<Version>();
  const duplicate = useDuplicate(promptId);
  return (
    <>
      <ol className="relative flex flex-col">
        {versions.map((version) => (
          <Item
            key={version.version}
            promptId={promptId}
            version={version}
            versions={versions}
            permissions={permissions}
            onRequest={setRequest}
            onTag={() => setTagged(version)}
            onDuplicate={() => void duplicate(version.version)}
          />
        ))}
      </ol>
      <TransitionDialog
        promptId={promptId}
        versions={versions}
        request={request}
        onClose={() => setRequest(undefined)}
      />
      <TagDialog
        promptId={promptId}
        versions={versions}
        version={tagged}
        onClose={() => setTagged(undefined)}
      />
    </>
  );
}

/** Copies a version as a new draft and opens it. */
export function useDuplicate(promptId: string): (version: number) => Promise<void> {
  const writes = usePromptWrites();
  const navigate = useNavigate();
  return (from) =>
    attempt(async () => {
      const { version } = await writes.duplicate(promptId, from);
      await navigate({
        to: '/prompts/$promptId/versions/$version',
        params: { promptId, version: String(version.version) },
      });
    }, 'Could not create a draft');
}

const dots: { readonly [S in VersionStatus]: string } = {
  live: 'border-success bg-success ring-4 ring-success-soft',
  stable: 'border-info bg-canvas',
  draft: 'border-warning border-dashed bg-canvas',
  archived: 'border-line-strong bg-sunken',
};

interface ItemProps {
  readonly promptId: string;
  readonly version: Version;
  readonly versions: readonly Version[];
  readonly permissions: Permissions;
  readonly onRequest: (request: TransitionRequest) => void;
  readonly onTag: () => void;
  readonly onDuplicate: () => void;
}

function Item({ promptId, version, versions, permissions, onRequest, onTag, onDuplicate }: ItemProps) {
  const isLive = version.status === 'live';
  const promotion = promotionOf(version, liveOf(versions));
  const isDraft = version.status === 'draft';
  // The newest stable version, if newer than the live one, is the most likely to be made live next.
  const isNextStep =
    version === versions.find(({ status }) => status === 'stable' || status === 'live') && !isLive;
  return (
    <li className="group relative pb-3 pl-8 last:pb-0">
      <span
        aria-hidden="true"
        className="absolute top-7 bottom-0 left-[7px] w-px bg-line group-last:hidden"
      />
      <span
        aria-hidden="true"
        className={classes('absolute top-5 left-0.5 size-3 rounded-full border-2', dots[version.status])}
      />
      <article
        aria-label={`Version ${version.version}`}
        className={classes(
          'relative rounded-xl border p-4 transition-colors',
          isLive ? 'border-success/40 bg-success-soft/40' : 'border-line bg-raised hover:border-line-strong',
        )}
      >
        <div className="flex flex-wrap items-center gap-x-2.5 gap-y-2">
          <Link
            to="/prompts/$promptId/versions/$version"
            params={{ promptId, version: String(version.version) }}
            data-row
            className="rounded-sm font-semibold text-base tabular-nums after:absolute after:inset-0 after:rounded-xl focus-visible:outline-none focus-visible:after:outline-2 focus-visible:after:outline-accent"
          >
            <span className="sr-only">Version </span>
            <span aria-hidden="true">v</span>
            {version.version}
          </Link>
          <VersionBadge status={version.status} />
          <TagList promptId={promptId} version={version} isRemovable={permissions.may('removeVersionTag')} />
          <div className="relative ml-auto flex items-center gap-1.5">
            {promotion && permissions.may('promoteVersion') && (
              <Button
                size="sm"
                variant={isNextStep ? 'accent' : 'secondary'}
                icon={ArrowUpFromLine}
                onClick={() => onRequest({ kind: 'promote', version })}
              >
                {promotion.verb}
              </Button>
            )}
            {isDraft && permissions.may('updateVersion') && (
              <Link
                to="/prompts/$promptId/versions/$version"
                params={{ promptId, version: String(version.version) }}
                className={buttonClasses('secondary', 'sm')}
              >
                <PenLine aria-hidden="true" className="size-3.5" />
                Edit<span className="sr-only"> version {version.version}</span>
              </Link>
            )}
            <VersionMenu
              promptId={promptId}
              version={version}
              versions={versions}
              permissions={permissions}
              onRequest={onRequest}
              onTag={onTag}
              onDuplicate={onDuplicate}
            />
          </div>
        </div>
        <p className="mt-2 line-clamp-2 break-words font-mono text-muted text-xs leading-5">
          {version.template}
        </p>
        <p className="relative mt-2 inline-flex flex-wrap gap-x-3 text-faint text-xs">
          <span>
            Created <Time timestamp={version.created_at} />
          </span>
          {version.published_at !== null && (
            <span>
              {isLive ? 'Live since' : 'Published'} <Time timestamp={version.published_at} />
            </span>
          )}
          {version.variables.length > 0 && (
            <span>
              {version.variables.length === 1 ? '1 variable' : `${version.variables.length} variables`}
            </span>
          )}
        </p>
      </article>
    </li>
  );
}
