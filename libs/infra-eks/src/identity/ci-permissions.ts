import { interpolate, type Output } from '@pulumi/pulumi';
import { platformBoundaryArn } from './platform-boundary.ts';
import { PLATFORM_PATH } from './platform-role.ts';
import { document, type PolicyDocument } from './trust.ts';

/** The scope of the permissions of the CI roles. */
export interface CiScope {
  environment: string;
  region: string;
  accountId: string;
  stateBucketArn: Output<string>;
  stateKeyArn: Output<string>;
  /** The name prefix of the ECR repositories. */
  repositoryPrefix: string;
}

/** The services of the stacks. Without IAM: a role with all IAM actions could grant itself all others. */
const SERVICES = ['ec2', 'ecr', 'eks', 'kms', 'logs', 's3'];

/** Allows read access to the stacks' services and to the state. */
export function previewPermissions({ region, stateBucketArn, stateKeyArn }: CiScope): PolicyDocument {
  return document(
    {
      Sid: 'Look',
      Effect: 'Allow',
      Action: SERVICES.filter((service) => service !== 's3').flatMap((service) => [
        `${service}:Describe*`,
        `${service}:Get*`,
        `${service}:List*`,
      ]),
      Resource: '*',
      Condition: { StringEquals: { 'aws:RequestedRegion': region } },
    },
    {
      Sid: 'LookAtRoles',
      Effect: 'Allow',
      Action: ['iam:GetRole', 'iam:GetRolePolicy', 'iam:List*'],
      Resource: '*',
    },
    {
      Sid: 'ReadState',
      Effect: 'Allow',
      Action: ['s3:GetObject', 's3:ListBucket'],
      Resource: [stateBucketArn, interpolate`${stateBucketArn}/*`],
    },
    { Sid: 'ReadSecretsOfState', Effect: 'Allow', Action: 'kms:Decrypt', Resource: stateKeyArn },
  );
}

/**
 * Services for which AWS creates service-linked roles with the first cluster of an account (EKS user guide,
 * "Using service-linked roles").
 */
const LINKED = ['autoscaling', 'eks', 'eks-nodegroup', 'elasticloadbalancing'];

/** Allows the stacks' services in one region, and roles below `/platform/` that have the boundary. */
export function deployPermissions(scope: CiScope): PolicyDocument {
  const { environment, region, accountId, stateBucketArn, stateKeyArn } = scope;
  const platform = `arn:aws:iam::${accountId}:role${PLATFORM_PATH}*`;
  return document(
    {
      Sid: 'MakeInOneRegion',
      Effect: 'Allow',
      Action: SERVICES.filter((service) => service !== 's3').map((service) => `${service}:*`),
      Resource: '*',
      Condition: { StringEquals: { 'aws:RequestedRegion': region } },
    },
    {
      Sid: 'MakeRolesInTheirBoundary',
      Effect: 'Allow',
      Action: [
        'iam:AttachRolePolicy',
        'iam:CreateRole',
        'iam:DeleteRolePolicy',
        'iam:DetachRolePolicy',
        'iam:PutRolePermissionsBoundary',
        'iam:PutRolePolicy',
      ],
      Resource: platform,
      Condition: { StringEquals: { 'iam:PermissionsBoundary': platformBoundaryArn(accountId, environment) } },
    },
    {
      Sid: 'KeepRoles', // IAM has no boundary condition for these actions
      Effect: 'Allow',
      Action: ['iam:DeleteRole', 'iam:TagRole', 'iam:UntagRole', 'iam:UpdateAssumeRolePolicy'],
      Resource: platform,
    },
    {
      Sid: 'LetServicesMakeTheirOwn',
      Effect: 'Allow',
      Action: 'iam:CreateServiceLinkedRole',
      Resource: `arn:aws:iam::${accountId}:role/aws-service-role/*`,
      Condition: {
        StringEquals: { 'iam:AWSServiceName': LINKED.map((service) => `${service}.amazonaws.com`) },
      },
    },
    {
      Sid: 'LookAtRoles',
      Effect: 'Allow',
      Action: ['iam:GetRole', 'iam:GetRolePolicy', 'iam:List*'],
      Resource: '*',
    },
    {
      Sid: 'HandRolesToServices',
      Effect: 'Allow',
      Action: 'iam:PassRole',
      Resource: platform,
      Condition: {
        StringEquals: {
          'iam:PassedToService': [
            'ec2.amazonaws.com',
            'eks.amazonaws.com',
            'pods.eks.amazonaws.com',
            'vpc-flow-logs.amazonaws.com',
          ],
        },
      },
    },
    {
      Sid: 'WriteState',
      Effect: 'Allow',
      Action: ['s3:DeleteObject', 's3:GetObject', 's3:ListBucket', 's3:PutObject'],
      Resource: [stateBucketArn, interpolate`${stateBucketArn}/*`],
    },
    { Sid: 'SecretsOfState', Effect: 'Allow', Action: ['kms:Decrypt', 'kms:Encrypt'], Resource: stateKeyArn },
  );
}

/** Allows pushing images to repositories with the prefix, but not deleting them. */
export function publishPermissions({ region, accountId, repositoryPrefix }: CiScope): PolicyDocument {
  return document(
    { Sid: 'LogIn', Effect: 'Allow', Action: 'ecr:GetAuthorizationToken', Resource: '*' },
    {
      Sid: 'Push',
      Effect: 'Allow',
      Action: [
        'ecr:BatchCheckLayerAvailability',
        'ecr:BatchGetImage',
        'ecr:CompleteLayerUpload',
        'ecr:DescribeImages',
        'ecr:GetDownloadUrlForLayer',
        'ecr:InitiateLayerUpload',
        'ecr:PutImage',
        'ecr:UploadLayerPart',
      ],
      Resource: `arn:aws:ecr:${region}:${accountId}:repository/${repositoryPrefix}/*`,
    },
  );
}

/** Allows describing the cluster. Its access entries define the permissions inside the cluster. */
export function bootstrapPermissions({ environment, region, accountId }: CiScope): PolicyDocument {
  return document({
    Sid: 'FindTheCluster',
    Effect: 'Allow',
    Action: 'eks:DescribeCluster',
    Resource: `arn:aws:eks:${region}:${accountId}:cluster/${environment}`,
  });
}
