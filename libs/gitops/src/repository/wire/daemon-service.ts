import { connect } from 'node:net';
import { FETCH } from './conversation.ts';
import { packet } from './packet.ts';
import type { Reach } from './service.ts';
import { streamService } from './stream-service.ts';

/** Where `git daemon` listens unless an address says otherwise: the port that IANA gave to it. */
const PORT = 9418;

/** A repository that `git daemon` serves. */
export interface DaemonAddress {
  /** As the address names it, its port included: a daemon may serve several hosts. */
  asked: string;
  host: string;
  port: number;
  /** Its folder over there; `~ada/r.git` lies in somebody's home. */
  path: string;
}

/** An address as git takes it apart. @returns undefined for what git would decode first, refuse or ask somebody else */
export function daemonAddress(url: string): DaemonAddress | undefined {
  const { asked, host, six, port, path } =
    /^git:\/\/(?<asked>(?:\[(?<six>[\dA-Fa-f:.]+)\]|(?<host>\w[\w.-]*))(?::(?<port>\d{1,5}))?)(?<path>\/[^%\p{Cc}]+)$/u.exec(
      url,
    )?.groups ?? {};
  const name = host ?? six;
  if (asked === undefined || name === undefined || path === undefined) return undefined;
  return {
    asked,
    host: name,
    port: Number(port ?? PORT),
    path: path.startsWith('/~') ? path.slice(1) : path,
  };
}

/** The services of a repository over Git's own port, a connection for each. Nothing is encrypted and nobody logs in. */
export function daemonService({ asked, host, port, path }: DaemonAddress): Reach {
  return (service, signal) => {
    const socket = connect({ host, port, noDelay: true, ...(signal && { signal }) });
    const reads = service === 'git-upload-pack';
    const version = reads ? '\0version=2\0' : ''; // pushes know only the first
    socket.write(packet(`${service} ${path}\0host=${asked}\0${version}`));
    const end = (): void => socket.destroySoon();
    return streamService({ input: socket, output: socket, end, ...(reads && { next: FETCH }) });
  };
}
