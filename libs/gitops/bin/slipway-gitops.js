#!/usr/bin/env node
import { existsSync } from 'node:fs';
import { enableCompileCache, registerHooks } from 'node:module';

enableCompileCache(); // the next start takes a third less

// In the workspace the package is read from source; installed from npm there is no source beside it.
if (existsSync(new URL('../src/index.ts', import.meta.url))) {
  registerHooks({
    resolve: (specifier, context, next) =>
      next(specifier, { ...context, conditions: [...context.conditions, '@slipway/source'] }),
  });
}
const { runGitopsCommand } = await import('@slipway/gitops/cli');
process.exitCode = await runGitopsCommand(process.argv.slice(2));
