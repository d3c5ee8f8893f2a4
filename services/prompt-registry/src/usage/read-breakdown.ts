/** Shows who makes a prompt's renders, and why they fail. */
import type { Principal } from '@px0/access';
import type { PromptId, Wire } from '@px0/contracts';
import type { Reader } from '@px0/owner';
import type { FindPrompt } from '../prompts/mod.ts';
import { failureReasons, promptCallers } from './breakdown-store.ts';
import { parseDays } from './days.ts';

const DEFAULT_DAYS = 7;

export interface ReadBreakdownDependencies {
  readonly reader: Reader;
  readonly prompts: FindPrompt;
}

export class ReadBreakdown {
  readonly #deps: ReadBreakdownDependencies;

  constructor(deps: ReadBreakdownDependencies) {
    this.#deps = deps;
  }

  /** @throws ApiError promptNotFound, invalidTimeRange */
  async run(
    principal: Principal,
    promptId: PromptId,
    days: string | undefined,
  ): Promise<Wire<'UsageBreakdown'>> {
    const { reader, prompts } = this.#deps;
    await prompts.run(principal, 'getUsageBreakdown', promptId);
    const range = parseDays(days, DEFAULT_DAYS);
    const [callers, failures] = await Promise.all([
      promptCallers(reader, promptId, range),
      failureReasons(reader, promptId, range),
    ]);
    return { callers, failures };
  }
}
