import { graphHash, writeDist } from '@slipway/stack';
import { print } from '../print.ts';
import { openStack, type StackOptions } from './open-stack.ts';

export async function synth(folder: string, options: StackOptions): Promise<void> {
  const { graph } = await openStack(folder, options);
  await writeDist(folder, graph);
  const hash = graphHash(graph);
  print(
    options.json,
    { folder, resources: graph.resources.length, graph: hash },
    () =>
      `${graph.resources.length} resources, ${hash.slice(0, 19)}; the picture is in ${folder}/dist/graph.svg`,
  );
}
