import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { defineConfig, type ViteUserConfig } from 'vitest/config';
import type { Reporter, TestCase, Vitest } from 'vitest/node';

/** Writes the names of the tests that passed only when they were tried again. */
class SecondTries implements Reporter {
  readonly #names: string[] = [];
  #folder = '';

  onInit({ config }: Vitest): void {
    this.#folder = join(config.root, 'dist/test');
  }

  onTestCaseResult(test: TestCase): void {
    if (test.diagnostic()?.flaky) this.#names.push(`${test.module.relativeModuleId}: ${test.fullName}`);
  }

  onTestRunEnd(): void {
    mkdirSync(this.#folder, { recursive: true });
    writeFileSync(join(this.#folder, 'second-tries.json'), JSON.stringify(this.#names));
  }
}

/**
 * The Vitest configuration every project shares: workspace packages are read from source
 * (the `@slipway/source` export condition), and each run leaves a JSON result that
 * `tools/test.ts` counts, also when Nx answers from its cache.
 */
export function projectTests(
  test: ViteUserConfig['test'] = {},
  // Vitest hands these to Node too, so they must not say `import` or `default`: a `require` would get an ES module.
  conditions = ['@slipway/source', 'node', 'development|production'],
): ViteUserConfig {
  return defineConfig({
    resolve: { conditions },
    ssr: { resolve: { conditions, externalConditions: ['@slipway/source'] } },
    test: {
      include: ['test/**/*.test.ts'],
      testTimeout: 120_000, // a hang, not slowness: many tests start processes, and machines are busy
      hookTimeout: 120_000,
      // One more try where nobody watches, and never in silence: `npm test` names what needed it.
      retry: process.env['CI'] ? 1 : 0,
      reporters: ['default', ['json', { outputFile: 'dist/test/results.json' }], new SecondTries()],
      ...test,
    },
  });
}
