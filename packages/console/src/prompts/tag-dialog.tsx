/** Sets a tag on a version. If another version has the tag, the dialog says that it will move. */
import { useDeferredValue, useState } from 'react';
import { Callout, FormDialog, TextField, toast } from '../ui/mod.ts';
import { attempt } from './attempt.ts';
import { usePromptWrites } from './data/writes.ts';
import { usePolicyChoice } from './policy-choice.tsx';
import { tagFault, tagWarning } from './tag-form.ts';
import { useProtectors } from './use-protectors.ts';
import type { Version } from './version-actions.ts';

export interface TagDialogProps {
  readonly promptId: string;
  readonly versions: readonly Version[];
  /** Undefined: closed. */
  readonly version: Version | undefined;
  readonly onClose: () => void;
}

export function TagDialog({ promptId, versions, version, onClose }: TagDialogProps) {
  const writes = usePromptWrites();
  const [tag, setTag] = useState('');
  const known = [...new Set(versions.flatMap(({ tags }) => tags))].filter(
    (one) => version?.tags.includes(one) === false && tagFault(one) === undefined,
  );
  const holder = versions.find(({ tags }) => tags.includes(tag));
  const move = holder === undefined || holder === version ? undefined : holder;
  const warning = tagWarning(tag);
  const protectors = useProtectors(promptId);
  const isGuarded = tagFault(tag) === undefined && protectors.ofTag(tag).length > 0;
  // What somebody is still typing asks px0 only for names that a policy protects.
  const asked = useDeferredValue(tag);
  const choice = usePolicyChoice({
    promptId,
    transition: 'tag',
    version: version?.version ?? 0,
    tag: asked,
    change: { kind: 'set_tag', tag, version: version?.version ?? 0 },
    title: `Set the tag “${tag}” on version ${version?.version ?? ''}`,
    verb: move === undefined ? 'Set tag' : 'Move tag',
    isGuarded,
  });
  const close = (): void => {
    setTag('');
    onClose();
  };
  const set = async (reason: string | undefined): Promise<void> => {
    if (version === undefined) return;
    await writes.setTag(promptId, version.version, tag, reason);
    toast({
      title: `Tagged version ${version.version} as “${tag}”`,
      action: {
        label: 'Undo',
        run: () =>
          attempt(() =>
            holder === undefined
              ? writes.removeTag(promptId, tag)
              : writes.setTag(promptId, holder.version, tag),
          ),
      },
    });
  };
  return (
    <FormDialog
      open={version !== undefined}
      onOpenChange={(open) => {
        if (!open) close();
      }}
      title={`Tag version ${version?.version ?? ''}`}
      description="Applications can render a version by its tag. Only one version can have a tag at a time."
      submitLabel={choice.confirmLabel}
      disabledReason={
        tagFault(tag) ??
        (holder === version ? 'This version already has this tag' : undefined) ??
        (isGuarded && version?.status === 'draft'
          ? 'A protected tag needs a version that is not a draft'
          : choice.missing)
      }
      onSubmit={() => choice.go(set)}
      size={isGuarded ? 'md' : 'sm'}
    >
      <TextField
        label="Tag"
        mono
        autoFocus
        value={tag}
        onChange={setTag}
        placeholder="production"
        spellCheck={false}
        autoCapitalize="none"
        hint={
          move === undefined
            ? 'For example production, beta or 2026-03.'
            : `Version ${move.version} has this tag. It will move here.`
        }
      />
      {choice.fields}
      {warning !== undefined && (
        <Callout tone="warning">
          <span role="status">{warning}</span>
        </Callout>
      )}
      {known.length > 0 && (
        <div className="flex flex-wrap items-center gap-1.5 text-xs">
          <span className="text-faint">On other versions:</span>
          {known.map((one) => (
            <button
              key={one}
              type="button"
              onClick={() => setTag(one)}
              className="min-h-6 rounded-full border border-line px-2 py-0.5 font-mono text-muted hover:border-line-strong hover:text-fg"
            >
              {one}
            </button>
          ))}
        </div>
      )}
    </FormDialog>
  );
}
