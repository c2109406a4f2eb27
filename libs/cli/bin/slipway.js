#!/usr/bin/env node
import { existsSync } from 'node:fs';
import module from 'node:module';

// Imported by name, what an older Node lacks would be an error of syntax.
if (typeof module.registerHooks !== 'function') {
  console.error(`slipway needs Node 22.15 or newer; this is ${process.versions.node}.`);
  process.exit(2);
}
module.enableCompileCache(); // the next start takes a third less

// In the workspace the packages are read from source; installed from npm there is no source beside them.
if (existsSync(new URL('../src/index.ts', import.meta.url))) {
  module.registerHooks({
    resolve: (specifier, context, next) =>
      next(specifier, { ...context, conditions: [...context.conditions, '@slipway/source'] }),
  });
}
const { main } = await import('@slipway/cli');
process.exitCode = await main(process.argv.slice(2));
