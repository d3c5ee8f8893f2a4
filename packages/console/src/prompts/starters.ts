/** Example templates to start from. Each shows something the language can do. */

export interface Starter {
  readonly name: string;
  readonly summary: string;
  readonly template: string;
}

export const starters: readonly Starter[] = [
  {
    name: 'Greeting',
    summary: 'A single variable.',
    template: 'Hello {{.name}}!',
  },
  {
    name: 'System prompt',
    summary: 'A default, a condition and a list.',
    template: [
      'You are a support agent of {{.company}}.',
      'Answer in a {{.tone | default "friendly"}} tone, in at most three sentences.',
      '{{if .customer}}The customer is called {{.customer}}.{{end}}',
      'Rules:',
      '{{range .rules}}- {{.}}',
      '{{end}}',
    ].join('\n'),
  },
  {
    name: 'Few-shot classification',
    summary: 'A loop over examples, each with its own fields.',
    template: [
      'Classify the text as one of: {{join ", " .labels}}.',
      '',
      '{{range .examples}}Text: {{.text}}',
      'Label: {{.label}}',
      '',
      '{{end}}Text: {{.text}}',
      'Label:',
    ].join('\n'),
  },
];
