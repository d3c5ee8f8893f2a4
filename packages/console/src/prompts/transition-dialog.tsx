/**
 * Asks before a version changes its status. Before a promotion it shows what changes for applications: the diff with the
 * live version, and the result for each saved payload. If-Match makes sure that px0 promotes what the user reviewed.
 */

import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { ConfirmDialog, Failure, Skeleton, toast } from '../ui/mod.ts';
import { attempt } from './attempt.ts';
import { CheckResult } from './check-result.tsx';
import { ContentDiff, WholeContent } from './content-diff.tsx';
import { ContractChanges } from './contract-changes.tsx';
import { checkReading, readVersion } from './data/readings.ts';
import { refusedBreaks } from './data/refused-breaks.ts';
import { type PromptWrites, type TransitionOptions, usePromptWrites } from './data/writes.ts';
import { NoteField } from './note-field.tsx';
import { usePolicyChoice } from './policy-choice.tsx';
import { RecentRenders } from './recent-renders.tsx';
import { useContractQuestion } from './use-contract-question.ts';
import { useProtectors } from './use-protectors.ts';
import { liveOf, type Promotion, promotionOf, type Rollback, type Version } from './version-actions.ts';

export type TransitionRequest =
  /** `isProposal`: by a change request. */
  | { readonly kind: 'promote'; readonly version: Version; readonly isProposal?: boolean }
  | { readonly kind: 'demote'; readonly version: Version }
  | { readonly kind: 'archive'; readonly version: Version }
  | { readonly kind: 'delete'; readonly version: Version }
  | { readonly kind: 'rollback'; readonly rollback: Rollback };

export interface TransitionDialogProps {
  readonly promptId: string;
  readonly versions: readonly Version[];
  /** Undefined: closed. */
  readonly request: TransitionRequest | undefined;
  readonly onClose: () => void;
  readonly onDone?: (request: TransitionRequest) => void;
}

export function TransitionDialog({ promptId, versions, request, onClose, onDone }: TransitionDialogProps) {
  if (request === undefined) return null;
  const live = liveOf(versions);
  const change = (open: boolean): void => {
    if (!open) onClose();
  };
  const done = async (act: Promise<unknown>): Promise<void> => {
    await act;
    onDone?.(request);
  };
  if (request.kind === 'promote') {
    const promotion = promotionOf(request.version, live);
    return promotion === undefined ? null : (
      <PromoteDialog
        promptId={promptId}
        version={request.version}
        live={live}
        promotion={promotion}
        isProposal={request.isProposal === true}
        onOpenChange={change}
        onConfirm={done}
      />
    );
  }
  if (request.kind === 'rollback') {
    return live === undefined ? null : (
      <RollbackDialog
        promptId={promptId}
        rollback={request.rollback}
        live={live}
        onOpenChange={change}
        onConfirm={done}
      />
    );
  }
  if (request.kind === 'delete') {
    return (
      <DeleteDialog promptId={promptId} version={request.version} onOpenChange={change} onConfirm={done} />
    );
  }
  return (
    <PlainTransitionDialog
      promptId={promptId}
      kind={request.kind}
      version={request.version}
      onOpenChange={change}
      onConfirm={done}
    />
  );
}

interface PlainTransitionDialogProps {
  readonly promptId: string;
  readonly kind: 'demote' | 'archive';
  readonly version: Version;
  readonly onOpenChange: (open: boolean) => void;
  readonly onConfirm: (act: Promise<unknown>) => Promise<void>;
}

/** Asks before a step that changes nothing in the version's content. */
function PlainTransitionDialog({
  promptId,
  kind,
  version,
  onOpenChange,
  onConfirm,
}: PlainTransitionDialogProps) {
  const writes = usePromptWrites();
  const [note, setNote] = useState('');
  const name = `version ${version.version}`;
  const texts = {
    demote: {
      title: `Demote ${name} to stable?`,
      description:
        'The prompt will have no live version. Renders by slug return 404 until you make another version live. Renders by version number or tag keep working.',
      confirmLabel: 'Demote to stable',
    },
    archive: {
      title: `Archive ${name}?`,
      description:
        version.status === 'live'
          ? 'This is the live version. Renders by slug return 404 until you make another version live. You can’t undo archiving, but you can copy the version at any time.'
          : 'You can no longer edit or promote an archived version, and you can’t undo this. You can still read it, render it by number or tag, and copy it.',
      confirmLabel: 'Archive version',
    },
  }[kind];
  const choice = usePolicyChoice({
    promptId,
    transition: kind === 'demote' || version.status === 'live' ? 'demote' : 'archive',
    version: version.version,
    change: { kind: kind === 'demote' ? 'demote' : 'archive_version', version: version.version },
    title: kind === 'demote' ? `Demote ${name} to stable` : `Archive ${name}`,
    verb: texts.confirmLabel,
  });
  const act = async (reason: string | undefined): Promise<void> => {
    await writes.transition(kind, promptId, version.version, { note, breakGlass: reason });
    toast(
      kind === 'demote'
        ? {
            title: `Version ${version.version} is no longer live`,
            action: { label: 'Undo', run: () => backTo(writes, promptId, version.version) },
          }
        : { title: `Archived version ${version.version}` },
    );
  };
  return (
    <ConfirmDialog
      open
      onOpenChange={onOpenChange}
      {...texts}
      tone={choice.way === 'propose' ? 'neutral' : 'danger'}
      confirmLabel={choice.confirmLabel}
      disabledReason={choice.missing}
      onConfirm={() => onConfirm(choice.go(act))}
    >
      <RecentRenders promptId={promptId} version={version.version} />
      {choice.fields}
      {choice.way !== 'propose' && <NoteField note={note} onChange={setNote} />}
    </ConfirmDialog>
  );
}

/** A draft that no tag holds belongs to nobody but its writers, so no policy is asked. */
function DeleteDialog({
  promptId,
  version: { version },
  onOpenChange,
  onConfirm,
}: Omit<PlainTransitionDialogProps, 'kind'>) {
  const writes = usePromptWrites();
  const remove = async (): Promise<void> => {
    await writes.deleteDraft(promptId, version);
    toast({ title: `Deleted draft version ${version}` });
  };
  return (
    <ConfirmDialog
      open
      onOpenChange={onOpenChange}
      title={`Delete draft version ${version}?`}
      description="Deletes its text and tags. The version number is not reused. You can’t undo this."
      confirmLabel="Delete draft"
      onConfirm={() => onConfirm(remove())}
    />
  );
}

interface PromoteDialogProps {
  readonly promptId: string;
  readonly version: Version;
  readonly live: Version | undefined;
  readonly promotion: Promotion;
  readonly isProposal: boolean;
  readonly onOpenChange: (open: boolean) => void;
  readonly onConfirm: (act: Promise<unknown>) => Promise<void>;
}

function PromoteDialog(props: PromoteDialogProps) {
  const { promptId, version, live, promotion, isProposal, onOpenChange, onConfirm } = props;
  const writes = usePromptWrites();
  const reviewed = useQuery({
    queryKey: ['getVersion', { id: promptId, version: version.version }, 'reviewed'],
    queryFn: ({ signal }) => readVersion(promptId, String(version.version), signal),
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 0,
  });
  const check = useQuery(checkReading(promptId, version.version));
  const [note, setNote] = useState('');
  const failing = check.data?.passed === false;
  const { changes, missing, ask } = useContractQuestion(promptId, check.data, promotion.to);
  // A draft that is proposed to go live passes stable when the request is applied.
  const to = isProposal ? 'live' : promotion.to;
  const title =
    to === 'live' ? `Make version ${version.version} live` : `Mark version ${version.version} stable`;
  const choice = usePolicyChoice({
    promptId,
    transition: to,
    version: version.version,
    change: { kind: 'promote', version: version.version, to },
    title,
    verb: promotion.verb,
    isProposal: to === promotion.to ? isProposal : 'only',
  });
  const promote = async (reason: string | undefined): Promise<void> => {
    const { version: promoted } = await ask((allowBreak) =>
      writes.transition('promote', promptId, version.version, {
        etag: reviewed.data?.etag,
        requirePayloads: check.data?.passed === true,
        allowBreak,
        note,
        breakGlass: reason,
      }),
    );
    toast({
      title:
        promoted.status === 'live'
          ? `Version ${promoted.version} is live`
          : `Version ${promoted.version} is stable`,
      ...(promoted.status === 'live' && live !== undefined
        ? {
            action: {
              label: `Return to version ${live.version}`,
              run: () => backTo(writes, promptId, live.version),
            },
          }
        : {}),
    });
  };
  return (
    <ConfirmDialog
      open
      onOpenChange={onOpenChange}
      wide
      tone={choice.way === 'override' || (failing && choice.way === 'now') ? 'danger' : 'neutral'}
      title={`${title}?`}
      description={
        to === promotion.to
          ? promotion.consequence
          : `Once it is applied, renders use version ${version.version}${live === undefined ? '' : ` instead of version ${live.version}`}.`
      }
      confirmLabel={failing && choice.way === 'now' ? `${promotion.verb} anyway` : choice.confirmLabel}
      disabledReason={choice.missing ?? (choice.way === 'propose' ? undefined : missing)}
      onConfirm={() => onConfirm(choice.go(promote))}
    >
      {choice.fields}
      {choice.way !== 'propose' && <NoteField note={note} onChange={setNote} />}
      <ContractChanges {...changes} />
      <CheckResult
        check={check.data}
        error={check.error}
        told={changes.effect === 'none' ? [] : requiredBy(changes.breaks)}
      />
      {reviewed.data === undefined ? (
        reviewed.error ? (
          <Failure error={reviewed.error} retry={reviewed.refetch} />
        ) : (
          <Skeleton className="h-32 w-full" />
        )
      ) : live === undefined ? (
        <>
          <p className="text-muted text-xs">There is no live version to compare with.</p>
          <WholeContent version={reviewed.data.version} />
        </>
      ) : (
        <ContentDiff
          left={live}
          right={reviewed.data.version}
          leftLabel={`Version ${live.version}, live`}
          rightLabel={`Version ${version.version}`}
          layout="unified"
          equalNote={sameText(version)}
        />
      )}
    </ConfirmDialog>
  );
}

function backTo(writes: PromptWrites, promptId: string, version: number): Promise<void> {
  return attempt(async () => {
    const broken = await promoteBack(writes, promptId, version);
    toast({ title: `Version ${version} is live again`, ...aboutBreaks(broken) });
  });
}

/** Makes a version live again, even if that breaks the contract: an incident is no time for a refusal. Returns what it breaks. */
async function promoteBack(
  writes: PromptWrites,
  promptId: string,
  version: number,
  options: Pick<TransitionOptions, 'note' | 'breakGlass'> = {},
): Promise<readonly string[]> {
  try {
    await writes.transition('promote', promptId, version, options);
    return [];
  } catch (error) {
    const broken = refusedBreaks(error);
    if (broken === undefined) throw error;
    await writes.transition('promote', promptId, version, { ...options, allowBreak: true });
    return broken;
  }
}

function aboutBreaks(breaks: readonly string[]) {
  return breaks.length === 0 ? {} : { description: `It breaks the input contract: ${breaks.join('; ')}.` };
}

/** The variables that applications have to send in addition, as the breaks have it. */
function requiredBy(breaks: readonly string[]): readonly string[] {
  const start = 'added required ';
  return breaks.filter((one) => one.startsWith(start)).map((one) => one.slice(start.length));
}

interface RollbackDialogProps {
  readonly promptId: string;
  readonly rollback: Rollback;
  readonly live: Version;
  readonly onOpenChange: (open: boolean) => void;
  readonly onConfirm: (act: Promise<unknown>) => Promise<void>;
}

function RollbackDialog({ promptId, rollback, live, onOpenChange, onConfirm }: RollbackDialogProps) {
  const writes = usePromptWrites();
  const { version } = rollback;
  const check = useQuery(checkReading(promptId, version.version));
  const { changes } = useContractQuestion(promptId, check.data, 'live');
  const effect = changes.effect === 'asks' ? 'allowed' : changes.effect;
  const [note, setNote] = useState('');
  const isCopy = rollback.kind === 'copy';
  const verb = `Make ${isCopy ? 'a copy of ' : ''}version ${version.version} live`;
  const choice = usePolicyChoice({
    promptId,
    transition: 'live',
    version: version.version,
    change: { kind: 'promote', version: version.version, to: 'live' },
    title: `Roll back to version ${version.version}`,
    verb,
    // A copy was never live, so no policy exempts it; nor can a version be proposed that does not exist yet.
    isGuarded: !isCopy,
  });
  const protectors = useProtectors(promptId);
  const noCopy =
    isCopy && protectors.ofPromotion('live').length > 0
      ? 'A policy asks for a review: copy the version as a draft, and propose it'
      : undefined;
  const act = async (reason: string | undefined): Promise<void> => {
    let { version: number } = version;
    if (isCopy) {
      ({
        version: { version: number },
      } = await writes.duplicate(promptId, version.version));
      await writes.transition('promote', promptId, number);
    }
    const broken = await promoteBack(writes, promptId, number, { note, breakGlass: reason });
    toast({
      title: `Version ${number} is live`,
      ...aboutBreaks(broken),
      action: {
        label: `Return to version ${live.version}`,
        run: () => backTo(writes, promptId, live.version),
      },
    });
  };
  return (
    <ConfirmDialog
      open
      onOpenChange={onOpenChange}
      wide
      tone={choice.way === 'override' ? 'danger' : 'neutral'}
      title={`Roll back to version ${version.version}?`}
      description={
        !isCopy
          ? `From the next request, renders use version ${version.version} again. Version ${live.version} becomes stable.`
          : `Version ${version.version} is archived, so a copy of it becomes a new live version. Version ${live.version} becomes stable.`
      }
      confirmLabel={choice.confirmLabel}
      disabledReason={noCopy ?? choice.missing}
      onConfirm={() => onConfirm(choice.go(act))}
    >
      {choice.fields}
      {choice.way !== 'propose' && <NoteField note={note} onChange={setNote} />}
      <ContractChanges {...changes} effect={effect} />
      <CheckResult
        check={check.data}
        error={check.error}
        told={effect === 'none' ? [] : requiredBy(changes.breaks)}
      />
      <ContentDiff
        left={live}
        right={version}
        leftLabel={`Version ${live.version}, live`}
        rightLabel={`Version ${version.version}`}
        layout="unified"
        equalNote={sameText(version)}
      />
    </ConfirmDialog>
  );
}

function sameText({ kind }: Version): string {
  return `The ${kind === 'chat' ? 'conversation' : 'text'} is the same as in the live version.`;
}
