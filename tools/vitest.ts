import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { defineConfig, type ViteUserConfig } from 'vitest/config';
import type { Reporter, TestCase, Vitest } from 'vitest/node';

/** Writes the names of the tests that passed only after a retry. */
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
 * The shared Vitest configuration of all projects: workspace packages are read from source
 * (the export condition `@slipway/source`), and each run writes a JSON result that
 * `tools/test.ts` counts, also if Nx uses its cache.
 */
export function projectTests(
  test: ViteUserConfig['test'] = {},
  // Without `import` and `default`: Vitest passes these to Node, and a `require` would load an ES module.
  conditions = ['@slipway/source', 'node', 'development|production'],
): ViteUserConfig {
  return defineConfig({
    resolve: { conditions },
    ssr: { resolve: { conditions, externalConditions: ['@slipway/source'] } },
    test: {
      include: ['test/**/*.test.ts'],
      testTimeout: 120_000, // only for hangs: many tests start processes, and machines are busy
      hookTimeout: 120_000,
      // One retry in CI; `npm test` lists the tests that needed it.
      retry: process.env['CI'] ? 1 : 0,
      reporters: ['default', ['json', { outputFile: 'dist/test/results.json' }], new SecondTries()],
      ...test,
    },
  });
}
