#!/usr/bin/env node
import { existsSync } from 'node:fs';
import module from 'node:module';

// Not a named import, which would be a syntax error in an older Node.
if (typeof module.registerHooks !== 'function') {
  console.error(`slipway needs Node 22.15 or newer; this is ${process.versions.node}.`);
  process.exit(2);
}
module.enableCompileCache(); // makes the next start a third faster

// The workspace runs the TypeScript sources; a published package has no sources and uses dist.
if (existsSync(new URL('../src/index.ts', import.meta.url))) {
  module.registerHooks({
    resolve: (specifier, context, next) =>
      next(specifier, { ...context, conditions: [...context.conditions, '@slipway/source'] }),
  });
}
const { main } = await import('@slipway/cli');
process.exitCode = await main(process.argv.slice(2));
