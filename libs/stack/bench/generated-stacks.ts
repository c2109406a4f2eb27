/** Makes the graphs of generated stacks and prints the seconds. Usage: node generated-stacks.ts COUNT */
import * as pulumi from '@pulumi/pulumi';
import { synth, type Program } from '../src/index.ts';

/** The size of the LKE cluster and a registry together; the larger EKS cluster is measured separately. */
const RESOURCES = 20;

class Thing extends pulumi.CustomResource {
  constructor(name: string, inputs: Record<string, unknown>) {
    super('test:index:Thing', name, inputs);
  }
}

const program =
  (at: number): Program =>
  () => {
    let last: Thing | undefined;
    for (let n = 0; n < RESOURCES; n += 1) {
      last = new Thing(`thing-${n}`, { stack: at, n, after: last?.id, text: 'x'.repeat(200) });
    }
  };

const count = Number(process.argv[2]);
const start = performance.now();
for (let at = 0; at < count; at += 1)
  await synth(program(at), { project: `generated-${at}`, stack: 'bench' });
console.log(String((performance.now() - start) / 1000));
