import { Firewall } from '@pulumi/linode/firewall.js';
import type { Resource } from '@pulumi/pulumi';
import { tagWords, type Tags } from '@slipway/infra-core';

const EVERYBODY = { ipv4s: ['0.0.0.0/0'], ipv6s: ['::/0'] };

/**
 * What reaches the cluster's load balancers: HTTP and HTTPS, nothing else. It is not tied to nodes, which come and go
 * with the autoscaler: a Service names it by the annotation
 * `service.beta.kubernetes.io/linode-loadbalancer-firewall-id`.
 */
export function addFirewall(name: string, tags: Tags, parent: Resource): Firewall {
  const accept = (label: string, ports: string) => ({
    label,
    action: 'ACCEPT',
    protocol: 'TCP',
    ports,
    ...EVERYBODY,
  });
  return new Firewall(
    name,
    {
      label: name.slice(0, 32), // Linode's limit for the label of a firewall
      inboundPolicy: 'DROP',
      inbounds: [accept('http', '80'), accept('https', '443')],
      outboundPolicy: 'ACCEPT',
      tags: tagWords(tags),
    },
    { parent },
  );
}
