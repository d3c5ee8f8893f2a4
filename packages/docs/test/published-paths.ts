/** The addresses that are published and must stay: clients, search engines and language models have them. Without `.md`. */

const reference: { readonly [tag: string]: string } = {
  'api-keys': 'create-an-api-key delete-an-api-key list-api-keys',
  auth: 'login logout register-a-new-user reset-password trigger-password-reset trigger-verification-email verify-user-email',
  health: 'health-check',
  inbox: 'get-admin-inbox resolve-join-request',
  organizations:
    'create-organization delete-organization list-org-people remove-member-from-organization update-organization',
  profile: 'change-password delete-me list-user-organizations list-user-teams me update-me',
  'prompt-payloads':
    'create-a-prompt-payload delete-a-prompt-payload get-a-prompt-payload list-prompt-payloads update-a-prompt-payload',
  'prompt-renders': 'render-live-prompt-version render-specific-prompt-version',
  'prompt-versions':
    'archive-prompt-version attachset-version-tag create-a-prompt-version delete-prompt-version-draft demote-prompt-version diff-prompt-versions duplicate-prompt-version get-prompt-version list-prompt-version-tags list-prompt-versions promote-prompt-version remove-version-tag update-prompt-version-draft',
  prompts:
    'archive-a-prompt create-a-prompt get-a-prompt list-all-prompts-with-team-filter list-prompts move-a-prompt restore-a-prompt update-a-prompt',
  'team-management': 'create-team delete-team list-org-teams update-team',
  teams: 'leave-team request-to-join-team',
  'user-management': 'add-team-member list-team-members remove-team-member update-team-member-role',
};

const guides =
  'get-started/create-prompt get-started/get-access-key get-started/run-locally get-started/setup-telemetry index sdk/go sdk/python sdk/typescript template-syntax';

export const publishedPaths: readonly string[] = [
  ...Object.entries(reference).flatMap(([tag, names]) =>
    names.split(' ').map((name) => `api-reference/${tag}/${name}`),
  ),
  ...guides.split(' '),
];
