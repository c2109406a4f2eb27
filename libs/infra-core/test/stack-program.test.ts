import * as pulumi from '@pulumi/pulumi';
import { synth } from '@slipway/stack';
import { describe, expect, it } from 'vitest';
import { InfraError, stackProgram, type Settings } from '../src/index.ts';

const WORD = { pattern: /./, expected: 'a word' };

/** What is thrown by a program of production that does this with its settings. */
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
  it('names the file and the key of a value that a library refuses, and what it said', async () => {
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

  it('names both keys where two hold the value', async () => {
    const thrown = await thrownBy((settings) => {
      throw new InfraError('invalid', 'No.', {
        value: [settings.text('size', WORD), settings.text('other', WORD)][0],
      });
    });
    expect(thrown).toMatchObject({ message: 'Pulumi.production.yaml, shop:size or other: No.' });
  });

  it('leaves alone what has a place, what no configuration holds, and errors of others', async () => {
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

  it('refuses to run as another environment, and hands on what it returns', async () => {
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
