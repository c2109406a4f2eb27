import { assertFresh, CHECKED_IN } from '@slipway/stack';
import { print } from '../print.ts';
import { openStack, type StackOptions } from './open-stack.ts';

export async function check(folder: string, options: StackOptions): Promise<void> {
  const { graph } = await openStack(folder, options);
  await assertFresh(folder, graph);
  print(options.json, { folder, fresh: true }, () => `${folder}/${CHECKED_IN} matches the program.`);
}
