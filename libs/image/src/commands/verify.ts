import type { Command } from 'commander';
import { PolicySchema } from '../attest/policy.ts';
import { table } from './table.ts';
import { verifyImage } from '../attest/verify.ts';
import { readJsonInput } from './read-input.ts';
import { verb, type CommandIo } from './command-io.ts';

/** `image verify`. */
export function verifyCommand(io: CommandIo): Command {
  return verb('verify', 'check signer, provenance and SBOM of an image against a policy')
    .argument('<image>', 'repository@sha256:…')
    .requiredOption('--policy <file>', 'what the image must show')
    .option('--insecure', 'plain http for a host that is not this machine')
    .action(
      async (
        image: string,
        { json, policy, ...flags }: { policy: string; insecure?: boolean; json?: boolean },
      ) => {
        const rules = await readJsonInput(PolicySchema, policy, 'the policy', io.parseYaml);
        const result = await verifyImage({ ...flags, image, policy: rules });
        const rows = result.accepted.map(({ predicateType, signer, digest }) => [
          predicateType,
          signer,
          digest,
        ]);
        io.print(
          json
            ? JSON.stringify(result)
            : `${table(['SAYS', 'SIGNER', 'DIGEST'], rows)}\n${image} is accepted`,
        );
      },
    );
}
