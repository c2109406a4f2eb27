import { createRequire } from 'node:module';
import type { Plugin } from 'esbuild';

const require = createRequire(import.meta.url);

/**
 * Imports only used exports of Node's modules. A normal `import` reads all exports, and some of them are lazy
 * and slow: `http.WebSocket` loads undici, `process.stdin` opens standard input. That is half of a start.
 */
export const lazyBuiltins: Plugin = {
  name: 'lazy-builtins',
  setup(build) {
    build.onResolve({ filter: /^node:/ }, ({ path, kind }) =>
      kind === 'import-statement' ? { path, namespace: 'builtin', sideEffects: false } : undefined,
    );
    build.onLoad({ filter: /.*/, namespace: 'builtin' }, ({ path }) => ({ contents: contentsOf(path) }));
  },
};

/** Unused named exports are removed by the bundler; the default export reads a property on access. */
function contentsOf(name: string): string {
  if (name === 'node:process') return 'export default process;';
  const keys = Object.keys(require(name) as object).filter(
    (key) => /^[A-Za-z_]\w*$/.test(key) && key !== 'default',
  );
  return [
    `const $get = (key) => process.getBuiltinModule('${name}')[key];`,
    ...keys.map((key) => `export const ${key} = /* @__PURE__ */ $get('${key}');`),
    'export default /* @__PURE__ */ new Proxy({}, { get: (_, key) => $get(key) });',
  ].join('\n');
}
