/**
 * A team that reviews what goes live, and expects something of what its prompt renders: the work behind the metrics of policies, change
 * requests and assertions.
 */
import type { Owner, Person, Prompt } from '@px0/testing/world';
import { said, type World } from '@px0/testing/world';

interface Members {
  readonly owner: Owner;
  readonly author: Person;
  readonly prompt: Prompt;
}

export class GovernedTeam {
  readonly #world: World;
  readonly #members: Members;

  private constructor(world: World, members: Members) {
    this.#world = world;
    this.#members = members;
  }

  static async start(world: World): Promise<GovernedTeam> {
    const owner = await world.owner();
    const author = await world.registeredBy(owner, owner.team);
    const prompt = await world.prompt(author, owner.team);
    await world.make(owner, 'POST', `/v1/teams/${owner.team}/prompt-policies`, {
      name: 'Reviewed',
      match: { slugs: ['*'], transitions: ['live'] },
      require: { approvals: 1 },
    });
    await world.make(author, 'POST', `/v1/prompts/${prompt.id}/payloads`, {
      variables: { name: 'Ada' },
      // One that holds, and one that does not.
      assertions: [
        { type: 'contains', value: 'Ada' },
        { type: 'max_chars', value: 5 },
      ],
    });
    return new GovernedTeam(world, { owner, author, prompt });
  }

  /**
   * The author checks a new version, asks for a review, and the owner approves and applies it. Returns what the author was told who wanted to
   * make it live without.
   */
  async change(): Promise<ReturnType<typeof said>> {
    const { owner, author, prompt } = this.#members;
    const world = this.#world;
    const version = await world.draft(author, prompt, 'Hello, {{.name}}!');
    const path = `/v1/prompts/${prompt.id}/versions/${version}`;
    await world.make(author, 'POST', `${path}/check`, {});
    await world.promote(author, prompt, version);
    const refused = await world.ask(author, 'POST', `${path}/promote`);
    const opened = await world.make(author, 'POST', `/v1/prompts/${prompt.id}/change-requests`, {
      title: 'Greet',
      change: { kind: 'promote', version, to: 'live' },
    });
    const request = `/v1/change-requests/${opened.text('change_request', 'id')}`;
    await world.make(owner, 'POST', `${request}/reviews`, {
      verdict: 'approve',
      content_hash: opened.text('change_request', 'binding', 'content_hash'),
    });
    await world.make(owner, 'POST', `${request}/apply`);
    return said(refused);
  }
}
