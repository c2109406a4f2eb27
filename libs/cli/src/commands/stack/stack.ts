import { Command, InvalidArgumentError } from 'commander';

interface Options {
  json?: boolean;
  markdown?: boolean;
  base?: string;
  env?: string;
  timeout: number;
}

/** What each verb does lies in a file of its own that is imported when it is typed: Pulumi takes a second to load. */
const VERBS = {
  synth: {
    summary: 'run the program without a cloud; write its resource graph and pictures to dist/',
    load: async () => (await import('./synth.ts')).synth,
  },
  record: {
    summary: 'check in the resource graph, so that a diff of the repository shows what changes in the cloud',
    load: async () => (await import('./record.ts')).record,
  },
  check: {
    summary: 'fail when the checked-in graph is not what the program makes',
    load: async () => (await import('./check.ts')).check,
  },
  policy: {
    summary: 'hold the graph against the policies that the program exports',
    load: async () => (await import('./policy.ts')).policy,
  },
  report: {
    summary: 'list what the program relaxes, and what became of every policy',
    load: async () => (await import('./report.ts')).report,
  },
  diff: {
    summary: 'show what the work tree changes, against the graph checked in at another commit',
    load: async () => (await import('./diff.ts')).diff,
  },
  plan: {
    summary: 'show what differs from what was applied; nothing is applied',
    load: async () => (await import('./plan.ts')).plan,
  },
  deploy: {
    summary:
      "apply the stack to its own environment by the pulumi program, and record it in the environment's ledger",
    load: async () => (await import('./deploy.ts')).deploy,
  },
} as const;

/** The verbs for infrastructure; every one but `deploy` works without a cloud, an account or the pulumi program. */
export function stackCommand(): Command {
  const stack = new Command('stack').description(
    'Infrastructure: what a Pulumi program makes, what changes, what must hold',
  );
  for (const [name, { summary, load }] of Object.entries(VERBS)) {
    const verb = stack
      .command(name)
      .description(summary)
      .argument('<folder>', "the stack's folder, as in infra/production/cluster")
      .option('--timeout <seconds>', 'how long the program may take', secondsOf, 60)
      .option('--json', 'print JSON')
      .action(async (folder: string, options: Options) => {
        const run = await load();
        await run(folder.replace(/\/+$/, ''), options);
      });
    if (name === 'deploy') verb.requiredOption('--env <environment>', 'the environment of the stack');
    if (name === 'diff') verb.option('--base <commit>', 'the commit to compare with', 'HEAD');
    if (name === 'diff' || name === 'plan') verb.option('--markdown', 'print Markdown, for a pull request');
  }
  return stack;
}

function secondsOf(text: string): number {
  const seconds = Number(text);
  if (!(seconds > 0)) throw new InvalidArgumentError(`"${text}" is no number of seconds.`);
  return seconds;
}
