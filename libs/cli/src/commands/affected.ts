import { spawn } from 'node:child_process';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { Command } from 'commander';
import { deployedByRuns, dueProjects, readEnvironment, readEnvironmentState } from '@slipway/gitops';
import { print } from './print.ts';
import { enterWorkspace, type Workspace } from './workspace.ts';

interface Options {
  targets: string[];
  configuration: string;
  json?: boolean;
}

export function affectedCommand(): Command {
  return new Command('affected')
    .description('Run targets for exactly the projects that are due in an environment, by its ledger')
    .requiredOption('-t, --targets <targets...>', 'targets to run, for example build test deploy')
    .option('-c, --configuration <environment>', 'the environment', 'local')
    .option('--json', 'only print the projects that are due')
    .argument('[nx...]', 'arguments for nx run-many, after --')
    .addHelpText(
      'after',
      '\nUnlike `nx affected` it needs no base: the ledger determines what is due, so a failed, dropped or partial run loses nothing.',
    )
    .action(async (further: string[], { targets, configuration, json }: Options) => {
      const workspace = await enterWorkspace();
      const due = await dueIn(workspace, configuration);
      if (json) return print(true, { environment: configuration, due }, () => '');
      if (due.length === 0) return print(false, due, () => `Nothing is due in ${configuration}.`);
      process.stdout.write(`Due in ${configuration}: ${due.join(', ')}\n`);
      process.exitCode = await runMany(workspace.root, due, targets, configuration, further);
    });
}

async function dueIn({ root, checkout }: Workspace, name: string): Promise<string[]> {
  const environment = await readEnvironment(root, name);
  const { affectedProjects } = await import('@slipway/nx/affected');
  const changed = affectedProjects('fresh');
  const situation = await readEnvironmentState(checkout, environment, changed);
  const due = new Set(await dueProjects(situation));
  if (environment.source === 'worktree' && (await checkout.changes()).length > 0) {
    const uncommitted = await changed(situation.head, 'worktree');
    for (const name of deployedByRuns(situation)) if (uncommitted.has(name)) due.add(name);
  }
  return [...due].sort();
}

function runMany(
  root: string,
  projects: readonly string[],
  targets: readonly string[],
  configuration: string,
  further: readonly string[],
): Promise<number> {
  const nx = createRequire(join(root, 'package.json')).resolve('nx/bin/nx.js');
  const args = [
    'run-many',
    `--projects=${projects.join(',')}`,
    `--targets=${targets.join(',')}`,
    `--configuration=${configuration}`,
  ];
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [nx, ...args, ...further], { cwd: root, stdio: 'inherit' });
    child.on('error', reject);
    child.on('close', (code) => resolve(code === 0 ? 0 : 1));
  });
}
