import { registryCredentials } from '../../src/registry/registry-credentials.ts';

// Run as a child process, so packages are resolved as for users: prints the credentials for host argv[2].
process.stdout.write(JSON.stringify(await registryCredentials()(process.argv[2] ?? '')));
