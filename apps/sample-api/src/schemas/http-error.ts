import * as Type from 'typebox';

/** The body of error responses of all routes, in the format of Fastify's own errors. */
export const HttpError = Type.Object(
  {
    statusCode: Type.Number(),
    error: Type.String(),
    message: Type.String(),
    code: Type.Optional(Type.String()),
  },
  { $id: 'HttpError' },
);

/** The error responses of every route. */
export const COMMON_ERRORS = {
  '4xx': Type.Ref('HttpError#', { description: 'The request is invalid; the message contains the reason.' }),
  '5xx': Type.Ref('HttpError#', {
    description: 'The service cannot answer now; the log contains the reason.',
  }),
};
