import { at, must, resourcePolicy, type GraphResource, type Policy, type Violation } from '@slipway/stack';

const FIREWALL = 'linode:index/firewall:Firewall';

/** What everybody may reach: HTTP, which answers with a redirect, and HTTPS. */
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

/** What must hold for the firewall of an LKE cluster. */
export const firewallPolicies: readonly Policy[] = [
  resourcePolicy({
    name: 'firewall-drops',
    description: 'What no rule lets in is dropped.',
    source: 'CIS Controls 8.1, 4.4',
    types: [FIREWALL],
    inspect: (firewall) => must(firewall, 'inboundPolicy', 'DROP', 'the rules would be decoration'),
  }),
  resourcePolicy({
    name: 'firewall-ports',
    description: 'Everybody reaches HTTP and HTTPS and no other port.',
    source: 'NSA/CISA Kubernetes Hardening Guide 1.2, "Network separation"',
    types: [FIREWALL],
    inspect: (firewall) =>
      openTo(
        firewall,
        ({ ports }) => OPEN_PORTS.includes(String(ports)),
        'Only 80 and 443 are for everybody.',
      ),
  }),
  resourcePolicy({
    name: 'firewall-protocols',
    description: 'Everybody reaches TCP only.',
    source: 'NSA/CISA Kubernetes Hardening Guide 1.2, "Network separation"',
    types: [FIREWALL],
    inspect: (firewall) =>
      openTo(firewall, ({ protocol }) => protocol === 'TCP', 'Only TCP is for everybody.'),
  }),
  resourcePolicy({
    name: 'firewall-on',
    description: 'The firewall is not switched off.',
    source: 'Linode API, "Firewall: status"',
    types: [FIREWALL],
    *inspect(firewall) {
      const value = at(firewall, 'disabled');
      if (value !== undefined && value !== false)
        yield { message: 'Leave disabled out.', property: 'disabled', value };
    },
  }),
  resourcePolicy({
    name: 'firewall-not-on-nodes',
    description: 'The firewall is tied to no node by its number.',
    source: 'the autoscaler replaces nodes; the list would be wrong the next day',
    types: [FIREWALL],
    *inspect(firewall) {
      const value = at(firewall, 'linodes');
      if (value !== undefined) yield { message: 'Leave linodes out.', property: 'linodes', value };
    },
  }),
];
