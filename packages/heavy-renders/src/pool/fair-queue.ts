/** Jobs by organization: first come, first served within one, and in turns between them. */

export interface Queued {
  readonly organization: string;
  /** What the job holds in memory while it waits. */
  readonly bytes: number;
}

export class FairQueue<J extends Queued> {
  /** In the order of their turns; an organization without jobs is not there. */
  readonly #turns = new Map<string, Set<J>>();
  #size = 0;
  #bytes = 0;

  get size(): number {
    return this.#size;
  }

  get bytes(): number {
    return this.#bytes;
  }

  add(job: J): void {
    const jobs = this.#turns.get(job.organization);
    if (jobs === undefined) this.#turns.set(job.organization, new Set([job]));
    else jobs.add(job);
    this.#size += 1;
    this.#bytes += job.bytes;
  }

  /** Takes the first job of the organization whose turn it is, passing over those that `isPassedOver` names. */
  next(isPassedOver: (organization: string) => boolean): J | undefined {
    for (const [organization, jobs] of this.#turns) {
      if (isPassedOver(organization)) continue;
      const [job] = jobs;
      if (job === undefined) continue;
      this.remove(job);
      this.passTurn(organization);
      return job;
    }
    return undefined;
  }

  /** The last job of the organization, which stays. */
  lastOf(organization: string): J | undefined {
    return [...(this.#turns.get(organization) ?? [])].at(-1);
  }

  /** Has the organization's next turn come after everybody else's. */
  passTurn(organization: string): void {
    const jobs = this.#turns.get(organization);
    if (jobs === undefined) return;
    this.#turns.delete(organization);
    this.#turns.set(organization, jobs);
  }

  /** False when the job was not waiting any more. */
  remove(job: J): boolean {
    const jobs = this.#turns.get(job.organization);
    if (jobs === undefined || !jobs.delete(job)) return false;
    if (jobs.size === 0) this.#turns.delete(job.organization);
    this.#size -= 1;
    this.#bytes -= job.bytes;
    return true;
  }

  /** Takes all that wait. */
  takeAll(): J[] {
    const all = [...this.#turns.values()].flatMap((jobs) => [...jobs]);
    this.#turns.clear();
    this.#size = 0;
    this.#bytes = 0;
    return all;
  }
}
