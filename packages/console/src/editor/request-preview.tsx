/** The request that an application would send to a provider, as JSON. */
import { ScrollRegion } from '../diff/mod.ts';
import { type Provider, type ProviderRequest, providers } from '../preview/mod.ts';
import { Callout, CopyButton } from '../ui/mod.ts';
import { LongText } from './long-text.tsx';

const functions = { openai: 'toOpenAI', anthropic: 'toAnthropic', gemini: 'toGemini' } as const;

export interface RequestPreviewProps {
  readonly provider: Provider;
  /** Undefined while nothing is rendered. */
  readonly request: ProviderRequest | undefined;
}

export function RequestPreview({ provider, request }: RequestPreviewProps) {
  const name = providers.find(({ value }) => value === provider)?.label ?? provider;
  const text = request?.ok === true ? JSON.stringify(request.request, null, 2) : undefined;
  return (
    <ScrollRegion
      label={`Request for ${name}`}
      className="min-h-0 flex-1 overflow-auto px-4 py-3 -outline-offset-2"
    >
      <div className="mb-3 flex items-center gap-3">
        <p className="min-w-0 flex-1 text-muted text-xs">
          What <code className="rounded bg-sunken px-1 py-0.5">{functions[provider]}</code> of the SDKs makes
          of this render. px0 sends nothing.
        </p>
        {text !== undefined && <CopyButton text={text} label={`Copy request for ${name}`} />}
      </div>
      {request === undefined && <p className="text-faint text-sm">No output.</p>}
      {request?.ok === false && (
        <Callout tone="warning" title="px0 can’t make this request">
          {sentence(request.reason)}
        </Callout>
      )}
      {request?.ok === true && request.dropped.length > 0 && (
        <div className="mb-3">
          <Callout tone="info">
            {name} has no <span className="font-mono">{request.dropped.join(', ')}</span>, so the request
            leaves {request.dropped.length === 1 ? 'it' : 'them'} out.
          </Callout>
        </div>
      )}
      {text !== undefined && <LongText mono text={text} />}
    </ScrollRegion>
  );
}

function sentence(text: string): string {
  return `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
}
