/**
 * Takes what applications say that they rendered by themselves, and passes it on: into the stream in which render processes put what they count, or from a
 * relay to its upstream. Nothing is kept here: what is not taken there, the application sends again.
 * See docs/decisions/202-usage-that-applications-report.md.
 */
import { type AccessProjection, limitsOf } from '@px0/access';
import { type UsageWindow, usageLimits } from '@px0/contracts';
import { ApiError } from '@px0/service-kit';
import type { PromptDirectory } from '../../prompts/mod.ts';
import type { DeliveryPrincipal } from '../request/admission.ts';
import { unavailable } from '../request/unavailable.ts';
import { ownerOf } from '../stream/subscriptions.ts';
import { Slices } from '../view/slices.ts';
import { ReportCounts } from './report-counts.ts';
import { type Place, ReportRoom } from './report-room.ts';
import { type GivenReport, type ReadablePrompts, ReportedWindow, rowsOf } from './reported-rows.ts';

/** Where windows go. */
export interface ReportSink {
  /** Whether it takes windows now. */
  readonly isOpen: boolean;
  /** A rejection, whatever it says, asks the application to send the window again. */
  take(window: UsageWindow): void | Promise<void>;
}

export interface UsageReportsOptions {
  readonly sink: ReportSink;
  readonly access: AccessProjection;
  readonly directory: PromptDirectory;
}

/** What a look-up of a slug takes of the caller's amount, for each team: it costs about as much as reading so many bytes. */
const BYTES_PER_TEAM = 4;

export class UsageReports {
  readonly #options: UsageReportsOptions;
  readonly #room = new ReportRoom();
  /** What has been reported so far. */
  readonly counts = new ReportCounts();

  constructor(options: UsageReportsOptions) {
    this.#options = options;
  }

  /**
   * Counts the reports of a body of so many bytes, which are read one by one; returns how many rows were dropped. Reports before one that fails are
   * counted, and are recognised when they come again.
   *
   * @throws ApiError reportsRequired, tooManyReports, tooManyRequests, serviceUnavailable, and what `parse` does
   */
  async take(
    principal: DeliveryPrincipal,
    bytes: number,
    parse: () => Promise<readonly (() => GivenReport)[] | undefined>,
  ): Promise<number> {
    // What would be in vain takes nothing of the caller's amount, which it needs afterwards.
    if (!this.#options.sink.isOpen) throw unavailable();
    const place = await this.#room.enter(ownerOf(principal), bytes);
    try {
      const reports = await parse();
      if (reports === undefined) throw new ApiError('reportsRequired');
      if (reports.length > usageLimits.reports) throw new ApiError('tooManyReports');
      return await this.#count(principal, reports, place);
    } finally {
      place.leave();
    }
  }

  async #count(
    principal: DeliveryPrincipal,
    reports: readonly (() => GivenReport)[],
    place: Place,
  ): Promise<number> {
    const prompts = this.#readable(principal, place);
    const slices = new Slices();
    let dropped = 0;
    for (const read of reports) {
      const report = read();
      const window = new ReportedWindow(report, principal, Date.now());
      const rows = window.isCountable ? (report.rows?.slice(0, usageLimits.rows) ?? []) : [];
      let counted = 0;
      for (const row of rows) {
        if (window.add(row, prompts)) counted += 1;
        if (slices.isOver) await slices.others();
      }
      dropped += rowsOf(report) - counted;
      const message = window.message();
      if (message !== undefined) await this.#pass(message);
    }
    this.counts.dropped += dropped;
    return dropped;
  }

  async #pass(message: UsageWindow): Promise<void> {
    try {
      await this.#options.sink.take(message);
      this.counts.add(message);
    } catch (error) {
      // Whatever is not taken, and why ever: the application has it still.
      throw unavailable(error);
    }
  }

  /** A slug means the prompt that a render of it would mean. */
  #readable(principal: DeliveryPrincipal, place: Place): ReadablePrompts {
    const { access, directory } = this.#options;
    const limits = limitsOf(principal);
    const sees = (slug: string) => limits === undefined || limits.seesSlug(slug);
    let teamIds: readonly string[] | undefined;
    return {
      byId: (promptId) => {
        const prompt = directory.byId(promptId);
        if (prompt === undefined || !access.reads(principal, prompt.teamId)) return undefined;
        return sees(prompt.slug) ? prompt : undefined;
      },
      bySlug: (slug) => {
        teamIds ??= access.readableTeams(principal);
        place.charge(teamIds.length * BYTES_PER_TEAM);
        return sees(slug) ? directory.find(slug, teamIds) : undefined;
      },
    };
  }
}
