import type { Agent } from 'node:http';

/**
 * Node's client, loaded with the first request, because TLS takes a sixth of the start time. A module import
 * would read all exports, and reading `http.WebSocket` loads undici.
 */
export const clientOf = (secure: boolean) =>
  secure ? process.getBuiltinModule('node:https') : process.getBuiltinModule('node:http');

/** Keep-alive connections that concurrent pushes and copies share. */
export interface ConnectionPool {
  /** @param foreign the host's address is checked, so it shares no connections with unchecked hosts */
  agent(secure: boolean, foreign: boolean): Agent;
  leave(): void;
}

/** Connections per host; further requests wait. */
const connectionLimit = 8;

let agents = new Map<string, Agent>();
let members = 0;

/** Joins the connection pool of this process. When the last member leaves, all connections are closed. */
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
