import { inspect } from 'node:util';
import * as pulumi from '@pulumi/pulumi';
import { describe, expect, it } from 'vitest';
import {
  diffGraphs,
  diffMarkdown,
  diffTable,
  graphHash,
  graphText,
  mermaid,
  SECRET,
  svg,
  UNKNOWN,
} from '../../src/index.ts';
import { Box, graphOf, refuse, Thing } from '../programs.ts';

const urn = (name: string, type = 'test:index/thing:Thing') => `urn:pulumi:test::shop::${type}::${name}`;

describe('the graph of a program', () => {
  it('has every resource with inputs, options, parent and dependencies, under the URNs of the engine', async () => {
    const { resources } = await graphOf(() => {
      const box = new Box('box', { relaxations: { open: 'a test' } });
      const first = new Thing('first', { size: 1 }, { protect: true });
      new Thing('second', { size: first.size }, { parent: box, dependsOn: first, ignoreChanges: ['size'] });
    });
    expect(resources.map((resource) => resource.urn)).toEqual([
      urn('second', 'slipway:test:Box$test:index/thing:Thing'),
      urn('box', 'slipway:test:Box'),
      urn('first'),
    ]);
    expect(resources[1]).toMatchObject({ custom: false, inputs: { relaxations: { open: 'a test' } } });
    expect(resources[0]).toMatchObject({
      parent: urn('box', 'slipway:test:Box'),
      inputs: { size: 1 },
      dependencies: [urn('first')],
      options: { ignoreChanges: ['size'] },
    });
    expect(resources[2]?.options).toEqual({ protect: true });
  });

  it('gives ids and ARNs stand-ins with names, which flow into text', async () => {
    const { resources, outputs } = await graphOf(() => {
      const role = new Thing('role');
      new Thing('rule', { text: pulumi.interpolate`allow ${role.arn} to ${role.id}` });
      return { role: role.arn };
    });
    expect(resources.find(({ name }) => name === 'rule')?.inputs['text']).toBe(
      'allow ${test:index/thing:Thing::role.arn} to ${test:index/thing:Thing::role.id}',
    );
    expect(outputs['role']).toBe('${test:index/thing:Thing::role.arn}');
  });

  it('names where an unknown value comes from, and never runs code on it', async () => {
    let ran = false;
    const { resources } = await graphOf(() => {
      const cluster = new Thing('cluster');
      const host = cluster.endpoint.apply((endpoint) => {
        ran = true;
        return new URL(endpoint).host;
      });
      new Thing('record', { host, plain: 'x' });
    });
    expect(ran).toBe(false);
    expect(resources.find(({ name }) => name === 'record')?.inputs).toEqual({
      host: { [UNKNOWN]: [urn('cluster')] },
      plain: 'x',
    });
  });

  it('is the same text in 20 runs, whatever the order in which resources come', async () => {
    const hashes = new Set<string>();
    for (let run = 0; run < 20; run += 1) {
      const names = ['a', 'b', 'c', 'd'].toSorted(() => (run % 2 === 0 ? 1 : -1));
      const graph = await graphOf(async () => {
        for (const name of names) {
          if (run % 3 === 0) await new Promise((resolve) => setImmediate(resolve));
          new Thing(name, run % 2 === 0 ? { x: 1, y: 2 } : { y: 2, x: 1 });
        }
      });
      hashes.add(graphHash(graph));
    }
    expect(hashes.size).toBe(1);
    expect(graphHash(await graphOf(() => void new Thing('other')))).not.toBe([...hashes][0]);
  });

  it('does not depend on the environment of the machine, which is whole again afterwards', async () => {
    process.env['AWS_REGION'] = 'from-the-machine';
    try {
      const { resources } = await graphOf(() => void new Thing('a', { region: process.env['AWS_REGION'] }));
      expect(resources[0]?.inputs).toEqual({});
      expect(process.env['AWS_REGION']).toBe('from-the-machine');
    } finally {
      delete process.env['AWS_REGION'];
    }
  });

  it('keeps runs apart that are asked for at the same time', async () => {
    const graphs = await Promise.all(
      ['a', 'b', 'c'].map((name) => graphOf(() => void new Thing(name), { stack: name })),
    );
    expect(graphs.map(({ resources }) => resources.map(({ name }) => name))).toEqual([['a'], ['b'], ['c']]);
  });
});

describe('a secret', () => {
  const config = { 'shop:password': 'canary-4711' };
  const secretKeys = ['shop:password'];
  const canary = () => new pulumi.Config().requireSecret('password');

  it('is masked, whatever way it takes', async () => {
    const graph = await graphOf(
      () => {
        const thing = new Thing('plain', { password: canary() });
        new Thing('apply', { value: canary().apply((text) => text.toUpperCase()) });
        new Thing('interpolate', { value: pulumi.interpolate`postgres://${canary()}@host` });
        new Thing('all', { value: pulumi.all([canary(), thing.arn]).apply((parts) => parts.join()) });
        new Thing('json', { value: pulumi.jsonStringify({ nested: { list: [canary()] } }) });
        new Thing('nested', { value: { deep: [{ er: canary() }] } });
        new Thing('echo', { value: (thing as unknown as { password: pulumi.Output<string> }).password });
        new Box('component', { value: canary() });
        return { password: canary() };
      },
      { config, secretKeys },
    );
    const nothing = { ...graph, resources: [], outputs: {} };
    const texts = [
      graphText(graph),
      svg(graph),
      mermaid(graph),
      diffTable(diffGraphs(nothing, graph)),
      diffMarkdown('all', diffGraphs(graph, nothing)),
    ];
    for (const text of texts) expect(text).toContain('Thing');
    expect(texts.join('\n')).not.toMatch(/canary/i);
    expect(graph.outputs['password']).toEqual({ [SECRET]: true });
    const masked = graph.resources.filter(({ inputs }) => JSON.stringify(inputs).includes(SECRET));
    expect(masked.map(({ name }) => name)).toHaveLength(8);
  });

  it('that the program unwraps is a leak with a place and without the value', async () => {
    const places = {
      'property value': () => void canary().apply((text) => new Thing('leaky', { value: `x${text}` })),
      'in base64': () =>
        void canary().apply((text) => new Thing('leaky', { value: Buffer.from(text).toString('base64') })),
      'its name': () => void canary().apply((text) => new Thing(text)),
    };
    for (const program of Object.values(places)) {
      const error = await graphOf(program, { config, secretKeys }).catch((error: Error) => error);
      expect(error).toMatchObject({ code: 'leak', message: expect.stringContaining('pulumi.secret') });
      expect(String((error as Error).stack)).not.toContain('canary-4711');
    }
  });

  it('is cut out of the message of a program that throws with it', async () => {
    const program = () => {
      new Thing('one');
      throw new Error('cannot log in with canary-4711');
    };
    const error = await graphOf(program, { config, secretKeys }).catch((error: unknown) => error);
    expect(error).toMatchObject({
      code: 'program',
      message: expect.stringContaining('The program of shop (test) failed: cannot log in with [secret]'),
    });
    expect(inspect(error)).not.toContain('canary-4711');
  });
});

describe('a program that is not right', () => {
  it('fails with its own words when it throws, at once, later, or in an apply', async () => {
    const programs = [
      () => {
        throw new Error('no such size');
      },
      async () => {
        await new Promise((resolve) => setImmediate(resolve));
        throw new Error('no such size');
      },
      () => {
        const { id } = new Thing('one');
        new Thing('two', {
          size: id.apply(() => {
            throw new Error('no such size');
          }),
        });
      },
    ];
    for (const program of programs) {
      await expect(graphOf(program)).rejects.toMatchObject({
        code: 'program',
        message: expect.stringContaining('no such size'),
      });
    }
  });

  it('is named with its line: the innermost of its own folder, where that is known', async () => {
    const program = () => refuse('no such size');
    await expect(graphOf(program)).rejects.toThrow(/: no such size\n {2}at test\/programs\.ts:\d+:\d+$/);
    await expect(graphOf(program, { folder: import.meta.dirname })).rejects.toThrow(
      /: no such size\n {2}at test\/graph\/synth\.test\.ts:\d+:\d+$/,
    );
  });

  it('that never ends is stopped and says so', async () => {
    await expect(graphOf(() => new Promise(() => {}), { timeout: 0.2 })).rejects.toMatchObject({
      code: 'endless',
      value: 0.2,
    });
    expect((await graphOf(() => void new Thing('after'))).resources).toHaveLength(1);
  });

  it('that registers nothing is refused: applied it would delete everything', async () => {
    await expect(graphOf(() => ({}))).rejects.toMatchObject({ code: 'empty' });
  });

  it('that gives two resources one name is refused', async () => {
    const twice = () => {
      new Thing('one');
      new Thing('one');
    };
    await expect(graphOf(twice)).rejects.toMatchObject({ code: 'duplicate', value: urn('one') });
  });

  it('that asks the cloud gets the recorded answer, and without one an error that names the question', async () => {
    const program = async () => {
      const { versions } = await pulumi.runtime.invoke('test:index:getVersions', { tier: 'x' });
      new Thing('one', { versions });
    };
    await expect(graphOf(program)).rejects.toMatchObject({ code: 'lookup', value: 'test:index:getVersions' });
    const lookups = { 'test:index:getVersions': { versions: ['1.35'] } };
    const { resources } = await graphOf(program, { lookups });
    expect(resources[0]?.inputs).toEqual({ versions: ['1.35'] });
  });
});
