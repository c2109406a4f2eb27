import type { Command } from 'commander';
import { publishImage } from '../push/publish-image.ts';
import type { PushResult } from '../push/push-image.ts';
import { progressNotes, seconds } from './progress-notes.ts';
import { append, blobsVerb, type CommandIo } from './command-io.ts';

interface PushFlags {
  to: string[];
  blobs: string;
  tag: string[];
  deadline: number;
  digest?: string;
  insecure?: boolean;
  json?: boolean;
}

/** `image push`. */
export function pushCommand(io: CommandIo): Command {
  return blobsVerb('push', 'bring an image into a repository')
    .argument('<layout>', 'folder of an OCI layout')
    .requiredOption('--to <repository>', 'host[:port]/path, or oci:DIR for a folder; repeatable', several)
    .option('--tag <tag>', 'tag to set, repeatable', append, [])
    .option('--digest <digest>', 'which image, where the layout holds several')
    .option('--deadline <seconds>', 'for the whole push', seconds, 120)
    .option('--insecure', 'plain http for a host that is not this machine')
    .action(async (layout: string, { json, tag, deadline, ...flags }: PushFlags) => {
      const onProgress = progressNotes(json ? () => undefined : io.note);
      const results = await publishImage({
        ...flags,
        layout,
        tags: tag,
        deadlineMs: deadline * 1000,
        onProgress,
      });
      if (json) io.print(JSON.stringify(results.length === 1 ? results[0] : results));
      else for (const result of results) io.print(pushLine(result));
    });
}

/** What a push did, in a line. */
export function pushLine({ repository, digest, uploadedBytes, uploadedBlobs, existed }: PushResult): string {
  if (existed) return `${repository}@${digest} was there already, 0 bytes sent`;
  return `${repository}@${digest} is there, ${uploadedBytes} bytes sent in ${uploadedBlobs} blobs`;
}

/** A repeatable option that must be there. */
function several(text: string, list: string[] = []): string[] {
  return [...list, text];
}
