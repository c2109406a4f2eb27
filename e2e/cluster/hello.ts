import type { Checkout } from './checkout.ts';

/** Adds a second, small app, with a test that can be made to fail. */
export function addHello(checkout: Checkout): void {
  const manifest = { name: 'hello', version: '1.0.0', private: true, type: 'module' };
  checkout.write('apps/hello/package.json', `${JSON.stringify(manifest)}\n`);
  checkout.write('apps/hello/src/main.ts', code('hello'));
  checkout.write(
    'apps/hello/deploy/values.yaml',
    'replicas: 1\nshutdown: { drainSeconds: 0, closeSeconds: 0 }\n',
  );
  checkout.write('apps/hello/deploy/e2e.yaml', '{}\n');
}

/** The source of the service, which answers every path with a word. */
export const code = (word: string): string => `import { createServer } from 'node:http';

const server = createServer((request, response) => {
  response.setHeader('content-type', 'application/json').end(JSON.stringify({ word: '${word}' }));
});
server.listen(Number(process.env['PORT']));
process.on('SIGTERM', () => server.close(() => process.exit(0)));
`;
