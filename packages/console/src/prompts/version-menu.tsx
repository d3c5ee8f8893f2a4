/** The menu of a version. */
import { useNavigate } from '@tanstack/react-router';
import {
  Archive,
  ArrowDownFromLine,
  ArrowUpFromLine,
  Columns2,
  CopyPlus,
  GitPullRequestArrow,
  MoreHorizontal,
  Tag,
  Trash2,
  Undo2,
} from 'lucide-react';
import { IconButton, Menu, MenuItem, MenuSeparator } from '../ui/mod.ts';
import type { Permissions } from '../workspace/mod.ts';
import type { TransitionRequest } from './transition-dialog.tsx';
import { afterTransition, liveOf, promotionOf, rollbackTo, type Version } from './version-actions.ts';

export interface VersionMenuProps {
  readonly promptId: string;
  readonly version: Version;
  readonly versions: readonly Version[];
  readonly permissions: Permissions;
  readonly onRequest: (request: TransitionRequest) => void;
  readonly onDuplicate: () => void;
  readonly onTag?: () => void;
  /** Whether the menu offers the next step towards live, because no button beside it does. */
  readonly hasPromotion?: boolean;
  readonly size?: 'sm' | 'md';
}

export function VersionMenu(props: VersionMenuProps) {
  const { promptId, version, versions, permissions, onRequest, onDuplicate, onTag, size = 'sm' } = props;
  const { hasPromotion = false } = props;
  const navigate = useNavigate();
  const { reason } = permissions;
  const live = liveOf(versions);
  const rollback = live === undefined || live.version < version.version ? undefined : rollbackTo(version);
  const promotion = promotionOf(version, live);
  const other = live === undefined || live === version ? versions.find((one) => one !== version) : live;
  return (
    <Menu
      trigger={
        <IconButton icon={MoreHorizontal} label={`Actions for version ${version.version}`} size={size} />
      }
    >
      {other && (
        <MenuItem
          icon={Columns2}
          onSelect={() =>
            void navigate({
              to: '/prompts/$promptId/compare',
              params: { promptId },
              search: { from: other.version, to: version.version },
            })
          }
        >
          {other === live ? 'Compare with live version' : `Compare with version ${other.version}`}
        </MenuItem>
      )}
      <MenuItem icon={CopyPlus} onSelect={onDuplicate} disabledReason={reason('duplicateVersion')}>
        Edit as new draft
      </MenuItem>
      {onTag && (
        <MenuItem icon={Tag} onSelect={onTag} disabledReason={reason('setVersionTag')}>
          Add tag
        </MenuItem>
      )}
      {promotion && hasPromotion && rollback === undefined && (
        <MenuItem
          icon={ArrowUpFromLine}
          onSelect={() => onRequest({ kind: 'promote', version })}
          disabledReason={reason('promoteVersion')}
        >
          {promotion.verb}
        </MenuItem>
      )}
      {promotion && (
        <MenuItem
          icon={GitPullRequestArrow}
          onSelect={() => onRequest({ kind: 'promote', version, isProposal: true })}
          disabledReason={reason('createChangeRequest')}
        >
          Propose to make it live
        </MenuItem>
      )}
      {rollback && (
        <MenuItem
          icon={Undo2}
          onSelect={() => onRequest({ kind: 'rollback', rollback })}
          disabledReason={reason('promoteVersion')}
        >
          Roll back to this version
        </MenuItem>
      )}
      <MenuSeparator />
      {afterTransition('demote', version.status) && (
        <MenuItem
          icon={ArrowDownFromLine}
          tone="danger"
          onSelect={() => onRequest({ kind: 'demote', version })}
          disabledReason={reason('demoteVersion')}
        >
          Demote to stable
        </MenuItem>
      )}
      {version.status === 'draft' && (
        <MenuItem
          icon={Trash2}
          tone="danger"
          onSelect={() => onRequest({ kind: 'delete', version })}
          disabledReason={reason('deletePromptVersion')}
        >
          Delete draft
        </MenuItem>
      )}
      <MenuItem
        icon={Archive}
        tone="danger"
        onSelect={() => onRequest({ kind: 'archive', version })}
        disabledReason={
          reason('archiveVersion') ??
          (afterTransition('archive', version.status) ? undefined : 'Already archived')
        }
      >
        Archive version
      </MenuItem>
    </Menu>
  );
}
