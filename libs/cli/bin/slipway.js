#!/usr/bin/env node
import { existsSync } from 'node:fs';
import { enableCompileCache, registerHooks } from 'node:module';

enableCompileCache(); // the next start takes a third less

// In the workspace the packages are read from source; installed from npm there is no source beside them.
if (existsSync(new URL('../src/index.ts', import.meta.url))) {
  registerHooks({
    resolve: (specifier, context, next) =>
      next(specifier, { ...context, conditions: [...context.conditions, '@slipway/source'] }),
  });
}
const { main } = await import('@slipway/cli');
process.exitCode = await main(process.argv.slice(2));
