import * as pulumi from '@pulumi/pulumi';
import { synth } from '@slipway/stack';
import { describe, expect, it } from 'vitest';
import { InfraError, stackProgram, type Settings } from '../src/index.ts';

const WORD = { pattern: /./, expected: 'a word' };

/** The error that a program of production throws when it calls `make`. */
async function thrownBy(
  make: (settings: Settings) => void,
  config: Record<string, string> = { 'shop:size': 'huge', 'shop:other': 'huge', 'shop:names': '["a","b"]' },
): Promise<unknown> {
  const program = stackProgram('production', (settings) => {
    new pulumi.ComponentResource('test:index:Nothing', 'nothing');
    make(settings);
  });
  const failed = await synth(program, { project: 'shop', stack: 'production', config }).catch(
    (error: Error) => error,
  );
  return (failed as Error).cause;
}

describe("a stack's program", () => {
  it('adds file and key to the error of a library that refuses a value', async () => {
    const refusal = (value: unknown) => new InfraError('unsupported', 'There is no such size.', { value });
    const place = 'Pulumi.production.yaml, shop:';
    const thrown = await thrownBy((settings) => {
      throw refusal(settings.text('size', WORD));
    });
    expect(thrown).toMatchObject({
      code: 'unsupported',
      value: 'huge',
      place: `${place}size`,
      message: `${place}size: There is no such size.`,
    });
    const item = await thrownBy((settings) => {
      throw refusal(settings.list('names', WORD)[1]);
    });
    expect(item).toMatchObject({ place: `${place}names[1]` });
    const list = await thrownBy((settings) => {
      throw refusal(settings.list('names', WORD));
    });
    expect(list).toMatchObject({ place: `${place}names` });
  });

  it('names both keys if two have the same value', async () => {
    const thrown = await thrownBy((settings) => {
      throw new InfraError('invalid', 'No.', {
        value: [settings.text('size', WORD), settings.text('other', WORD)][0],
      });
    });
    expect(thrown).toMatchObject({ message: 'Pulumi.production.yaml, shop:size or other: No.' });
  });

  it('does not change errors with a place, about other values, or of other classes', async () => {
    const own = await thrownBy((settings) => void settings.text('none', WORD));
    expect(own).toMatchObject({
      message: 'Pulumi.production.yaml, shop:none is missing. It must be a word.',
    });
    const none = new InfraError('invalid', 'No.', { value: 7 });
    const other = new TypeError('x is not a function');
    for (const error of [none, other]) {
      expect(
        await thrownBy((settings) => {
          settings.text('size', WORD);
          throw error;
        }),
      ).toBe(error);
    }
  });

  it('refuses to run as another environment and returns its outputs', async () => {
    const program = stackProgram('production', ({ environment }) => {
      new pulumi.ComponentResource('test:index:Nothing', 'nothing');
      return { environment };
    });
    const run = (stack: string) => synth(program, { project: 'shop', stack });
    await expect(run('development')).rejects.toThrow(
      'The program of production runs as the stack "development"',
    );
    expect((await run('production')).outputs).toEqual({ environment: 'production' });
  });
});
