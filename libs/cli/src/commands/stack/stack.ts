import { Command, InvalidArgumentError } from 'commander';

interface Options {
  json?: boolean;
  markdown?: boolean;
  base?: string;
  env?: string;
  timeout: number;
}

/** Each subcommand is in its own file, which is imported on demand, because Pulumi takes a second to load. */
const SUBCOMMANDS = {
  synth: {
    summary: 'run the program without a cloud; write its resource graph and pictures to dist/',
    load: async () => (await import('./synth.ts')).synth,
  },
  record: {
    summary:
      'write the resource graph to check in, so a diff of the repository shows the changes in the cloud',
    load: async () => (await import('./record.ts')).record,
  },
  check: {
    summary: 'fail if the checked-in graph differs from the graph that the program makes',
    load: async () => (await import('./check.ts')).check,
  },
  policy: {
    summary: 'check the graph against the policies that the program exports',
    load: async () => (await import('./policy.ts')).policy,
  },
  report: {
    summary: 'list the options that the program relaxes, and the state of every policy',
    load: async () => (await import('./report.ts')).report,
  },
  diff: {
    summary: 'show the changes of the work tree, compared with the graph checked in at another commit',
    load: async () => (await import('./diff.ts')).diff,
  },
  plan: {
    summary: 'show the differences from the applied graph; nothing is applied',
    load: async () => (await import('./plan.ts')).plan,
  },
  deploy: {
    summary: "apply the stack to its own environment with pulumi, and record it in the environment's ledger",
    load: async () => (await import('./deploy.ts')).deploy,
  },
} as const;

/** The subcommands for infrastructure. Only `deploy` needs a cloud, an account and the pulumi program. */
export function stackCommand(): Command {
  const stack = new Command('stack').description(
    'Infrastructure: the resources of a Pulumi program, their changes and their policies',
  );
  for (const [name, { summary, load }] of Object.entries(SUBCOMMANDS)) {
    const subcommand = stack
      .command(name)
      .description(summary)
      .argument('<folder>', "the stack's folder, as in infra/production/cluster")
      .option('--timeout <seconds>', 'time limit of the program', secondsOf, 60)
      .option('--json', 'print JSON')
      .action(async (folder: string, options: Options) => {
        const run = await load();
        await run(folder.replace(/\/+$/, ''), options);
      });
    if (name === 'deploy') subcommand.requiredOption('--env <environment>', 'the environment of the stack');
    if (name === 'diff') subcommand.option('--base <commit>', 'the commit to compare with', 'HEAD');
    if (name === 'diff' || name === 'plan')
      subcommand.option('--markdown', 'print Markdown, for a pull request');
  }
  return stack;
}

function secondsOf(text: string): number {
  const seconds = Number(text);
  if (!(seconds > 0)) throw new InvalidArgumentError(`"${text}" is not a number of seconds.`);
  return seconds;
}
