/**
 * Renders, reads and writes without a pause while processes are replaced. It knows what it wrote, so it knows what every render has to say,
 * and what must be there in the end.
 */
import { setTimeout as sleep } from 'node:timers/promises';
import { Shape } from '@px0/testing/world';
import type { Rotation } from './rollout.ts';

interface Reply {
  readonly status: number;
  readonly text: string;
}

/** A live version that nobody changes. */
export interface Standing {
  readonly slug: string;
  readonly variables: Readonly<Record<string, unknown>>;
  readonly rendered: string;
}

/** A prompt that the work writes to and renders. */
interface Subject {
  readonly id: string;
  readonly slug: string;
}

export interface WorkDone {
  readonly renders: number;
  readonly writes: number;
  /** Requests that failed or were answered with something wrong, as sentences. */
  readonly wrong: readonly string[];
}

/** Between two turns of a loop: work that took all of the machine would keep the next process from starting. */
const PACE_MS = 20;

export class SteadyWork {
  readonly #rotation: Rotation;
  readonly #token: string;
  readonly #subject: Subject;
  /** What was written, by version number. */
  readonly #templates = new Map<number, string>();
  readonly #tags = new Map<string, number>();
  readonly #payloads = new Set<string>();
  readonly #standing: Standing[] = [];
  readonly #wrong: string[] = [];
  #live = 0;
  #renders = 0;
  #writes = 0;
  #over = false;
  #working: Promise<unknown> | undefined;

  constructor(rotation: Rotation, token: string, subject: Subject) {
    this.#rotation = rotation;
    this.#token = token;
    this.#subject = subject;
  }

  /** Begins; the first version is live when it returns. */
  async begin(): Promise<void> {
    await this.#writeOnce();
    const loops = [this.#loop(() => this.#writeOnce()), this.#loop(() => this.#renderOnce())];
    this.#working = Promise.all([
      ...loops,
      this.#loop(() => this.#renderOnce()),
      this.#loop(() => this.#read()),
    ]);
  }

  /** Renders this, too, from now on. */
  alsoRender(standing: Standing): void {
    this.#standing.push(standing);
  }

  get done(): WorkDone {
    return { renders: this.#renders, writes: this.#writes, wrong: this.#wrong };
  }

  /** Ends, and compares everything that was acknowledged with what is there. */
  async end(): Promise<WorkDone> {
    this.#over = true;
    await this.#working;
    await this.#compare();
    return this.done;
  }

  async #loop(turn: () => Promise<void>): Promise<void> {
    while (!this.#over) {
      await sleep(PACE_MS);
      try {
        await turn();
      } catch (error) {
        this.#wrong.push(String(error));
      }
    }
  }

  async #ask(method: string, path: string, body?: unknown): Promise<Reply> {
    return await this.#rotation.use(async (url) => {
      const response = await fetch(`${url}${path}`, {
        method,
        headers: { authorization: `Bearer ${this.#token}`, 'content-type': 'application/json' },
        ...(body !== undefined && { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(20_000),
      });
      return { status: response.status, text: await response.text() };
    });
  }

  /** A request that must succeed. */
  async #must(method: string, path: string, body?: unknown): Promise<Shape> {
    const { status, text } = await this.#ask(method, path, body);
    if (status >= 300) throw new Error(`${method} ${path} was answered with ${status}: ${text}`);
    return new Shape(text === '' ? {} : JSON.parse(text));
  }

  /** A version that becomes live, with a tag and a payload. */
  async #writeOnce(): Promise<void> {
    const { id } = this.#subject;
    const template = `turn ${this.#writes} for {{.name}}`;
    const created = await this.#must('POST', `/v1/prompts/${id}/versions`, { template });
    const number = Number(created.text('version', 'version'));
    this.#templates.set(number, template);
    const path = `/v1/prompts/${id}/versions/${number}`;
    await this.#must('POST', `${path}/promote`);
    await this.#must('POST', `${path}/promote`);
    this.#live = number;
    const tag = `t${this.#writes % 7}`;
    await this.#must('POST', `${path}/tags`, { tag });
    this.#tags.set(tag, number);
    const payload = { name: `p${this.#writes}`, variables: { name: this.#writes } };
    const made = await this.#must('POST', `/v1/prompts/${id}/payloads`, payload);
    this.#payloads.add(made.text('payload', 'id'));
    this.#writes += 1;
  }

  async #renderOnce(): Promise<void> {
    const known = this.#live;
    const answer = await this.#must('POST', `/v1/prompts/${this.#subject.slug}/render`, {
      variables: { name: 'Ada' },
    });
    const version = Number(answer.text('version'));
    this.#renders += 1;
    const template = this.#templates.get(version);
    // The version may be live before its creator has been told its number.
    if (version <= known && template === undefined)
      throw new Error(`rendered ${version}, which nobody wrote`);
    if (template !== undefined && answer.text('rendered') !== template.replace('{{.name}}', 'Ada')) {
      throw new Error(`version ${version} rendered as ${answer.text('rendered')}`);
    }
    const [first] = this.#templates;
    if (first === undefined) return;
    const again = await this.#must('POST', `/v1/prompts/${this.#subject.slug}/versions/${first[0]}/render`, {
      variables: { name: 'Ada' },
    });
    this.#renders += 1;
    if (again.text('rendered') !== first[1].replace('{{.name}}', 'Ada')) {
      throw new Error(`version ${first[0]} rendered as ${again.text('rendered')}`);
    }
  }

  async #renderStanding({ slug, variables, rendered }: Standing): Promise<void> {
    const answer = await this.#must('POST', `/v1/prompts/${slug}/render`, { variables });
    this.#renders += 1;
    if (answer.text('rendered') !== rendered)
      throw new Error(`${slug} rendered as ${answer.text('rendered')}`);
  }

  async #read(): Promise<void> {
    for (const standing of this.#standing) await this.#renderStanding(standing);
    const { id } = this.#subject;
    await this.#must('GET', `/v1/prompts/${id}`);
    await this.#must('GET', `/v1/prompts/${id}/versions?limit=3`);
    await this.#must('GET', '/v1/prompts');
  }

  async #compare(): Promise<void> {
    const { id } = this.#subject;
    const versions = await this.#must('GET', `/v1/prompts/${id}/versions`);
    const numbers = versions.each('versions', 'version');
    const templates = versions.each('versions', 'template');
    const found = new Map(numbers.map((number, index) => [number, templates[index]]));
    for (const [number, template] of this.#templates) {
      if (found.get(number) !== template) this.#wrong.push(`version ${number} is ${found.get(number)}`);
    }
    const live = numbers.filter((_number, index) => versions.at('versions', index, 'status') === 'live');
    if (live.join() !== String(this.#live)) this.#wrong.push(`live is ${live.join()}, not ${this.#live}`);
    const tags = await this.#must('GET', `/v1/prompts/${id}/tags`);
    const tagged = new Map(tags.each('tags', 'tag').map((tag, at) => [tag, tags.at('tags', at, 'version')]));
    for (const [tag, number] of this.#tags) {
      if (tagged.get(tag) !== number)
        this.#wrong.push(`tag ${tag} is at ${tagged.get(tag)}, not at ${number}`);
    }
    const payloads = await this.#must('GET', `/v1/prompts/${id}/payloads`);
    const ids = new Set(payloads.each('payloads', 'id'));
    for (const payload of this.#payloads)
      if (!ids.has(payload)) this.#wrong.push(`payload ${payload} is lost`);
  }
}
