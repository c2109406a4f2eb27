import { at, must, resourcePolicy, type GraphResource, type Policy, type Violation } from '@slipway/stack';

const FIREWALL = 'linode:index/firewall:Firewall';

/** Ports open to all networks: HTTP, which redirects, and HTTPS. */
const OPEN_PORTS = ['80', '443'];

function* openTo(
  firewall: GraphResource,
  allowed: (rule: GraphResource['inputs']) => boolean,
  message: string,
): Iterable<Omit<Violation, 'urn'>> {
  const rules = at(firewall, 'inbounds');
  for (const [index, rule] of (Array.isArray(rules) ? rules : []).entries()) {
    const open = /"(0\.0\.0\.0|::)\/0"/.test(JSON.stringify(rule));
    if (open && !allowed(rule as GraphResource['inputs'])) {
      yield { message, property: `inbounds[${index}]`, value: rule as never };
    }
  }
}

/** Policies for the firewall of an LKE cluster. */
export const firewallPolicies: readonly Policy[] = [
  resourcePolicy({
    name: 'firewall-drops',
    description: 'Traffic that no rule accepts is dropped.',
    source: 'CIS Controls 8.1, 4.4',
    types: [FIREWALL],
    inspect: (firewall) => must(firewall, 'inboundPolicy', 'DROP', 'otherwise the rules have no effect'),
  }),
  resourcePolicy({
    name: 'firewall-ports',
    description: 'Only HTTP and HTTPS are open to all networks.',
    source: 'NSA/CISA Kubernetes Hardening Guide 1.2, "Network separation"',
    types: [FIREWALL],
    inspect: (firewall) =>
      openTo(
        firewall,
        ({ ports }) => OPEN_PORTS.includes(String(ports)),
        'Open only the ports 80 and 443 to all networks.',
      ),
  }),
  resourcePolicy({
    name: 'firewall-protocols',
    description: 'Only TCP is open to all networks.',
    source: 'NSA/CISA Kubernetes Hardening Guide 1.2, "Network separation"',
    types: [FIREWALL],
    inspect: (firewall) =>
      openTo(firewall, ({ protocol }) => protocol === 'TCP', 'Open only TCP to all networks.'),
  }),
  resourcePolicy({
    name: 'firewall-on',
    description: 'The firewall is enabled.',
    source: 'Linode API, "Firewall: status"',
    types: [FIREWALL],
    *inspect(firewall) {
      const value = at(firewall, 'disabled');
      if (value !== undefined && value !== false)
        yield { message: 'Remove disabled.', property: 'disabled', value };
    },
  }),
  resourcePolicy({
    name: 'firewall-not-on-nodes',
    description: 'The firewall is not attached to individual nodes.',
    source: 'this project: the autoscaler replaces nodes, so a list of node ids becomes outdated',
    types: [FIREWALL],
    *inspect(firewall) {
      const value = at(firewall, 'linodes');
      if (value !== undefined) yield { message: 'Remove linodes.', property: 'linodes', value };
    },
  }),
];
