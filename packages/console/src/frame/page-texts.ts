/**
 * Title and description of the pages that have the same for everybody, by their path in the router's notation. The build puts them into
 * `index.html`, so that a browser shows them before it has the first script.
 */
export const pageTexts = {
  '/prompts': {
    title: 'Prompts',
    description: 'Templates that applications render by slug, without a redeploy.',
  },
  '/get-started': {
    title: 'Get started',
    description: 'From an empty organization to the first render, in a few minutes.',
  },
  '/inbox': {
    title: 'Inbox',
    description: 'Changes waiting for your review, and requests to join teams you administer.',
  },
  '/orgs/$orgId/people': { title: 'People', description: 'Everyone in this organization’s teams.' },
  '/orgs/$orgId/keys': {
    title: 'API keys',
    description:
      'Keys your applications use to render prompts. They belong to the organization, not to a person.',
  },
  '/orgs/$orgId/audit': {
    title: 'Audit log',
    description:
      'What people, API keys and px0 itself changed in this organization. Each entry holds the hash of the one before it.',
  },
} as const;
