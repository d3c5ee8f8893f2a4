/** The steps from an empty organization to the first render, each with the way to do it. */
import { Link, type LinkProps } from '@tanstack/react-router';
import { Circle, CircleCheck } from 'lucide-react';
import type { ReactNode } from 'react';
import { buttonClasses, classes, PlainButton } from '../../ui/mod.ts';
import { useWorkspace } from '../../workspace/mod.ts';
import type { StartPrompt, StepId } from './start-steps.ts';
import type { FirstSteps } from './use-first-steps.ts';

export interface StartChecklistProps {
  readonly start: FirstSteps;
  /** The button that creates a prompt. */
  readonly create: ReactNode;
}

interface StepText {
  readonly title: string;
  readonly text: ReactNode;
}

const texts: Readonly<Record<StepId, StepText>> = {
  write: {
    title: 'Write your first prompt',
    text: (
      <>
        A prompt is a template such as <Code>Hello {'{{.name}}'}!</Code> Applications render it by its slug.
      </>
    ),
  },
  payload: {
    title: 'Save a payload',
    text: 'Payloads are sample variables. px0 renders all of them before a version goes live.',
  },
  live: {
    title: 'Make a version live',
    text: 'Mark a draft stable, then make it live. Applications get the live version.',
  },
  key: {
    title: 'Create an API key',
    text: 'Applications use it to render. Give each application a key of its own.',
  },
  render: {
    title: 'Render it from your application',
    text: 'Copy the code from the prompt’s “Integrate” tab and run it. The first render shows up here.',
  },
};

export function StartChecklist({ start, create }: StartChecklistProps) {
  const { steps, done, hide } = start;
  const next = steps.find(({ isDone }) => !isDone)?.id;
  const isOver = next === undefined;
  return (
    <section aria-labelledby="start-heading">
      <header className="flex flex-wrap items-center gap-x-3 gap-y-1 border-line border-b px-4 py-3 sm:px-5">
        <h2 id="start-heading" className="font-semibold text-base">
          {isOver ? 'You’re all set' : 'From an empty page to the first render'}
        </h2>
        <p className="text-muted text-sm">
          {done} of {steps.length} done
        </p>
        <PlainButton variant="ghost" size="sm" className="ml-auto" onClick={hide}>
          {isOver ? 'Done' : 'Hide these steps'}
        </PlainButton>
      </header>
      <ol className="divide-y divide-line">
        {steps.map(({ id, isDone }) => (
          <li key={id} className="flex flex-wrap items-center gap-x-3 gap-y-2 px-4 py-3.5 sm:px-5">
            {isDone ? (
              <CircleCheck aria-hidden="true" className="size-5 shrink-0 self-start text-success" />
            ) : (
              <Circle aria-hidden="true" className="size-5 shrink-0 self-start text-faint" />
            )}
            <div className="min-w-48 flex-1">
              <h3 className={classes('font-medium text-sm', isDone && 'text-muted')}>
                {texts[id].title}
                <span className="sr-only">{isDone ? ', done' : ', to do'}</span>
              </h3>
              {!isDone && <p className="mt-0.5 text-muted text-sm">{texts[id].text}</p>}
            </div>
            {!isDone && <Way id={id} prompt={start.prompt} create={create} isNext={id === next} />}
          </li>
        ))}
      </ol>
    </section>
  );
}

interface WayProps {
  readonly id: StepId;
  readonly prompt: StartPrompt | undefined;
  readonly create: ReactNode;
  readonly isNext: boolean;
}

/** Where a step is done. Nothing for a step that needs a prompt first. */
function Way({ id, prompt, create, isNext }: WayProps) {
  const { organization } = useWorkspace();
  if (id === 'key') {
    if (organization === undefined) return null;
    return (
      <WayLink to="/orgs/$orgId/keys" params={{ orgId: organization.id }} isNext={isNext}>
        Open API keys
      </WayLink>
    );
  }
  if (prompt === undefined) return id === 'write' ? create : null;
  const params = { promptId: prompt.id };
  if (id === 'write' || id === 'live') {
    return (
      <WayLink to="/prompts/$promptId" params={params} isNext={isNext}>
        Open “{prompt.name}”
      </WayLink>
    );
  }
  if (prompt.versions === 0) return null;
  if (id === 'payload' && prompt.version !== undefined) {
    return (
      <WayLink
        to="/prompts/$promptId/versions/$version"
        params={{ ...params, version: String(prompt.version) }}
        isNext={isNext}
      >
        Open the editor
      </WayLink>
    );
  }
  if (id === 'payload') {
    return (
      <WayLink to="/prompts/$promptId" params={params} isNext={isNext}>
        Open “{prompt.name}”
      </WayLink>
    );
  }
  return (
    <WayLink to="/prompts/$promptId" params={params} search={{ tab: 'use' }} isNext={isNext}>
      Copy the code
    </WayLink>
  );
}

function WayLink({
  isNext,
  children,
  ...link
}: LinkProps & { readonly isNext: boolean; readonly children: ReactNode }) {
  return (
    <Link {...link} className={classes(buttonClasses(isNext ? 'primary' : 'secondary'), 'max-w-full')}>
      <span className="truncate">{children}</span>
    </Link>
  );
}

function Code({ children }: { readonly children: ReactNode }) {
  return <code className="rounded bg-sunken px-1 py-0.5 text-xs">{children}</code>;
}
