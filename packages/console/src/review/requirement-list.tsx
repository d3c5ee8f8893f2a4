/** What the policies ask for before a change may happen, and how much of it is there. */
import { CircleCheck, CircleDashed, CircleX } from 'lucide-react';
import { Badge } from '../ui/mod.ts';
import { approvalsText, checkName, type Requirement } from './request-words.ts';

const icons = {
  success: { icon: CircleCheck, className: 'text-success', word: 'Passed' },
  pending: { icon: CircleDashed, className: 'text-warning-ink', word: 'Pending' },
  failure: { icon: CircleX, className: 'text-danger', word: 'Failed' },
} as const;

export interface RequirementListProps {
  readonly requirements: readonly Requirement[];
  readonly label?: string;
}

export function RequirementList({ requirements, label = 'Requirements' }: RequirementListProps) {
  return (
    <ul aria-label={label} className="divide-y divide-line rounded-lg border border-line bg-raised">
      {requirements.map((requirement) => (
        <li key={requirement.policy_id} className="flex flex-col gap-1.5 px-3.5 py-2.5 text-sm">
          <p className="flex flex-wrap items-center gap-2">
            <span className="min-w-0 flex-1 break-words font-medium">{requirement.policy_name}</span>
            <Badge tone={requirement.satisfied ? 'success' : 'warning'}>
              {requirement.satisfied ? 'Satisfied' : (approvalsText(requirement) ?? 'Not satisfied')}
            </Badge>
          </p>
          {requirement.checks.length > 0 && (
            <ul aria-label={`Checks of ${requirement.policy_name}`} className="flex flex-col gap-1">
              {requirement.checks.map((check) => (
                <Check key={`${check.kind} ${check.name ?? ''}`} {...check} />
              ))}
            </ul>
          )}
          {requirement.unmet.length > 0 && (
            <ul
              aria-label={`Missing for ${requirement.policy_name}`}
              className="list-disc pl-4 text-muted text-xs"
            >
              {requirement.unmet.map((text) => (
                <li key={text} className="break-words">
                  {text}
                </li>
              ))}
            </ul>
          )}
        </li>
      ))}
    </ul>
  );
}

function Check(check: Requirement['checks'][number]) {
  const { icon: Icon, className, word } = icons[check.state];
  return (
    <li className="flex items-start gap-2 text-xs">
      <Icon aria-hidden="true" className={`mt-px size-3.5 shrink-0 ${className}`} />
      <span className="min-w-0 break-words">
        {checkName(check)}: {word.toLowerCase()}
        {check.detail !== '' && <span className="text-muted"> ({check.detail})</span>}
      </span>
    </li>
  );
}
