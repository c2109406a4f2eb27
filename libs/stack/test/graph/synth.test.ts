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
  it('contains every resource with inputs, options, parent and dependencies, under the engine’s URNs', async () => {
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

  it('uses named placeholders for ids and ARNs, also inside text', async () => {
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

  it('names the source of an unknown value and does not run code on it', async () => {
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

  it('has the same hash in 20 runs, independent of the order of registration', async () => {
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

  it('does not depend on environment variables of the machine, which are restored afterwards', async () => {
    process.env['AWS_REGION'] = 'from-the-machine';
    try {
      const { resources } = await graphOf(() => void new Thing('a', { region: process.env['AWS_REGION'] }));
      expect(resources[0]?.inputs).toEqual({});
      expect(process.env['AWS_REGION']).toBe('from-the-machine');
    } finally {
      delete process.env['AWS_REGION'];
    }
  });

  it('is not mixed with the graphs of concurrent runs', async () => {
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

  it('is masked in every property and output that it flows into', async () => {
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

  it('causes an error with the place and without the value if the program unwraps it', async () => {
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

  it('is removed from the error message of a program that throws', async () => {
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

describe('a faulty program', () => {
  it('fails with its own message if it throws: immediately, later, or in an apply', async () => {
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

  it('fails with the line that threw: the innermost one in its folder, if the folder is known', async () => {
    const program = () => refuse('no such size');
    await expect(graphOf(program)).rejects.toThrow(/: no such size\n {2}at test\/programs\.ts:\d+:\d+$/);
    await expect(graphOf(program, { folder: import.meta.dirname })).rejects.toThrow(
      /: no such size\n {2}at test\/graph\/synth\.test\.ts:\d+:\d+$/,
    );
  });

  it('is stopped at the time limit if it does not end', async () => {
    await expect(graphOf(() => new Promise(() => {}), { timeout: 0.2 })).rejects.toMatchObject({
      code: 'endless',
      value: 0.2,
    });
    expect((await graphOf(() => void new Thing('after'))).resources).toHaveLength(1);
  });

  it('is refused if it registers no resource, because applying it would delete everything', async () => {
    await expect(graphOf(() => ({}))).rejects.toMatchObject({ code: 'empty' });
  });

  it('is refused if two resources have the same name', async () => {
    const twice = () => {
      new Thing('one');
      new Thing('one');
    };
    await expect(graphOf(twice)).rejects.toMatchObject({ code: 'duplicate', value: urn('one') });
  });

  it('gets the recorded answer to a lookup, or an error that names the lookup', async () => {
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
