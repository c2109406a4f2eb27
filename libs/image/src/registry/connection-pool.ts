import type { Agent } from 'node:http';

/**
 * Node's own client, loaded when the first request is sent: TLS is a sixth of a start. An import of it as a module would
 * read all that it exports, and reading `http.WebSocket` loads undici.
 */
export const clientOf = (secure: boolean) =>
  secure ? process.getBuiltinModule('node:https') : process.getBuiltinModule('node:http');

/** Connections that are kept and used again, by all pushes and copies that run at the same time. */
export interface ConnectionPool {
  /** @param foreign the host is checked while its name is resolved, so its connections are never those of a host that was not */
  agent(secure: boolean, foreign: boolean): Agent;
  leave(): void;
}

/** To one host at the same time; the rest waits. */
const connectionLimit = 8;

let agents = new Map<string, Agent>();
let members = 0;

/** Takes part in the process's connections; when the last one leaves they are ended. */
export function joinPool(): ConnectionPool {
  members += 1;
  let left = false;
  return {
    agent(secure, foreign) {
      const key = `${secure} ${foreign}`;
      const options = { keepAlive: true, maxSockets: connectionLimit };
      const agent = agents.get(key) ?? new (clientOf(secure).Agent)(options);
      agents.set(key, agent);
      return agent;
    },
    leave() {
      if (left) return;
      left = true;
      members -= 1;
      if (members > 0) return;
      for (const agent of agents.values()) agent.destroy();
      agents = new Map();
    },
  };
}
