import { Command } from 'commander';
import { runUrlOf } from '../workspace/ci-run.ts';
import { GitopsError } from '../error.ts';
import { bumpFiles, type BumpFilesResult } from '../bump-files/bump-files.ts';
import type { FileChange, FileEdit, NewerWins } from '../bump-files/edit-file.ts';
import type { Identity } from '../git/commit-identity.ts';
import { table } from '../text/text-table.ts';

interface Options {
  repository: string;
  branch: string;
  message?: string;
  newerWins?: string;
  author?: string;
  sign?: true | string;
  timeout: string;
  dryRun?: boolean;
  json?: boolean;
}

const EXAMPLES = `
Each --set belongs to the --file before it. All changes are one commit on top of the branch's newest commit, pushed as a
compare-and-swap, with retries if others push at the same time. If nothing changes, no commit is made.

For example: npx @slipway/gitops bump --repository git@github.com:acme/deploy.git --file apps/api/values.yaml \\
               --set image.tag=1.4.2 --set image.digest=sha256:…

Exit codes: 0 done (also: nothing to do) · 1 work failed · 2 wrong usage · 3 refused (a newer commit is recorded, policy)`;

/** Writes values into files of a branch of any repository. */
export function bumpFilesCommand(): Command {
  const edits: FileEdit[] = [];
  let file: string | undefined;
  const add = (value: FileEdit['value'], path: string): void => {
    if (file === undefined)
      throw new GitopsError('usage', `--set ${path} has no --file before it. Name the file first.`);
    edits.push({ file, path, value });
  };
  const addText = (text: string): undefined => void add(...split(text));
  return new Command('bump')
    .description('Set values in YAML files of a Git branch, in one commit that survives other writers')
    .option('--repository <address>', 'a remote of this clone, a URL or a folder', 'origin')
    .option('--branch <name>', 'the branch', 'main')
    .requiredOption('--file <path>', "a YAML file, from the repository's root; may be repeated", (path) => {
      file = path;
      return path;
    })
    .option('--set <path=text>', 'a value as text; may be repeated', addText)
    .option('--set-json <path=json>', 'a number, true or false; may be repeated', (text) => {
      const [value, path] = split(text);
      add(scalar(value), path);
    })
    .option(
      '--newer-wins <path>',
      'the key of the source commit: nothing is written if it is newer than HEAD, else HEAD is written',
    )
    .option('--message <text>', 'the first line of the commit message')
    .option('--author <name-and-email>', 'for example "CI <ci@example.com>" (default: as configured in Git)')
    .option('--sign [key]', 'sign with this key, or with the key configured in Git')
    .option('--timeout <seconds>', 'for all attempts together', '120')
    .option('--dry-run', 'only print what would change')
    .option('--json', 'print JSON')
    .addHelpText('after', EXAMPLES)
    .action(async (options: Options) => {
      const result = await run(edits, options);
      process.stdout.write(
        `${options.json ? JSON.stringify(result, undefined, 2) : describe(options, result)}\n`,
      );
      if (result.changes.some(({ outcome }) => outcome === 'superseded')) process.exitCode = 3;
    });
}

async function run(edits: readonly FileEdit[], options: Options): Promise<BumpFilesResult> {
  if (edits.length === 0)
    throw new GitopsError(
      'usage',
      'No value is given. Add --set <path>=<text>, for example --set image.tag=1.4.2.',
    );
  const seconds = Number(options.timeout);
  if (!(seconds > 0)) {
    throw new GitopsError(
      'usage',
      `--timeout ${options.timeout} is not a number of seconds. Write for example --timeout 120.`,
      {
        value: options.timeout,
      },
    );
  }
  const author = options.author === undefined ? undefined : parseIdentity(options.author);
  return bumpFiles({
    repository: options.repository,
    branch: options.branch,
    edits,
    subject: options.message,
    commits: { author, sign: options.sign },
    newerWins: await newerWinsOf(options.newerWins),
    dryRun: options.dryRun ?? false,
    deadlineMs: seconds * 1000,
    runUrl: runUrlOf(process.env),
  });
}

async function newerWinsOf(path: string | undefined): Promise<NewerWins | undefined> {
  if (path === undefined) return undefined;
  const { Checkout } = await import('../checkout/checkout.ts');
  const checkout = await Checkout.open(process.cwd());
  return { path, commit: await checkout.head(), checkout };
}

function describe({ branch }: Options, { changes, commit, dryRun }: BumpFilesResult): string {
  const rows = changes.map(({ file, path, before, after, outcome }) => [
    file,
    path,
    outcome,
    outcome === 'landed' ? `${shown(before)} -> ${shown(after)}` : shown(before),
  ]);
  const ending = dryRun
    ? 'A dry run: nothing was written.'
    : commit === undefined
      ? `Nothing to write: no commit on ${branch}.`
      : `One commit on ${branch}: ${commit.slice(0, 12)}`;
  return `${table(['FILE', 'KEY', 'OUTCOME', 'VALUE'], rows)}\n${ending}`;
}

/** Quotes an empty text, so that it is visible. */
const shown = (value: FileChange['before']): string => (value === '' ? '""' : String(value));

function split(text: string): [value: string, path: string] {
  const at = text.indexOf('=');
  if (at < 1)
    throw new GitopsError('usage', `"${text}" is not <path>=<value>. Write for example image.tag=1.4.2.`, {
      value: text,
    });
  return [text.slice(at + 1), text.slice(0, at)];
}

function scalar(text: string): number | boolean | string {
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === 'number' || typeof value === 'boolean' || typeof value === 'string') return value;
  } catch {
    // reported below
  }
  throw new GitopsError('usage', `${text} is not a number, true, false or "text". For text use --set.`, {
    value: text,
  });
}

function parseIdentity(text: string): Identity {
  const [, name, email] = /^\s*([^<>]+?)\s*<([^<>\s]+)>\s*$/.exec(text) ?? [];
  if (name !== undefined && email !== undefined) return { name, email };
  throw new GitopsError('usage', `"${text}" is not an author. Write "Name <email>".`, { value: text });
}
