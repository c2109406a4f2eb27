import { at, must, resourcePolicy, type Graph, type GraphResource, type Policy } from '@slipway/stack';

const TEMPLATE = 'aws:ec2/launchTemplate:LaunchTemplate';
const NODE_GROUP = 'aws:eks/nodeGroup:NodeGroup';
const ADDON = 'aws:eks/addon:Addon';
const NODE_POLICIES = ['AmazonEKSWorkerNodeMinimalPolicy', 'AmazonEC2ContainerRegistryPullOnly'];

/** Policies for nodes, add-ons and their identities. */
export const nodePolicies: readonly Policy[] = [
  resourcePolicy({
    name: 'imdsv2',
    description: "A node's credentials are available by IMDSv2 only.",
    source: 'AWS Security Hub EC2.8 and EC2.170',
    types: [TEMPLATE],
    inspect: (template) =>
      must(template, 'metadataOptions.httpTokens', 'required', 'otherwise a forged request gets them'),
  }),
  resourcePolicy({
    name: 'hop-limit',
    description: "A pod cannot reach its node's credentials.",
    source: 'EKS best practices, "Restrict access to the instance profile assigned to the worker node"',
    types: [TEMPLATE],
    inspect: (template) =>
      must(template, 'metadataOptions.httpPutResponseHopLimit', 1, 'a pod is one hop away from its node'),
  }),
  resourcePolicy({
    name: 'encrypted-volumes',
    description: 'Disks of nodes are encrypted.',
    source: 'AWS Security Hub EC2.3',
    types: [TEMPLATE],
    *inspect(template) {
      const disks = at(template, 'blockDeviceMappings');
      if (!Array.isArray(disks) || disks.length === 0) {
        yield { message: 'Add an encrypted root volume.', property: 'blockDeviceMappings', value: disks };
        return;
      }
      for (const index of disks.keys()) {
        yield* must(
          template,
          `blockDeviceMappings[${index}].ebs.encrypted`,
          'true',
          'a lost disk must not be readable',
        );
      }
    },
  }),
  resourcePolicy({
    name: 'private-nodes',
    description: 'Nodes are in private subnets.',
    source: 'EKS best practices, "Deploy worker nodes onto private subnets"',
    types: [NODE_GROUP],
    *inspect(group, graph) {
      const found = at(group, 'subnetIds');
      const ids = Array.isArray(found) ? found : [];
      const open = ids.filter((id) => !isPrivate(String(id), graph));
      if (open.length > 0 || ids.length < 3) {
        yield { message: 'Use private subnets in three zones.', property: 'subnetIds', value: found };
      }
    },
  }),
  resourcePolicy({
    name: 'no-remote-access',
    description: 'Nodes do not allow SSH.',
    source: 'CIS Amazon EKS Benchmark 3; Session Manager needs no open port',
    types: [NODE_GROUP],
    *inspect(group) {
      const value = at(group, 'remoteAccess');
      if (value !== undefined) yield { message: 'Remove remoteAccess.', property: 'remoteAccess', value };
    },
  }),
  {
    name: 'pod-identity',
    description:
      'Add-ons in kube-system call AWS with their own roles by Pod Identity; nodes have two minimal policies.',
    source: 'EKS best practices, "Use EKS Pod Identity"; node role policies of the EKS user guide',
    *check(graph) {
      yield* missingIdentities(graph);
      for (const { urn, inputs } of graph.resources) {
        const policy = String(inputs['policyArn'] ?? '')
          .split('/')
          .at(-1) as string;
        const ofNodes = /Role::[^.]*-nodes\.id/.test(String(inputs['role']));
        if (ofNodes && !NODE_POLICIES.includes(policy)) {
          yield {
            message: 'Attach this policy to the role of the pod that needs it, not to the role of the nodes.',
            urn,
            value: policy,
          };
        }
        const trust = JSON.stringify(inputs['assumeRolePolicy'] ?? '');
        if (/pods\.eks/.test(trust) && !/"aws:RequestTag\/kubernetes-namespace":"kube-system"/.test(trust)) {
          yield {
            message: 'Pod Identity roles are only for service accounts in kube-system.',
            urn,
            property: 'assumeRolePolicy',
          };
        }
      }
    },
  },
];

/** Violations for add-ons without a Pod Identity role, and for the missing Pod Identity agent. */
function* missingIdentities({ resources }: Graph) {
  const addons = new Map(
    resources.filter(({ type }) => type === ADDON).map((addon) => [at(addon, 'addonName'), addon]),
  );
  if (!addons.has('eks-pod-identity-agent')) yield { message: 'Add eks-pod-identity-agent.' };
  for (const name of ['vpc-cni', 'aws-ebs-csi-driver']) {
    const addon: GraphResource | undefined = addons.get(name);
    const identities = addon && at(addon, 'podIdentityAssociations');
    if (!Array.isArray(identities) || identities.length === 0) {
      yield { message: `Add a Pod Identity role to ${name}.`, ...(addon && { urn: addon.urn }) };
    }
  }
}

/** Whether a placeholder refers to a subnet of this graph with the tag for private subnets. */
function isPrivate(id: string, { resources }: Graph): boolean {
  const subnet = resources.find(({ type, name }) => id === `\${${type}::${name}.id}`);
  return subnet !== undefined && at(subnet, 'tags.slipway:subnet') === 'private';
}
