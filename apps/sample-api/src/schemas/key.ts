import * as Type from 'typebox';

export const KeyList = Type.Object({
  keys: Type.Array(
    Type.Object({
      id: Type.String({ description: "The name of the key's file." }),
      since: Type.String({
        format: 'date-time',
        description: 'Since when this process has used this secret.',
      }),
      ageSeconds: Type.Integer({ minimum: 0, description: 'The same as an age.' }),
    }),
  ),
});
