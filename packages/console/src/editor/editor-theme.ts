/** The look of the code editors. Uses only the page's own colours, so it follows the theme. */
import { HighlightStyle, syntaxHighlighting } from '@codemirror/language';
import { EditorView } from '@codemirror/view';
import { tags } from '@lezer/highlight';

export const editorTheme = EditorView.theme({
  '&': { color: 'var(--fg)', backgroundColor: 'transparent', fontSize: '13px', height: '100%' },
  '&.cm-focused': { outline: 'none' },
  '.cm-scroller': { fontFamily: 'var(--font-mono)', lineHeight: '21px', overflow: 'auto' },
  '.cm-content': { caretColor: 'var(--fg)', padding: '12px 0' },
  '.cm-line': { padding: '0 16px 0 8px' },
  '.cm-cursor': { borderLeftColor: 'var(--fg)' },
  '.cm-gutters': { backgroundColor: 'transparent', border: 'none', color: 'var(--faint)' },
  '.cm-lineNumbers .cm-gutterElement': { padding: '0 8px 0 12px', minWidth: '36px' },
  // A conversation has many editors, and the cursor is in one.
  '.cm-activeLine': { backgroundColor: 'transparent' },
  '&.cm-focused .cm-activeLine': { backgroundColor: 'color-mix(in srgb, var(--hover) 60%, transparent)' },
  '.cm-activeLineGutter': { backgroundColor: 'transparent' },
  '&.cm-focused .cm-activeLineGutter': { color: 'var(--fg)' },
  '&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground': {
    backgroundColor: 'color-mix(in srgb, var(--accent) 24%, transparent)',
  },
  '&:not(.cm-focused) .cm-matchingBracket': { backgroundColor: 'transparent' },
  '&.cm-focused .cm-matchingBracket': {
    backgroundColor: 'var(--accent-soft)',
    outline: '1px solid color-mix(in srgb, var(--accent) 40%, transparent)',
  },
  '.cm-placeholder': { color: 'var(--faint)' },
  '.cm-tooltip': {
    backgroundColor: 'var(--raised)',
    border: '1px solid var(--line-strong)',
    borderRadius: '8px',
    boxShadow: 'var(--elevation-high)',
    color: 'var(--fg)',
    overflow: 'hidden',
  },
  '.cm-tooltip.cm-tooltip-autocomplete > ul': {
    fontFamily: 'var(--font-mono)',
    fontSize: '12px',
    maxHeight: '16em',
    padding: '4px',
  },
  '.cm-tooltip.cm-tooltip-autocomplete > ul > li': {
    padding: '3px 8px',
    borderRadius: '5px',
    lineHeight: '1.5',
  },
  '.cm-tooltip.cm-tooltip-autocomplete > ul > li[aria-selected]': {
    backgroundColor: 'var(--accent)',
    color: 'var(--accent-fg)',
  },
  '.cm-tooltip-autocomplete > ul > li[aria-selected] .cm-completionDetail': { color: 'var(--accent-fg)' },
  '.cm-completionDetail': { color: 'var(--faint)', fontStyle: 'normal', marginLeft: '10px' },
  '.cm-completionMatchedText': { textDecoration: 'none', fontWeight: '700' },
  '.cm-completionIcon': { opacity: '0.7', paddingRight: '8px', textAlign: 'center' },
  // CodeMirror's own signs are missing in many fonts. These are what the language writes, in letters that every font has.
  '.cm-completionIcon-keyword::after': { content: '"{"' },
  '.cm-completionIcon-function::after': { content: '"f"' },
  '.cm-completionIcon-property::after': { content: '"."' },
  '.cm-completionIcon-variable::after': { content: '"$"' },
  '.cm-completionInfo': {
    padding: '8px 12px',
    maxWidth: '300px',
    fontSize: '12px',
    fontFamily: 'var(--font-sans)',
  },
  '.cm-completionInfo code': { display: 'block', fontFamily: 'var(--font-mono)', color: 'var(--accent-ink)' },
  '.cm-completionInfo p': { margin: '4px 0' },
  '.cm-diagnostic': { padding: '6px 10px', fontFamily: 'var(--font-sans)', fontSize: '12px' },
  '.cm-diagnosticAction': {
    backgroundColor: 'var(--canvas)',
    border: '1px solid var(--line-strong)',
    borderRadius: '6px',
    color: 'var(--fg)',
    fontFamily: 'var(--font-mono)',
    padding: '1px 8px',
  },
  '.cm-diagnostic-error': { borderLeft: '3px solid var(--danger)' },
  '.cm-diagnostic-warning': { borderLeft: '3px solid var(--warning)' },
  '.cm-lintRange-error': squiggle('var(--danger)'),
  '.cm-lintRange-warning': squiggle('var(--warning)'),
  // CodeMirror's own marks are `data:` images, which the content security policy forbids.
  '.cm-lint-marker-error, .cm-lint-marker-warning, .cm-lint-marker-info': {
    content: '""',
    display: 'block',
    width: '8px',
    height: '8px',
    margin: '6px 2px',
    borderRadius: '50%',
  },
  '.cm-lint-marker-error': { backgroundColor: 'var(--danger)' },
  '.cm-lint-marker-warning': { backgroundColor: 'var(--warning)' },
  '.cm-panels': { backgroundColor: 'var(--panel)', color: 'var(--fg)', borderColor: 'var(--line)' },
  '.cm-panel.cm-search': { padding: '8px 12px', fontFamily: 'var(--font-sans)' },
  '.cm-panel.cm-search input, .cm-panel.cm-search button': {
    backgroundColor: 'var(--canvas)',
    backgroundImage: 'none',
    border: '1px solid var(--line-strong)',
    borderRadius: '6px',
    color: 'var(--fg)',
    padding: '2px 8px',
  },
  '.cm-searchMatch': { backgroundColor: 'var(--warning-soft)', outline: '1px solid var(--warning)' },
  '.tok-delimiter': { color: 'var(--faint)' },
  '.tok-comment': { color: 'var(--faint)', fontStyle: 'italic' },
  '.tok-keyword': { color: 'var(--info-ink)', fontWeight: '600' },
  '.tok-function': { color: 'var(--warning-ink)' },
  '.tok-identifier': { color: 'var(--danger-ink)' },
  '.tok-field': { color: 'var(--accent-ink)', fontWeight: '500' },
  '.tok-variable': { color: 'var(--accent-ink)', fontStyle: 'italic' },
  '.tok-string': { color: 'var(--success-ink)' },
  '.tok-number, .tok-constant': { color: 'var(--info-ink)' },
  '.tok-operator': { color: 'var(--muted)' },
  '.tok-error': { color: 'var(--danger-ink)' },
});

/** Colours for JSON. */
export const jsonColours = syntaxHighlighting(
  HighlightStyle.define([
    { tag: tags.propertyName, color: 'var(--accent-ink)' },
    { tag: tags.string, color: 'var(--success-ink)' },
    { tag: [tags.number, tags.bool, tags.null], color: 'var(--info-ink)' },
    { tag: tags.separator, color: 'var(--muted)' },
  ]),
);

/**
 * A wavy line below the text, drawn as a background: where somebody types over a text with a `text-decoration`, Chrome writes it into the
 * new text as a style of its own, which the content security policy forbids.
 */
function squiggle(colour: string): { readonly [property: string]: string } {
  const up = `linear-gradient(45deg, transparent 40%, ${colour} 45% 55%, transparent 60%)`;
  const down = `linear-gradient(135deg, transparent 40%, ${colour} 45% 55%, transparent 60%)`;
  return {
    backgroundImage: `${up}, ${down}`,
    backgroundPosition: '0 100%, 3px 100%',
    backgroundRepeat: 'repeat-x',
    backgroundSize: '6px 3px',
    paddingBottom: '2px',
  };
}
