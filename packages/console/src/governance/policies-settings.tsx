/** The policies of a team or an organization, each as a sentence, and a place to try them on a prompt. */
import { useQuery, useQueryClient } from '@tanstack/react-query';
import { FlaskConical, MoreHorizontal, Plus, ShieldCheck } from 'lucide-react';
import { type FormEvent, useState } from 'react';
import { api, isApiError, outdated, reading, sentenceOf } from '../api/mod.ts';
import { obstaclesReading, type Policy, type Requirement, RequirementList } from '../review/mod.ts';
import {
  Badge,
  Button,
  Callout,
  Card,
  ConfirmDialog,
  EmptyState,
  Failure,
  IconButton,
  Menu,
  MenuItem,
  MenuSeparator,
  Section,
  Select,
  SkeletonRows,
  TextField,
  toast,
} from '../ui/mod.ts';
import { usePeople, usePermissions } from '../workspace/mod.ts';
import { PolicyDialog, type PolicyScope } from './policy-dialog.tsx';
import type { Transition } from './policy-form.ts';
import { policySentence, transitionNames } from './policy-words.ts';

export interface PoliciesSettingsProps {
  readonly scope: PolicyScope;
  readonly orgId: string | undefined;
}

export function PoliciesSettings({ scope, orgId }: PoliciesSettingsProps) {
  const isTeam = scope.kind === 'team';
  const { reason } = usePermissions(isTeam ? { teamId: scope.teamId } : { orgId: scope.orgId });
  const ofTeam = useQuery({
    ...reading('listTeamPolicies', { params: { teamID: isTeam ? scope.teamId : '' } }),
    enabled: isTeam,
  });
  const ofOrg = useQuery({
    ...reading('listOrgPolicies', { params: { orgID: isTeam ? '' : scope.orgId } }),
    enabled: !isTeam,
  });
  const { data, error, refetch } = isTeam ? ofTeam : ofOrg;
  const { known } = usePeople(orgId, (people) => people.length >= 1_000);
  const addressOf = (id: string): string => known.find((one) => one.id === id)?.email ?? id;
  const find = (written: string): string | undefined =>
    known.find(({ id, email }) => id === written || email.toLowerCase() === written.toLowerCase())?.id ??
    (data?.policies.some(({ require }) => require.user_ids?.includes(written) === true) === true
      ? written
      : undefined);
  const [editing, setEditing] = useState<Policy | 'new'>();
  const [deleting, setDeleting] = useState<Policy>();
  const queryClient = useQueryClient();
  const noWriting = reason(isTeam ? 'createTeamPolicy' : 'createOrgPolicy');
  const remove = async (): Promise<void> => {
    if (deleting === undefined) return;
    await api.call('deletePolicy', {
      params: { id: deleting.id },
      headers: { 'if-match': `"${deleting.updated_at}"` },
    });
    await outdated(queryClient, 'listTeamPolicies', 'listOrgPolicies', 'explainPolicies', 'getChangeRequest');
    toast({ title: `Deleted the policy “${deleting.name}”` });
  };
  const create = (
    <Button icon={Plus} disabledReason={noWriting} onClick={() => setEditing('new')}>
      New policy
    </Button>
  );
  return (
    <Section
      title="Policies"
      description={
        isTeam
          ? 'What has to hold before a prompt of this team changes for applications. Those of the organization hold, too.'
          : 'What has to hold before a prompt of any team changes for applications. Teams can add to it.'
      }
      actions={create}
    >
      {error !== null && <Failure error={error} retry={refetch} />}
      {error === null && (
        <Card>
          {data === undefined ? (
            <SkeletonRows label="policies" rows={2} />
          ) : data.policies.length === 0 ? (
            <EmptyState icon={ShieldCheck} title="No policies">
              Whoever may change a prompt may make a version live alone. A policy asks for a review first.
            </EmptyState>
          ) : (
            <ul aria-label="Policies" className="divide-y divide-line">
              {data.policies.map((policy) => (
                <PolicyItem
                  key={policy.id}
                  policy={policy}
                  sentence={policySentence(policy, addressOf)}
                  refused={
                    isTeam && policy.scope.kind === 'organization'
                      ? 'It belongs to the organization. Change it in its settings.'
                      : reason('updatePolicy')
                  }
                  isForeign={isTeam && policy.scope.kind === 'organization'}
                  onEdit={() => setEditing(policy)}
                  onDelete={() => setDeleting(policy)}
                />
              ))}
            </ul>
          )}
        </Card>
      )}
      <TryOn {...(isTeam && { teamId: scope.teamId })} />
      {editing !== undefined && (
        <PolicyDialog
          scope={scope}
          policy={editing === 'new' ? undefined : editing}
          find={find}
          addressOf={addressOf}
          onClose={() => setEditing(undefined)}
        />
      )}
      <ConfirmDialog
        open={deleting !== undefined}
        onOpenChange={() => setDeleting(undefined)}
        title={`Delete the policy “${deleting?.name ?? ''}”?`}
        description="What it guards no longer needs a review or a check. Open requests that waited for it may be applied."
        confirmLabel="Delete policy"
        onConfirm={remove}
      />
    </Section>
  );
}

interface PolicyItemProps {
  readonly policy: Policy;
  readonly sentence: string;
  /** Why the user may not change it. */
  readonly refused: string | undefined;
  /** Whether it comes from the organization. */
  readonly isForeign: boolean;
  readonly onEdit: () => void;
  readonly onDelete: () => void;
}

function PolicyItem({ policy, sentence, refused, isForeign, onEdit, onDelete }: PolicyItemProps) {
  return (
    <li className="flex items-start gap-3 px-4 py-3">
      <div className="min-w-0 flex-1">
        <p className="flex flex-wrap items-center gap-2">
          <span className="break-words font-medium text-sm">{policy.name}</span>
          {!policy.enabled && <Badge>Not enabled</Badge>}
          {isForeign && <Badge tone="outline">Organization</Badge>}
        </p>
        <p className="break-words text-muted text-sm">{sentence}</p>
      </div>
      <Menu
        trigger={<IconButton icon={MoreHorizontal} label={`Actions for policy ${policy.name}`} size="sm" />}
      >
        <MenuItem onSelect={onEdit} disabledReason={refused}>
          Edit
        </MenuItem>
        <MenuSeparator />
        <MenuItem tone="danger" onSelect={onDelete} disabledReason={refused}>
          Delete
        </MenuItem>
      </Menu>
    </li>
  );
}

const transitions = (Object.keys(transitionNames) as Transition[]).map((value) => ({
  value,
  label: transitionNames[value],
}));

interface Tried {
  readonly slug: string;
  readonly transition: Transition;
  readonly requirements: readonly Requirement[];
}

/** Asks px0 what stands in the way of a change of a prompt, for this user and now. */
function TryOn({ teamId }: { readonly teamId?: string }) {
  const queryClient = useQueryClient();
  const [slug, setSlug] = useState('');
  const [transition, setTransition] = useState<Transition>('live');
  const [tag, setTag] = useState('');
  const [tried, setTried] = useState<Tried>();
  const [fault, setFault] = useState<string>();
  const [isAsking, setAsking] = useState(false);
  const missing =
    slug.trim() === ''
      ? 'Enter a slug'
      : transition === 'tag' && tag.trim() === ''
        ? 'Enter a tag'
        : undefined;
  const ask = async (): Promise<void> => {
    setAsking(true);
    setFault(undefined);
    setTried(undefined);
    try {
      const { prompt } = await api.call('getPrompt', {
        params: { id: slug.trim() },
        query: { team_id: teamId },
      });
      const { requirements } = await queryClient.fetchQuery(
        obstaclesReading(prompt.id, { transition, ...(transition === 'tag' && { tag: tag.trim() }) }),
      );
      setTried({ slug: prompt.slug, transition, requirements });
    } catch (error) {
      setFault(
        isApiError(error, 'promptNotFound')
          ? ['There is no prompt', `“${slug.trim()}” here.`, error.hint].filter(Boolean).join(' ')
          : sentenceOf(error),
      );
    } finally {
      setAsking(false);
    }
  };
  return (
    <form
      aria-label="Try it on a prompt"
      className="flex flex-col gap-3 rounded-xl border border-line bg-raised p-4"
      onSubmit={(event: FormEvent) => {
        event.preventDefault();
        if (missing === undefined && !isAsking) void ask();
      }}
    >
      <div className="flex flex-wrap items-end gap-3">
        <div className="min-w-40 flex-1">
          <TextField
            label="Try it on a prompt"
            mono
            value={slug}
            onChange={setSlug}
            placeholder="billing_reply"
            spellCheck={false}
            autoCapitalize="none"
          />
        </div>
        <Select
          label="Change"
          value={transition}
          onChange={setTransition}
          options={transitions}
          className="w-60 max-w-full"
        />
        {transition === 'tag' && (
          <div className="w-32">
            <TextField label="Tag" mono value={tag} onChange={setTag} placeholder="prod" spellCheck={false} />
          </div>
        )}
        <Button type="submit" icon={FlaskConical} loading={isAsking} disabledReason={missing}>
          Try
        </Button>
      </div>
      {fault !== undefined && <Callout tone="danger">{fault}</Callout>}
      {tried !== undefined && (
        <div role="status" className="flex flex-col gap-2">
          <p className="text-sm">
            {tried.requirements.length === 0
              ? `No policy guards this change of “${tried.slug}”.`
              : `For you and now, this change of “${tried.slug}” needs:`}
          </p>
          {tried.requirements.length > 0 && <RequirementList requirements={tried.requirements} />}
        </div>
      )}
    </form>
  );
}
