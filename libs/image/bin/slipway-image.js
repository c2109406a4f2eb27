#!/usr/bin/env node
import { existsSync } from 'node:fs';
import module from 'node:module';

// Imported by name, what an older Node lacks would be an error of syntax.
if (typeof module.registerHooks !== 'function') {
  console.error(`slipway-image needs Node 22.15 or newer; this is ${process.versions.node}.`);
  process.exit(2);
}
module.enableCompileCache(); // the next start takes less

// Inside the workspace the TypeScript sources run as they are; a published package has none and uses dist.
if (existsSync(new URL('../src/index.ts', import.meta.url))) {
  module.registerHooks({
    resolve: (specifier, context, next) =>
      next(specifier, { ...context, conditions: [...context.conditions, '@slipway/source'] }),
  });
}
const { runImageCommand } = await import('@slipway/image/cli');
process.exitCode = await runImageCommand(process.argv.slice(2));
