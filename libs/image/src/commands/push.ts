import type { Command } from 'commander';
import { publishImage } from '../push/publish-image.ts';
import type { PushResult } from '../push/push-image.ts';
import { progressNotes, seconds } from './progress-notes.ts';
import { append, subcommandWithBlobs, type CommandIo } from './command-io.ts';

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
  return subcommandWithBlobs('push', 'push an image to a repository')
    .argument('<layout>', 'folder of an OCI layout')
    .requiredOption('--to <repository>', 'host[:port]/path, or oci:DIR; repeatable', appendRequired)
    .option('--tag <tag>', 'tag to set, repeatable', append, [])
    .option('--digest <digest>', 'digest of the image, if the layout has several')
    .option('--deadline <seconds>', 'time limit of the push', seconds, 120)
    .option('--insecure', 'use plain http for a host other than this machine')
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

/** The result of a push in one line. */
export function pushLine({ repository, digest, uploadedBytes, uploadedBlobs, existed }: PushResult): string {
  if (existed) return `${repository}@${digest} already exists, 0 bytes sent`;
  return `${repository}@${digest} pushed, ${uploadedBytes} bytes sent in ${uploadedBlobs} blobs`;
}

/** Collects the values of a repeatable option that is required. */
function appendRequired(text: string, list: string[] = []): string[] {
  return [...list, text];
}
