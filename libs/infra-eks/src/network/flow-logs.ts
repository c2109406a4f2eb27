import * as cloudwatch from '@pulumi/aws/cloudwatch/index.js';
import * as ec2 from '@pulumi/aws/ec2/index.js';
import * as iam from '@pulumi/aws/iam/index.js';
import type { Input, Resource } from '@pulumi/pulumi';
import { addPlatformRole } from '../identity/platform-role.ts';
import { serviceTrust } from '../identity/trust.ts';

/** Records accepted and rejected traffic and keeps the logs for `days`. */
export function addFlowLogs(args: {
  name: string;
  vpcId: Input<string>;
  days: number;
  permissionsBoundary: string | undefined;
  parent: Resource;
}): void {
  const { name, vpcId, days, permissionsBoundary, parent } = args;
  const title = `${name}-flow-logs`;
  const inside = { parent };
  const group = new cloudwatch.LogGroup(title, { name: `/aws/vpc/${name}`, retentionInDays: days }, inside);
  const trust = serviceTrust('vpc-flow-logs.amazonaws.com');
  const { role } = addPlatformRole(title, { trust, permissionsBoundary }, parent);
  new iam.RolePolicy(
    title,
    {
      role: role.id,
      policy: {
        Version: '2012-10-17',
        Statement: [
          {
            Effect: 'Allow',
            Action: ['logs:CreateLogStream', 'logs:PutLogEvents', 'logs:DescribeLogStreams'],
            Resource: [group.arn.apply((arn) => `${arn}:*`)],
          },
        ],
      },
    },
    inside,
  );
  new ec2.FlowLog(
    title,
    {
      vpcId,
      trafficType: 'ALL',
      logDestination: group.arn,
      iamRoleArn: role.arn,
      maxAggregationInterval: 60,
    },
    inside,
  );
}
