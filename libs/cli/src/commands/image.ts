import type { Command } from 'commander';
import { imageCommands } from '@slipway/image/cli';
import { parse } from 'yaml';

/** The verbs of `@slipway/image`, which can also read the workspace's base lock. */
export function imageCommand(): Command {
  return imageCommands({ parseYaml: (text) => parse(text) as unknown });
}
