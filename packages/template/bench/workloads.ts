/** The five workloads, each written in every engine's own language, with the same output. */

export interface Workload {
  readonly name: string;
  readonly go: string;
  readonly handlebars: string;
  readonly mustache: string;
  readonly nunjucks: string;
  readonly eta: string;
  /** What one would write instead of a template. */
  readonly byHand: () => string;
  readonly data: Readonly<Record<string, unknown>>;
}

interface Message {
  readonly role: string;
  readonly isUser: boolean;
  readonly content: string;
}

interface Document {
  readonly title: string;
  readonly source: string;
  readonly text: string;
}

const SENTENCE = 'The quick brown fox jumps over the lazy dog while the band plays on. ';

/** The function with its data, which the engine must not take for constant. */
function fresh<T>(data: T, render: (data: T) => string): () => string {
  const holders = [{ data }, { data: structuredClone(data) }];
  let turn = 0;
  return () => {
    turn ^= 1;
    return render(holders[turn]?.data ?? data);
  };
}

function messages(count: number): Message[] {
  return Array.from({ length: count }, (_, index) => ({
    role: index % 2 === 0 ? 'user' : 'assistant',
    isUser: index % 2 === 0,
    content: `Message number ${index}: ${SENTENCE}`,
  }));
}

function documents(count: number): Document[] {
  return Array.from({ length: count }, (_, index) => ({
    title: `Document ${index}`,
    source: `https://example.test/docs/${index}`,
    text: SENTENCE.repeat(6),
  }));
}

function line(): Workload {
  const data = { name: 'Ada Lovelace', place: 'the analytical engine' };
  return {
    name: 'two-variable line',
    go: 'Hello {{.name}}, welcome to {{.place}}!',
    handlebars: 'Hello {{name}}, welcome to {{place}}!',
    mustache: 'Hello {{name}}, welcome to {{place}}!',
    nunjucks: 'Hello {{ name }}, welcome to {{ place }}!',
    eta: 'Hello <%= it.name %>, welcome to <%= it.place %>!',
    byHand: fresh(data, ({ name, place }) => `Hello ${name}, welcome to ${place}!`),
    data,
  };
}

function chat(count: number): Workload {
  const data = { system: 'You are a helpful assistant.', newline: '\n', messages: messages(count) };
  return {
    name: `chat, ${count} messages`,
    go: '{{.system}}\n{{range .messages}}{{if eq .role "user"}}User: {{.content}}{{else}}Assistant: {{.content}}{{end}}\n{{end}}Assistant:',
    handlebars:
      '{{system}}\n{{#each messages}}{{#if isUser}}User: {{content}}{{else}}Assistant: {{content}}{{/if}}\n{{/each}}Assistant:',
    mustache:
      '{{system}}\n{{#messages}}{{#isUser}}User: {{content}}{{/isUser}}{{^isUser}}Assistant: {{content}}{{/isUser}}{{{newline}}}{{/messages}}Assistant:',
    nunjucks:
      '{{ system }}\n{% for m in messages %}{% if m.role == "user" %}User: {{ m.content }}{% else %}Assistant: {{ m.content }}{% endif %}\n{% endfor %}Assistant:',
    eta: '<%= it.system %>\n<% for (const m of it.messages) { %><% if (m.role === "user") { %>User: <%= m.content %><% } else { %>Assistant: <%= m.content %><% } %>\n<% } %>Assistant:',
    byHand: fresh(data, ({ system, messages: list }) => {
      let out = `${system}\n`;
      for (const message of list) {
        out += message.role === 'user' ? `User: ${message.content}\n` : `Assistant: ${message.content}\n`;
      }
      return `${out}Assistant:`;
    }),
    data,
  };
}

function retrieval(): Workload {
  const data = {
    documents: documents(20).map((document, index) => ({ ...document, index })),
    newlines: '\n\n',
    question: 'What does the fox do?',
  };
  return {
    name: 'RAG, 20 documents',
    go: 'Answer from the documents only.\n\n{{range $i, $d := .documents}}[{{$i}}] {{$d.title}} ({{$d.source}})\n{{$d.text}}\n\n{{end}}Question: {{.question}}\nAnswer:',
    handlebars:
      'Answer from the documents only.\n\n{{#each documents}}[{{@index}}] {{title}} ({{source}})\n{{text}}\n\n{{/each}}Question: {{question}}\nAnswer:',
    mustache:
      'Answer from the documents only.\n\n{{#documents}}[{{index}}] {{title}} ({{source}})\n{{text}}{{{newlines}}}{{/documents}}Question: {{question}}\nAnswer:',
    nunjucks:
      'Answer from the documents only.\n\n{% for d in documents %}[{{ loop.index0 }}] {{ d.title }} ({{ d.source }})\n{{ d.text }}\n\n{% endfor %}Question: {{ question }}\nAnswer:',
    eta: 'Answer from the documents only.\n\n<% it.documents.forEach((d, i) => { %>[<%= i %>] <%= d.title %> (<%= d.source %>)\n<%= d.text %>\n\n<% }) %>Question: <%= it.question %>\nAnswer:',
    byHand: fresh(data, ({ documents: list, question }) => {
      let out = 'Answer from the documents only.\n\n';
      list.forEach((document, index) => {
        out += `[${index}] ${document.title} (${document.source})\n${document.text}\n\n`;
      });
      return `${out}Question: ${question}\nAnswer:`;
    }),
    data,
  };
}

function literalPrompt(): Workload {
  const before = SENTENCE.repeat(60);
  const after = SENTENCE.repeat(58);
  const around = (name: string, task: string): string => `${before}\nName: ${name}\n${after}\nTask: ${task}`;
  const data = { name: 'Ada', task: 'Summarise the text above.' };
  return {
    name: '8 KB, mostly literal',
    go: around('{{.name}}', '{{.task}}'),
    handlebars: around('{{name}}', '{{task}}'),
    mustache: around('{{name}}', '{{task}}'),
    nunjucks: around('{{ name }}', '{{ task }}'),
    eta: around('<%= it.name %>', '<%= it.task %>'),
    byHand: fresh(data, ({ name, task }) => around(name, task)),
    data,
  };
}

export const WORKLOADS: readonly Workload[] = [line(), chat(4), chat(100), retrieval(), literalPrompt()];
