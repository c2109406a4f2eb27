#!/usr/bin/env node
import { existsSync } from 'node:fs';
import module from 'node:module';

// Imported by name, what an older Node lacks would be an error of syntax.
if (typeof module.registerHooks !== 'function') {
  console.error(`slipway-gitops needs Node 22.15 or newer; this is ${process.versions.node}.`);
  process.exit(2);
}
module.enableCompileCache(); // the next start takes a third less

// In the workspace the package is read from source; installed from npm there is no source beside it.
if (existsSync(new URL('../src/index.ts', import.meta.url))) {
  module.registerHooks({
    resolve: (specifier, context, next) =>
      next(specifier, { ...context, conditions: [...context.conditions, '@slipway/source'] }),
  });
}
const { runGitopsCommand } = await import('@slipway/gitops/cli');
process.exitCode = await runGitopsCommand(process.argv.slice(2));
