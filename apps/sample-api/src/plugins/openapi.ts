import swagger from '@fastify/swagger';
import fp from 'fastify-plugin';
import manifest from '../../package.json' with { type: 'json' };

/**
 * Generates the OpenAPI document from the schemas of all routes that are registered after this plugin.
 *
 * @see {@link https://github.com/fastify/fastify-swagger}
 */
export default fp(
  async (app) => {
    await app.register(swagger, {
      openapi: {
        openapi: '3.1.0',
        info: { title: manifest.name, version: manifest.version, description: manifest.description },
      },
      // Shared schemas keep their names in the document instead of `def-0`, `def-1`.
      refResolver: {
        buildLocalReference: (json, _base, _fragment, index) => String(json.$id ?? `def-${index}`),
      },
    });
  },
  { name: 'openapi' },
);
