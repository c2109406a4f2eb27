import { Command } from 'commander';
import { bumpFilesCommand, valuesCommand } from '@slipway/gitops/cli';
import manifest from '../package.json' with { type: 'json' };
import { affectedCommand } from './commands/affected.ts';
import { affectedBaseCommand } from './commands/affected-base.ts';
import { bumpCommand } from './commands/bump.ts';
import { deployCommand } from './commands/deploy.ts';
import { diffCommand } from './commands/diff.ts';
import { doctorCommand } from './commands/doctor.ts';
import { historyCommand } from './commands/history.ts';
import { holdCommand } from './commands/hold.ts';
import { imageCommand } from './commands/image.ts';
import { lintCommand } from './commands/lint.ts';
import { promoteCommand } from './commands/promote.ts';
import { removeCommand } from './commands/remove.ts';
import { renderCommand } from './commands/render.ts';
import { rollbackCommand } from './commands/rollback.ts';
import { stackCommand } from './commands/stack/stack.ts';
import { statusCommand } from './commands/status.ts';
import { unholdCommand } from './commands/unhold.ts';
import { waitCommand } from './commands/wait.ts';

const EXAMPLES = `
In daily work, use Nx, which calls these commands in the right order:
  npx nx affected -t build test deploy                       deploy the changes of the last commits to "local"
  npx slipway affected -t build test deploy -c development   deploy exactly what is due in development, as CI does

Exit codes: 0 done (also: nothing to do) · 1 work failed · 2 wrong usage · 3 refused (held, superseded, policy)`;

/** The `slipway` command; each subcommand has its own file. */
export function program(): Command {
  const slipway = new Command('slipway')
    .description('From a commit to a running release: image, ledger and Argo CD, out of one Nx graph.')
    .version(manifest.version, '-V, --version')
    .addHelpText('after', EXAMPLES);
  for (const command of [
    statusCommand(),
    historyCommand(),
    deployCommand(),
    bumpCommand(),
    affectedCommand(),
    affectedBaseCommand(),
    waitCommand(),
    promoteCommand(),
    rollbackCommand(),
    holdCommand(),
    unholdCommand(),
    removeCommand(),
    diffCommand(),
    renderCommand(),
    lintCommand(),
    imageCommand(),
    stackCommand(),
    valuesCommand().addCommand(bumpFilesCommand()),
    doctorCommand(),
  ]) {
    slipway.addCommand(command);
  }
  return throwInsteadOfExit(slipway);
}

function throwInsteadOfExit(command: Command): Command {
  command.exitOverride().showSuggestionAfterError();
  command.commands.forEach(throwInsteadOfExit);
  return command;
}
