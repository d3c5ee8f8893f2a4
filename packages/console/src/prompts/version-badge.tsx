/** The status of a version as a badge. */
import { Badge } from '../ui/mod.ts';
import type { VersionStatus } from './version-actions.ts';

export function VersionBadge({ status }: { readonly status: VersionStatus }) {
  if (status === 'live') {
    return (
      <Badge tone="success" dot>
        Live
      </Badge>
    );
  }
  if (status === 'stable') return <Badge tone="info">Stable</Badge>;
  if (status === 'draft') return <Badge tone="warning">Draft</Badge>;
  return <Badge>Archived</Badge>;
}
