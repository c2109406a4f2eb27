import { Command } from 'commander';

/** Output and parser that the caller provides to the subcommands. */
export interface CommandIo {
  /** Writes text or one JSON document. */
  print: (text: string) => void;
  /** Writes progress and notes. */
  note: (text: string) => void;
  /** Parses the text of a base lock or a policy. */
  parseYaml: (text: string) => unknown;
}

/** Creates a subcommand with the option `--json`. */
export function subcommand(name: string, description: string): Command {
  return new Command(name).description(description).option('--json', 'print one JSON document');
}

/** Creates a subcommand that reads or fills the folder of base blobs. */
export function subcommandWithBlobs(name: string, description: string): Command {
  return subcommand(name, description).option(
    '--blobs <dir>',
    'folder of base blobs, shared by all images',
    '.slipway/blobs',
  );
}

/** Collects the values of a repeatable option. */
export function append(value: string, list: string[]): string[] {
  return [...list, value];
}
