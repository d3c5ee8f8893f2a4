/** The diff of what two versions hold: their texts or conversations, the settings of the model, and the input schemas of their authors. */
import { type DiffLayout, DiffView, ScrollRegion } from '../diff/mod.ts';
import { bodyText, configText, contentOf, isChat, schemaText } from '../preview/mod.ts';
import { Callout } from '../ui/mod.ts';
import type { Version } from './version-actions.ts';

export interface ConfigDiffProps {
  readonly left: Version;
  readonly right: Version;
  readonly leftLabel: string;
  readonly rightLabel: string;
  readonly layout: DiffLayout;
  /** As of `DiffView`. */
  readonly hasKeys?: boolean;
}

export interface ContentDiffProps extends ConfigDiffProps {
  /** What is shown in place of the texts if they are the same. */
  readonly equalNote: string;
}

/** Both, one below the other. */
export function ContentDiff(props: ContentDiffProps) {
  return (
    <div className="flex min-w-0 flex-col gap-4">
      <BodyDiff {...props} />
      {configsOf(props.left, props.right) !== 'none' && (
        <section aria-label="Configuration" className="flex min-w-0 flex-col gap-1.5">
          <h2 className="font-medium text-sm">Configuration</h2>
          <ConfigDiff {...props} />
        </section>
      )}
      {schemasOf(props.left, props.right) !== 'none' && (
        <section aria-label="Input schema" className="flex min-w-0 flex-col gap-1.5">
          <h2 className="font-medium text-sm">Input schema</h2>
          <SchemaDiff {...props} />
        </section>
      )}
    </div>
  );
}

/** Whether either version has a configuration, and whether they differ. */
export function configsOf(left: Version, right: Version): 'none' | 'same' | 'different' {
  const [before, after] = [left, right].map((version) => configText(contentOf(version).config));
  if (before !== after) return 'different';
  return before === '' ? 'none' : 'same';
}

/** Whether an author gave either version an input schema, and whether those differ. */
export function schemasOf(left: Version, right: Version): 'none' | 'same' | 'different' {
  const [before, after] = [left, right].map(({ authored_schema: schema }) => schemaText(schema));
  if (before !== after) return 'different';
  return before === '' ? 'none' : 'same';
}

export function BodyDiff({
  left,
  right,
  leftLabel,
  rightLabel,
  layout,
  hasKeys,
  equalNote,
}: ContentDiffProps) {
  const [before, after] = [contentOf(left), contentOf(right)];
  return (
    <div className="flex min-w-0 flex-col gap-4">
      {isChat(before.body) !== isChat(after.body) && (
        <Callout tone="info">
          {leftLabel} is {kindOf(isChat(before.body))}, and {rightLabel.toLowerCase()} is{' '}
          {kindOf(isChat(after.body))}.
        </Callout>
      )}
      <DiffView
        left={bodyText(before.body)}
        right={bodyText(after.body)}
        leftLabel={leftLabel}
        rightLabel={rightLabel}
        layout={layout}
        {...(hasKeys && { hasKeys })}
        equalNote={equalNote}
      />
    </div>
  );
}

export function ConfigDiff({ left, right, leftLabel, rightLabel, layout, hasKeys }: ConfigDiffProps) {
  return (
    <DiffView
      left={configText(contentOf(left).config)}
      right={configText(contentOf(right).config)}
      leftLabel={`Configuration of ${leftLabel.toLowerCase()}`}
      rightLabel={rightLabel.toLowerCase()}
      layout={layout}
      {...(hasKeys && { hasKeys })}
      equalNote="Both versions have the same configuration."
    />
  );
}

export function SchemaDiff({ left, right, leftLabel, rightLabel, layout, hasKeys }: ConfigDiffProps) {
  return (
    <DiffView
      left={schemaText(left.authored_schema)}
      right={schemaText(right.authored_schema)}
      leftLabel={`Input schema of ${leftLabel.toLowerCase()}`}
      rightLabel={rightLabel.toLowerCase()}
      layout={layout}
      {...(hasKeys && { hasKeys })}
      equalNote="Both versions have the same input schema."
    />
  );
}

function kindOf(isConversation: boolean): string {
  return isConversation ? 'a conversation' : 'a text';
}

/** The whole content, where there is nothing to compare it with. */
export function WholeContent({ version }: { readonly version: Version }) {
  const { body, config } = contentOf(version);
  const settings = configText(config);
  return (
    <>
      <Whole
        label={isChat(body) ? 'Messages of the version' : 'Template of the version'}
        text={bodyText(body)}
      />
      {settings !== '' && <Whole label="Configuration of the version" text={settings} />}
    </>
  );
}

function Whole({ label, text }: { readonly label: string; readonly text: string }) {
  return (
    <div>
      <p className="mb-1.5 text-muted text-xs">{label}:</p>
      <ScrollRegion
        label={label}
        className="max-h-64 overflow-auto rounded-lg border border-line bg-canvas p-3"
      >
        <pre className="whitespace-pre-wrap break-words font-mono text-xs leading-5">{text}</pre>
      </ScrollRegion>
    </div>
  );
}
