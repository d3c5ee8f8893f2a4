/**
 * Runs `px0 review` for a pull request, shows the report in the job's summary, and keeps it as one comment on the pull request. It needs Node.js 20 and
 * nothing else. Everything comes in as environment variables: nothing of the pull request is ever part of a command line.
 * See docs/decisions/207-previews-and-ci.md.
 */
import { spawn } from 'node:child_process';
import { appendFile, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** @type {(name: string, fallback?: string) => string} */
const setting = (name, fallback = '') => process.env[name] || fallback;

const folder = setting('PX0_FOLDER', 'prompts');
const repository = setting('GITHUB_REPOSITORY');
const api = setting('GITHUB_API_URL', 'https://api.github.com');
const TIMEOUT_MS = 30_000;
/** A pull request with more comments gets another one. */
const MOST_PAGES = 30;
/** GitHub takes a megabyte for each step. */
const MOST_OF_A_SUMMARY = 1_000_000;

process.exitCode = await main();

/** The exit code: that of the review, 0 where there is no key for it. */
async function main() {
  const event = await eventOf();
  const { pull_request: pull } = event;
  // Its workflow has secrets while the folder may be a stranger's.
  if (setting('GITHUB_EVENT_NAME') === 'pull_request_target') {
    say('error', 'px0 review does not run on pull_request_target; use pull_request');
    return 2;
  }
  if (setting('PX0_ACCESS_TOKEN') === '') return withoutKey(event);
  const work = await mkdtemp(join(tmpdir(), 'px0-review-'));
  try {
    const [report, comment] = [join(work, 'report.md'), join(work, 'comment.md')];
    const code = await review(['--out', report, '--comment', comment, ...linkOf()]);
    const text = await readFile(report, 'utf8').catch(() => undefined);
    // Without a report there was no review: the command has said why.
    if (text === undefined) return code === 0 ? 1 : code;
    await summarize(text);
    if (pull !== undefined && setting('PX0_COMMENT', 'true') === 'true')
      await keepComment(pull.number, await readFile(comment, 'utf8'));
    return code;
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

async function eventOf() {
  const path = setting('GITHUB_EVENT_PATH');
  return path === '' ? {} : JSON.parse(await readFile(path, 'utf8'));
}

/** Workflows of forks and of Dependabot are given no secrets: there is nothing to review with, and nobody's fault. */
async function withoutKey({ pull_request: pull, sender }) {
  const isOfFork = pull !== undefined && pull.head?.repo?.full_name !== pull.base?.repo?.full_name;
  const isOfDependabot = sender?.login === 'dependabot[bot]';
  if (!isOfFork && !isOfDependabot) {
    say('error', 'the input token is empty; give it an API key with the operation read_render');
    return 2;
  }
  const why =
    'Not reviewed by px0: this pull request is given no secrets, so there is no key to ask px0 with.';
  say('notice', why);
  await summarize(`${why}\n`);
  return 0;
}

/** Runs the command with its own output going to the log. */
async function review(options) {
  // Tests run the command that they have built.
  const own = setting('PX0_COMMAND');
  const [program, ...args] =
    own === '' ? ['npx', '--yes', `px0@${setting('PX0_VERSION', 'latest')}`] : [process.execPath, own];
  const env = { ...process.env };
  // The command has no use for it.
  delete env.GITHUB_TOKEN;
  const child = spawn(program, [...args, 'review', ...options, '--', folder], { env, stdio: 'inherit' });
  return await new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => resolve(code ?? 1));
  });
}

/** The job's page shows its summary. */
function linkOf() {
  const run = setting('GITHUB_RUN_ID');
  if (repository === '' || run === '') return [];
  return [
    '--link',
    `${setting('GITHUB_SERVER_URL', 'https://github.com')}/${repository}/actions/runs/${run}`,
  ];
}

async function summarize(text) {
  const path = setting('GITHUB_STEP_SUMMARY');
  if (path === '') return;
  const bytes = Buffer.from(text);
  const shown =
    bytes.length <= MOST_OF_A_SUMMARY
      ? text
      : '### px0: the report is larger than a summary may be; run px0 review on your machine\n';
  await appendFile(path, shown);
}

/** Changes the comment of an earlier run, or else makes one. A review counts without its comment, too. */
async function keepComment(number, body) {
  const [marker] = body.split('\n', 1);
  try {
    const known = await findComment(number, marker);
    if (known === undefined) await ask('POST', `/repos/${repository}/issues/${number}/comments`, { body });
    else if (known.body !== body)
      await ask('PATCH', `/repos/${repository}/issues/comments/${known.id}`, { body });
  } catch (error) {
    say('warning', `the comment could not be written: ${error instanceof Error ? error.message : error}`);
  }
}

async function findComment(number, marker) {
  for (let page = 1; page <= MOST_PAGES; page += 1) {
    const comments = await ask(
      'GET',
      `/repos/${repository}/issues/${number}/comments?per_page=100&page=${page}`,
    );
    const found = comments.find(
      ({ body }) => typeof body === 'string' && body.split(/\r?\n/, 1)[0] === marker,
    );
    if (found !== undefined || comments.length < 100) return found;
  }
  return undefined;
}

async function ask(method, path, content) {
  const answer = await fetch(`${api}${path}`, {
    method,
    headers: {
      accept: 'application/vnd.github+json',
      authorization: `Bearer ${setting('GITHUB_TOKEN')}`,
      'content-type': 'application/json',
      'x-github-api-version': '2022-11-28',
    },
    ...(content !== undefined && { body: JSON.stringify(content) }),
    signal: AbortSignal.timeout(TIMEOUT_MS),
  });
  if (!answer.ok) throw new Error(`${method} ${path.split('?', 1)[0]} answered ${answer.status}`);
  return await answer.json();
}

/** A line that GitHub shows at the top of the run. */
function say(level, text) {
  const escaped = text.replaceAll('%', '%25').replaceAll('\r', '%0D').replaceAll('\n', '%0A');
  process.stdout.write(`::${level}::${escaped}\n`);
}
