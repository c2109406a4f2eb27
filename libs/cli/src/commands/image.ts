import type { Command } from 'commander';
import { imageCommands } from '@slipway/image/cli';
import { parse } from 'yaml';

/** The subcommands of `@slipway/image`, with a YAML parser for the base lock of the workspace. */
export function imageCommand(): Command {
  return imageCommands({ parseYaml: (text) => parse(text) as unknown });
}
