import { CHECKED_IN, record as renew } from '@slipway/stack';
import { print } from '../print.ts';
import { openStack, type StackOptions } from './open-stack.ts';

export async function record(folder: string, options: StackOptions): Promise<void> {
  const { graph } = await openStack(folder, options);
  const changed = await renew(folder, graph);
  print(options.json, { folder, changed }, () =>
    changed ? `${folder}/${CHECKED_IN} was updated: commit it.` : `${folder}/${CHECKED_IN} is up to date.`,
  );
}
