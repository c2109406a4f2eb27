import fp from 'fastify-plugin';

/**
 * A page at /docs to read and try the interface, in development only. The page is made of many files, so the bundle is built
 * without it: the import stays dynamic, and where the package is missing there is no page.
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
