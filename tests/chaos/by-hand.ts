/** Histories and final states made by hand, for the tests of the checkers. */
import { encodeToken } from '@px0/event-bus';
import {
  type Action,
  type Answered,
  type FinalState,
  type Operation,
  renderedFrom,
  templateOf,
} from './history.ts';

export const revision = (sequence: number, epoch = '7'): string => encodeToken({ epoch, sequence });

/** Writes a history: each operation begins when the one before has ended, unless told otherwise. */
export class Story {
  readonly operations: Operation[] = [];

  tell(action: Action, answer: Partial<Answered> | 'none', more: Partial<Operation> = {}): Operation {
    const id = this.operations.length + 1;
    const operation: Operation = {
      id,
      worker: 1,
      action,
      at: 'gateway',
      start: id * 10,
      end: id * 10 + 5,
      carried: undefined,
      answer:
        answer === 'none'
          ? undefined
          : { status: 200, revision: revision(id), pending: false, stale: false, ...answer },
      ...more,
    };
    this.operations.push(operation);
    return operation;
  }

  version(number: number): Operation {
    return this.tell(
      { kind: 'create-version', prompt: 'p', marker: `m${number}` },
      { status: 201, version: number },
    );
  }

  promote(version: number, text: 'stable' | 'live' = 'live', more: Partial<Operation> = {}): Operation {
    return this.tell({ kind: 'promote', prompt: 'p', version }, { version, text }, more);
  }

  render(version: number, more: Partial<Operation> = {}, answer: Partial<Answered> = {}): Operation {
    const text = renderedFrom(templateOf(`m${version}`), 'x');
    return this.tell(
      { kind: 'render', prompt: 'p', credential: 'key', input: 'x' },
      { version, text, ...answer },
      more,
    );
  }
}

interface End {
  readonly statuses?: Readonly<Record<number, string>>;
  readonly more?: Partial<FinalState>;
  readonly template?: (number: number) => string;
}

/** What is held at the end: versions by number with their status, and a replica that agrees. */
export function end({ statuses = { 1: 'stable', 2: 'live' }, more = {}, template }: End = {}): FinalState {
  const versions = Object.entries(statuses).map(([number, status]) => ({
    number: Number(number),
    status,
    template: template?.(Number(number)) ?? templateOf(`m${number}`),
  }));
  const live = versions.find(({ status }) => status === 'live');
  const rendered =
    live === undefined
      ? { replica: 'render', status: 404 }
      : { replica: 'render', status: 200, version: live.number, text: renderedFrom(live.template, 'final') };
  return {
    prompts: [{ id: 'p', versions, rendered: [rendered] }],
    keys: [],
    accounts: [],
    roles: [],
    stillAccepted: [],
    ...more,
  };
}

/** Two versions, the second of which has replaced the first. */
export function promoted(): Story {
  const story = new Story();
  story.version(1);
  story.promote(1);
  story.version(2);
  story.promote(2);
  return story;
}
