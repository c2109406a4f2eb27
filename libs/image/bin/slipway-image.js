#!/usr/bin/env node
import { existsSync } from 'node:fs';
import { enableCompileCache, registerHooks } from 'node:module';

enableCompileCache(); // the next start takes less

// Inside the workspace the TypeScript sources run as they are; a published package has none and uses dist.
if (existsSync(new URL('../src/index.ts', import.meta.url))) {
  registerHooks({
    resolve: (specifier, context, next) =>
      next(specifier, { ...context, conditions: [...context.conditions, '@slipway/source'] }),
  });
}
const { runImageCommand } = await import('@slipway/image/cli');
process.exitCode = await runImageCommand(process.argv.slice(2));
