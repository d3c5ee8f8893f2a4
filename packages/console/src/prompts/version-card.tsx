/** A version of the timeline: what it is, what it changed, and what can be done with it. */
import { Link } from '@tanstack/react-router';
import { ArrowUpFromLine, GitPullRequestArrow, PenLine } from 'lucide-react';
import { useMemo } from 'react';
import { Badge, Button, buttonClasses, classes, Time } from '../ui/mod.ts';
import type { Permissions } from '../workspace/mod.ts';
import { auditSentence } from './audit-sentence.ts';
import { ContentExcerpt, configSummary } from './content-excerpt.tsx';
import { NoteText } from './note-text.tsx';
import type { StepNote } from './step-notes.ts';
import { TagList } from './tag-list.tsx';
import { variableCount } from './timeline-rows.ts';
import type { TransitionRequest } from './transition-dialog.tsx';
import type { ActorName } from './use-actor-name.ts';
import type { Protectors } from './use-protectors.ts';
import { isCandidate, liveOf, promotionOf, type Version, type VersionStatus } from './version-actions.ts';
import { VersionBadge } from './version-badge.tsx';
import { changeOf } from './version-change.ts';
import { VersionChangeView } from './version-change-view.tsx';
import { VersionMenu } from './version-menu.tsx';

const dots: { readonly [S in VersionStatus]: string } = {
  live: 'border-success bg-success ring-4 ring-success-soft',
  stable: 'border-info bg-canvas',
  draft: 'border-warning border-dashed bg-canvas',
  archived: 'border-line-strong bg-sunken',
};

export interface VersionCardProps {
  readonly promptId: string;
  readonly version: Version;
  /** All of the prompt, the newest first. */
  readonly versions: readonly Version[];
  readonly permissions: Permissions;
  readonly protectors: Protectors;
  /** The newest step of the version that has a note. */
  readonly step: StepNote | undefined;
  readonly nameOf: ActorName;
  readonly onRequest: (request: TransitionRequest) => void;
  readonly onTag: () => void;
  readonly onDuplicate: () => void;
}

export function VersionCard({
  promptId,
  version,
  versions,
  permissions,
  protectors,
  step,
  nameOf,
  onRequest,
  onTag,
  onDuplicate,
}: VersionCardProps) {
  const settings = configSummary(version);
  const isLive = version.status === 'live';
  const promotion = promotionOf(version, liveOf(versions));
  const hasButton = isCandidate(version, versions);
  const change = useMemo(() => changeOf(version, versions), [version, versions]);
  const variables = variableCount(version);
  const isDraft = version.status === 'draft';
  // An earlier version may have been live, which may need no review: px0 knows when its dialog asks.
  const isGuarded =
    promotion !== undefined &&
    version.version > (liveOf(versions)?.version ?? 0) &&
    protectors.ofPromotion(promotion.to).length > 0;
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
          {version.kind === 'chat' && <Badge tone="outline">Chat</Badge>}
          <TagList promptId={promptId} version={version} isRemovable={permissions.may('removeVersionTag')} />
          <div className="relative ml-auto flex items-center gap-1.5">
            {promotion && hasButton && permissions.may('promoteVersion') && (
              <Button
                size="sm"
                variant={isNextStep ? 'accent' : 'secondary'}
                icon={isGuarded ? GitPullRequestArrow : ArrowUpFromLine}
                onClick={() => onRequest({ kind: 'promote', version })}
              >
                {isGuarded ? (
                  <>
                    Propose
                    <span className="sr-only">
                      {promotion.to === 'live' ? ' to make it live' : ' to mark it stable'}
                    </span>
                  </>
                ) : (
                  promotion.verb
                )}
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
              hasPromotion={!hasButton}
              onRequest={onRequest}
              onTag={onTag}
              onDuplicate={onDuplicate}
            />
          </div>
        </div>
        <div className="mt-2 flex flex-col gap-2">
          {version.note !== '' && <NoteText>{version.note}</NoteText>}
          {(isLive || change === undefined) && <ContentExcerpt version={version} />}
          {change !== undefined && (
            <VersionChangeView promptId={promptId} version={version.version} change={change} />
          )}
          {step !== undefined && (
            <div className="flex flex-col gap-1">
              <p className="text-faint text-xs">
                {nameOf(step.actor)} {auditSentence(step)}
              </p>
              <NoteText>{step.text}</NoteText>
            </div>
          )}
        </div>
        <p className="relative mt-2 inline-flex flex-wrap gap-x-3 text-faint text-xs">
          <span>
            {version.created_by === null ? 'Created' : `${nameOf(version.created_by)} created it`}{' '}
            <Time timestamp={version.created_at} />
          </span>
          {version.published_at !== null && (
            <span>
              {isLive ? 'Live since' : 'Published'} <Time timestamp={version.published_at} />
            </span>
          )}
          {variables > 0 && <span>{variables === 1 ? '1 variable' : `${variables} variables`}</span>}
          {settings !== undefined && <span className="break-all">{settings}</span>}
        </p>
      </article>
    </li>
  );
}
