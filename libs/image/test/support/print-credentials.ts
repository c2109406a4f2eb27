import { registryCredentials } from '../../src/registry/registry-credentials.ts';

// Run as its own process, where packages are found as they are by a user: prints what is sent to the host argv[2].
process.stdout.write(JSON.stringify(await registryCredentials()(process.argv[2] ?? '')));
