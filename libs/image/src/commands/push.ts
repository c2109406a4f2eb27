import type { Command } from 'commander';
import { ImageError } from '../error.ts';
import { pushImage, type PushProgress, type PushResult } from '../push.ts';
import { append, verb, type CommandIo } from './verb.ts';

interface PushFlags {
  to: string;
  blobs: string;
  tag: string[];
  deadline: number;
  digest?: string;
  insecure?: boolean;
  json?: boolean;
}

/** `image push`. */
export function pushCommand(io: CommandIo): Command {
  return verb('push', 'bring an image into a repository')
    .argument('<layout>', 'folder of an OCI layout')
    .requiredOption('--to <repository>', 'host[:port]/path, or oci:DIR for a folder')
    .option('--tag <tag>', 'tag to set, repeatable', append, [])
    .option('--digest <digest>', 'which image, where the layout holds several')
    .option('--deadline <seconds>', 'for the whole push', seconds, 120)
    .option('--insecure', 'plain http for a host that is not this machine')
    .action(async (layout: string, { json, tag, deadline, ...flags }: PushFlags) => {
      const onProgress = progressNotes(json ? () => undefined : io.note);
      const result = await pushImage({
        ...flags,
        layout,
        tags: tag,
        deadlineMs: deadline * 1000,
        onProgress,
      });
      io.print(json ? JSON.stringify(result) : pushLine(result));
    });
}

function seconds(text: string): number {
  const value = Number(text);
  if (value > 0 && value < 86_400) return value;
  throw new ImageError('invalid-input', `the deadline "${text}" is no number of seconds below a day`, {
    value: text,
  });
}

function progressNotes(note: (text: string) => void): (progress: PushProgress) => void {
  return ({ digest, size, state }) => {
    if (state !== 'uploading')
      note(`${state === 'exists' ? 'there already' : 'uploaded     '}  ${digest}  ${size}`);
  };
}

function pushLine({ repository, digest, uploadedBytes, uploadedBlobs, existed }: PushResult): string {
  if (existed) return `${repository}@${digest} was there already, 0 bytes sent`;
  return `${repository}@${digest} is there, ${uploadedBytes} bytes sent in ${uploadedBlobs} blobs`;
}
