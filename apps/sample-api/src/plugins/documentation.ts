import fp from 'fastify-plugin';

/**
 * A page at /docs to read and try the API, in development only. It consists of many files, so it is not in
 * the bundle: the import is dynamic, and without the package there is no page.
 *
 * @see {@link https://github.com/fastify/fastify-swagger-ui}
 */
export default fp(
  async (app) => {
    const page = await import('@fastify/swagger-ui').catch(() => undefined);
    if (!page) return app.log.info('no page at /docs: @fastify/swagger-ui is not installed here');
    await app.register(page.default, { routePrefix: '/docs', staticCSP: CONTENT_POLICY });
  },
  { name: 'documentation', dependencies: ['openapi'] },
);

/** The page loads its own scripts and styles and nothing else; its styles are partly inline. */
const CONTENT_POLICY = "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:";
