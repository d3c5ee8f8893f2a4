/**
 * How a change is made that policies may guard: at once, by a change request, or against the policies with a reason. The dialog of the change shows the
 * choice, and px0 decides again when the change is made: a policy may have come since.
 * See docs/decisions/212-console-of-governance.md.
 */
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { type ReactNode, useState } from 'react';
import { isApiError, outdated, useUser } from '../api/mod.ts';
import {
  mayOverride,
  obstaclesReading,
  obstacleText,
  RequirementList,
  useTeamPolicies,
} from '../review/mod.ts';
import { Callout, Checkbox, Segments, TextArea, TextField, toast } from '../ui/mod.ts';
import { usePermissions, useWorkspace } from '../workspace/mod.ts';
import { promptReading } from './data/readings.ts';
import { type ProposedChange, usePromptWrites } from './data/writes.ts';

type Way = 'now' | 'propose' | 'override';

export interface PolicyChoiceOptions {
  readonly promptId: string;
  /** What the policies are asked about. */
  readonly transition: 'stable' | 'live' | 'demote' | 'archive' | 'tag';
  readonly version?: number;
  readonly tag?: string;
  /** What a change request would propose. */
  readonly change: ProposedChange;
  /** What it is called by default: “Make version 8 live”. */
  readonly title: string;
  /** The button that makes the change at once. */
  readonly verb: string;
  /** Whether the user asked to propose it; `only`, if it cannot be made at once. */
  readonly isProposal?: boolean | 'only';
  /** False where the page knows that no policy is about it: then it is made at once. */
  readonly isGuarded?: boolean;
}

export interface PolicyChoice {
  readonly way: Way;
  /** What stands in the way and the fields of the chosen way, for the top of the dialog. */
  readonly fields: ReactNode;
  readonly confirmLabel: string;
  /** Why it cannot be confirmed yet. */
  readonly missing: string | undefined;
  /** Goes the chosen way. `now` makes the change at once; with a reason, against the policies. */
  readonly go: (now: (breakGlass: string | undefined) => Promise<void>) => Promise<void>;
}

const wayOptions = {
  now: { value: 'now', label: 'Now' },
  propose: { value: 'propose', label: 'Propose for review' },
  override: { value: 'override', label: 'Override the policy' },
} as const satisfies { readonly [W in Way]: { readonly value: W; readonly label: string } };

export function usePolicyChoice(options: PolicyChoiceOptions): PolicyChoice {
  const { promptId, transition, version, tag, change, verb, isProposal = false, isGuarded = true } = options;
  const writes = usePromptWrites();
  const queryClient = useQueryClient();
  const navigate = useNavigate();
  const reading = obstaclesReading(promptId, { transition, version, tag });
  const obstacles = useQuery({ ...reading, enabled: isGuarded });
  const requirements = (isGuarded ? (obstacles.data?.requirements ?? []) : []).filter(
    ({ satisfied }) => !satisfied,
  );
  const blocked = obstacleText(requirements);
  const isAllowed = useOverride(promptId, new Set(requirements.map(({ policy_id: id }) => id)));
  const ways = [
    ...(blocked === undefined && isProposal !== 'only' ? [wayOptions.now] : []),
    ...(isGuarded ? [wayOptions.propose] : []),
    ...(requirements.length > 0 && isAllowed && isProposal !== 'only' ? [wayOptions.override] : []),
  ];
  const [chosen, choose] = useState<Way>(isProposal === false ? 'now' : 'propose');
  const way = ways.find(({ value }) => value === chosen)?.value ?? ways[0]?.value ?? 'now';
  const [typed, setTitle] = useState<string>();
  const title = typed ?? options.title;
  const [description, setDescription] = useState('');
  const [isWhenReady, setWhenReady] = useState(false);
  const [reason, setReason] = useState('');
  const propose = async (): Promise<void> => {
    const { change_request: request } = await writes.propose(promptId, {
      title: title.trim(),
      change,
      apply: isWhenReady ? 'when_ready' : 'manual',
      ...(description.trim() !== '' && { description: description.trim() }),
    });
    toast({
      title: `Proposed “${request.title}”`,
      action: {
        label: `Open request #${request.number}`,
        run: () => navigate({ to: '/requests/$requestId', params: { requestId: request.id } }),
      },
    });
  };
  return {
    way,
    confirmLabel: way === 'propose' ? 'Propose' : way === 'override' ? `Override and ${lowered(verb)}` : verb,
    missing:
      way === 'propose' && title.trim() === ''
        ? 'Enter a title'
        : way === 'override' && reason.trim() === ''
          ? 'Enter a reason'
          : undefined,
    go: async (now) => {
      if (way === 'propose') return await propose();
      try {
        await now(way === 'override' ? reason.trim() : undefined);
      } catch (error) {
        if (isApiError(error, 'changeRequestRequired', 'checksFail')) {
          await outdated(queryClient, 'explainPolicies', 'listTeamPolicies');
        }
        throw error;
      }
    },
    fields: (
      <>
        {requirements.length > 0 && (
          <section aria-label="Policies" className="flex flex-col gap-2">
            <Callout tone="warning" title={blocked ?? 'Required checks have not passed'}>
              {blocked === undefined
                ? 'You can make this change once they pass.'
                : 'Propose the change, and others can review it.'}
            </Callout>
            <RequirementList requirements={requirements} />
          </section>
        )}
        {ways.length > 1 && (
          <div>
            <Segments label="How to make this change" value={way} onChange={choose} options={ways} />
          </div>
        )}
        {way === 'propose' && (
          <fieldset className="flex flex-col gap-4">
            <legend className="sr-only">Proposal</legend>
            <TextField label="Title" value={title} onChange={setTitle} maxLength={255} />
            <TextArea
              label="Description (optional)"
              rows={3}
              maxLength={16_384}
              value={description}
              onChange={setDescription}
              placeholder="What changes, and why"
            />
            <Checkbox
              label="Apply as soon as it is approved"
              hint="Otherwise, someone with permission applies it."
              checked={isWhenReady}
              onChange={setWhenReady}
            />
          </fieldset>
        )}
        {way === 'override' && (
          <TextField
            label="Reason"
            value={reason}
            onChange={setReason}
            maxLength={500}
            placeholder="Outage INC-7"
            hint="Recorded with the change. px0 asks another admin to acknowledge it."
          />
        )}
      </>
    ),
  };
}

/** Whether the user may go against the policies that stand in the way. */
function useOverride(promptId: string, standing: ReadonlySet<string>): boolean {
  const user = useUser();
  const { memberships, organizations } = useWorkspace();
  const { data } = useQuery(promptReading(promptId));
  const teamId = data?.prompt.team_id;
  const policies = useTeamPolicies(teamId);
  const team = memberships.find(({ id }) => id === teamId);
  const isOrgAdmin = organizations.some(({ id, role }) => id === team?.org_id && role === 'ADMIN');
  const { may } = usePermissions(teamId === undefined ? {} : { teamId });
  return (
    may('promoteVersion') &&
    mayOverride(
      policies.filter(({ id }) => standing.has(id)),
      { id: user.id, role: isOrgAdmin ? 'admin' : (team?.role ?? null) },
    )
  );
}

function lowered(verb: string): string {
  return `${verb.charAt(0).toLowerCase()}${verb.slice(1)}`;
}
