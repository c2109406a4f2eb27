import { Firewall } from '@pulumi/linode/firewall.js';
import type { Resource } from '@pulumi/pulumi';
import { tagWords, type Tags } from '@slipway/infra-core';

const ALL_NETWORKS = { ipv4s: ['0.0.0.0/0'], ipv6s: ['::/0'] };

/**
 * Adds a firewall for the cluster's load balancers that allows HTTP and HTTPS only. It is not attached to
 * nodes, because the autoscaler replaces them. A Service uses it by the annotation
 * `service.beta.kubernetes.io/linode-loadbalancer-firewall-id`.
 */
export function addFirewall(name: string, tags: Tags, parent: Resource): Firewall {
  const accept = (label: string, ports: string) => ({
    label,
    action: 'ACCEPT',
    protocol: 'TCP',
    ports,
    ...ALL_NETWORKS,
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
