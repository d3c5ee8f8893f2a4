/** What the pictures show: two people of a support team, and prompts in every state. Made through the API, as a script of theirs would. */
import { type Owner, PASSWORD, type Prompt, type Shape, type World } from '@px0/testing/world';

export interface Scene {
  readonly ada: Owner;
  readonly prompt: Prompt;
  /** The draft of the prompt, and the stable version that waits to go live. */
  readonly draft: number;
  readonly stable: number;
  readonly payload: string;
  readonly request: string;
}

const opening = 'You answer customers of {{.company}} who ask for a refund.';
const manners = '{{if .customer.vip}}Thank {{.customer.name}} for years of trust. {{end}}Be brief and kind.';
const rules = 'Rules:\n{{range .rules}}- {{.}}\n{{end}}';
const question = 'Customer {{.customer.name}} writes:\n{{.message}}';
const body = (...parts: readonly string[]) => parts.join('\n\n');

const versions = [
  { template: body(opening, rules, question), note: 'First version, from the old macro.' },
  { template: body(opening, 'Be brief and kind.', rules, question), note: 'Shorter answers.' },
  { template: body(opening, manners, rules, question), note: 'Greet VIP customers by name.' },
  {
    template: body(opening, manners, rules, question, 'Answer in {{.language | default "English"}}.'),
    note: 'Answer in the language of the customer.',
  },
  {
    template: body(
      opening,
      manners,
      rules,
      question,
      'Answer in {{.language | default "English"}}, in at most {{.sentences}} sentences.',
    ),
  },
] as const;

const payloads = [
  {
    name: 'New customer',
    variables: {
      company: 'Acme',
      customer: { name: 'Alan', vip: false },
      rules: ['Apologise once', 'Ask for the order number'],
      message: 'Where is my refund?',
      sentences: 3,
    },
  },
  {
    name: 'VIP, damaged parcel',
    variables: {
      company: 'Acme',
      customer: { name: 'Grace', vip: true },
      rules: ['Apologise once', 'Refund up to 50 € at once', 'Never promise a date'],
      message: 'The parcel arrived broken. I want my money back.',
      language: 'German',
      sentences: 4,
    },
  },
] as const;

const others = [
  ['Ticket triage', 'support', 'Sorts tickets by topic and urgency.'],
  ['Escalation summary', 'support', 'Sums a thread up for the second line.'],
  ['Order status', 'support/orders', 'Says where an order is.'],
  ['Weekly digest', 'reports', 'What customers asked for, once a week.'],
  ['Churn interview', 'reports', 'Questions for those who leave.'],
  ['Welcome mail', 'marketing', 'The first mail after signing up.'],
  ['Product description', 'marketing', 'From the facts of the catalogue.'],
] as const;

export async function makeScene(world: World): Promise<Scene> {
  const [ada, grace] = await Promise.all(
    ['ada', 'grace'].map((name) => world.owner({ email: `${name}@acme.example`, password: PASSWORD })),
  );
  if (ada === undefined || grace === undefined) throw new Error('somebody is missing');
  const { organization, team } = ada;
  await world.make(ada, 'PUT', `/v1/orgs/${organization}`, { name: 'Acme' });
  await world.make(ada, 'PUT', `/v1/teams/${team}`, { name: 'Support' });
  await world.add(ada, team, grace);
  await world.role(ada, team, grace, 'editor');

  for (const [name, folder, description] of others) {
    const prompt = await made(world, ada, { name, folder, description });
    await world.live(ada, prompt, { template: `${description}\n\n{{.text}}`, note: 'First version.' });
    for (let count = 0; count < name.length; count += 1) await world.rendered(ada, prompt, { text: name });
  }
  const named = {
    name: 'Refund reply',
    folder: 'support',
    description: 'Answers customers who ask for a refund.',
  };
  const prompt = await made(world, ada, named);
  const saved: Shape[] = [];
  for (const payload of payloads) {
    saved.push(await world.make(ada, 'POST', `/v1/prompts/${prompt.id}/payloads`, payload));
  }
  for (const [index, version] of versions.entries()) {
    const author = index % 2 === 0 ? ada : grace;
    if (index < 3) await world.live(author, prompt, version);
    else await world.draft(author, prompt, version);
  }
  const stable = 4;
  await world.promote(grace, prompt, stable);
  await world.make(ada, 'POST', `/v1/prompts/${prompt.id}/versions/3/tags`, { tag: 'eval-baseline' });
  for (let count = 0; count < 60; count += 1) {
    await world.rendered(ada, prompt, payloads[count % payloads.length]?.variables);
  }
  const request = await world.make(grace, 'POST', `/v1/prompts/${prompt.id}/change-requests`, {
    title: 'Answer in the language of the customer',
    description: 'A third of our customers write in German or French.',
    change: { kind: 'promote', version: stable, to: 'live' },
  });
  return {
    ada,
    prompt,
    draft: versions.length,
    stable,
    payload: saved.at(-1)?.text('payload', 'id') ?? '',
    request: request.text('change_request', 'id'),
  };
}

async function made(
  world: World,
  who: Owner,
  fields: { readonly name: string; readonly folder: string; readonly description: string },
): Promise<Prompt> {
  const created = await world.make(who, 'POST', `/v1/teams/${who.team}/prompts`, fields);
  return { id: created.text('prompt', 'id'), slug: created.text('prompt', 'slug') };
}
