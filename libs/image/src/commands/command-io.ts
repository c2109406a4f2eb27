import { Command } from 'commander';

/** What verbs need from where they are mounted. */
export interface CommandIo {
  /** Writes a line for people or one JSON document. */
  print: (text: string) => void;
  /** Writes what is only for the moment. */
  note: (text: string) => void;
  /** Parses the text of a base lock or a policy. */
  parseYaml: (text: string) => unknown;
}

/** A verb with the option that all verbs share. */
export function verb(name: string, description: string): Command {
  return new Command(name).description(description).option('--json', 'one JSON document for machines');
}

/** A verb that reads or fills the folder of base blobs. */
export function blobsVerb(name: string, description: string): Command {
  return verb(name, description).option(
    '--blobs <dir>',
    'folder in which base blobs lie once',
    '.slipway/blobs',
  );
}

/** Collects the values of a repeatable option. */
export function append(value: string, list: string[]): string[] {
  return [...list, value];
}
