import * as Type from 'typebox';

export const KeyList = Type.Object({
  keys: Type.Array(
    Type.Object({
      id: Type.String({ description: "The name of the key's file." }),
      since: Type.String({
        format: 'date-time',
        description: 'When this process first used this secret.',
      }),
      ageSeconds: Type.Integer({ minimum: 0, description: 'Seconds since then.' }),
    }),
  ),
});
