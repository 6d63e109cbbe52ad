/** Which actions of AWS read, which hand out credentials, and which sets of them make an administrator of whoever holds them all. */
import { covers } from './pattern.ts';

/**
 * By the verb of its name; `*` and `s3:*` are more than that. Some services let nothing be named, so `*` beside their actions says
 * nothing (parliament's RESOURCE_STAR keeps the same exception from AWS's service authorisation reference).
 */
export const readsOnly = (action: string): boolean => READS.test(action.slice(action.indexOf(':') + 1)) && action.includes(':');
const READS =
  /^(?:get|list|describe|read|view|lookup|search|query|scan|batchget|head|check|test|validate|simulate|estimate|preview|select|start(?:live)?query|stopquery|filter|detect|discover|is|has|count|export)/;

const UNNAMED =
  /^(?:cloudwatch:put(?:metricdata|dashboard)|ecr:getauthorizationtoken|ec2messages:|ssmmessages:|ssm:updateinstanceinformation|xray:|sts:get|s3:(?:listallmybuckets|createbucket)|logs:(?:create|put)|ec2:(?:create|delete|attach|detach|assign|unassign|modify)(?:networkinterface|tags)|ec2:(?:un)?assignprivateip|autoscaling:|elasticloadbalancing:|acm:|route53:(?:create|change)|kms:(?:createkey|createalias|generaterandom)|cognito-idp:(?:createuserpool)|iam:(?:create(?:servicelinkedrole|accountalias))|support:|health:|ce:|cur:|budgets:|trustedadvisor:|pricing:|rekognition:|textract:|comprehend:|translate:|polly:|transcribe:|ses:send|sns:publish|mobiletargeting:|application-autoscaling:|tag:|cloudformation:(?:validate|createstackset)|sso:|identitystore:|aws-portal:|account:|config:put|access-analyzer:|bedrock:invoke|organizations:|resource-groups:|servicequotas:|wellarchitected:|inspector|securityhub:|guardduty:|macie2:|fis:|dms:|redshift-data:|athena:|glue:|lakeformation:|globalaccelerator:|waf|shield:|servicediscovery:|imagebuilder:)/;
export const cannotBeNamed = (action: string): boolean => UNNAMED.test(action) && !action.endsWith(':*');

/** Services of which nothing changes anything. */
export const readingService = (action: string): boolean =>
  /^(?:ce|cur|pricing|health|trustedadvisor|access-analyzer|compute-optimizer|cost-optimization-hub|freetier):\*$/.test(action);

export const CREDENTIALS: readonly string[] = `sts:assumerole sts:assumerolewithsaml sts:assumerolewithwebidentity sts:getfederationtoken sts:getsessiontoken
  secretsmanager:getsecretvalue secretsmanager:batchgetsecretvalue ecr:getauthorizationtoken rds-db:connect redshift:getclustercredentials redshift:getclustercredentialswithiam
  redshift-serverless:getcredentials lightsail:getinstanceaccessdetails lightsail:getrelationaldatabasemasteruserpassword sso:getrolecredentials connect:getfederationtoken
  codepipeline:pollforjobs gamelift:requestuploadcredentials cognito-identity:getcredentialsforidentity iam:createservicespecificcredential iam:resetservicespecificcredential
  ec2:getpassworddata codeartifact:getauthorizationtoken chime:createapikey`.split(/\s+/);

export interface Ladder {
  readonly name: string;
  /** All of them; each is satisfied by any action that stands behind a bar. */
  readonly needs: readonly string[];
}

/** Ways from holding some actions to holding all of them (Rhino Security Labs, 2018 and later; parliament's escalation list). */
export const LADDERS: readonly Ladder[] = [
  { name: 'writes a new version of a policy', needs: ['iam:createpolicyversion'] },
  { name: 'puts an older version of a policy back', needs: ['iam:setdefaultpolicyversion'] },
  { name: 'makes access keys of others', needs: ['iam:createaccesskey'] },
  { name: 'sets passwords of others', needs: ['iam:createloginprofile|iam:updateloginprofile'] },
  { name: 'gives users or groups policies', needs: ['iam:attachuserpolicy|iam:attachgrouppolicy|iam:putuserpolicy|iam:putgrouppolicy'] },
  { name: 'adds itself to groups', needs: ['iam:addusertogroup'] },
  { name: 'gives a role policies and takes it on', needs: ['iam:attachrolepolicy|iam:putrolepolicy', 'sts:assumerole'] },
  { name: 'lets itself take on a role', needs: ['iam:updateassumerolepolicy', 'sts:assumerole'] },
  { name: 'starts a machine with any role', needs: ['iam:passrole', 'ec2:runinstances'] },
  { name: 'runs a function with any role', needs: ['iam:passrole', 'lambda:createfunction', 'lambda:invokefunction|lambda:createeventsourcemapping|lambda:addpermission'] },
  { name: 'builds a stack with any role', needs: ['iam:passrole', 'cloudformation:createstack'] },
  { name: 'opens a Glue endpoint with any role', needs: ['iam:passrole', 'glue:createdevendpoint'] },
  { name: 'runs a pipeline with any role', needs: ['iam:passrole', 'datapipeline:createpipeline|codepipeline:createpipeline'] },
  { name: 'runs a container with any role', needs: ['iam:passrole', 'ecs:runtask'] },
  { name: 'replaces the code of functions that have a role', needs: ['lambda:updatefunctioncode'] },
  { name: 'runs commands on machines that have a role', needs: ['ssm:sendcommand'] },
];

/** What some policies that AWS keeps allow: enough to see an administrator in them. */
export const MANAGED: Readonly<Record<string, readonly string[]>> = {
  AdministratorAccess: ['*'],
  IAMFullAccess: ['iam:*'],
  AmazonEC2FullAccess: ['ec2:*'],
  AmazonSSMFullAccess: ['ssm:*'],
  AWSCloudFormationFullAccess: ['cloudformation:*'],
  AWSLambda_FullAccess: ['lambda:*'],
  AmazonECS_FullAccess: ['ecs:*'],
};

/** Whether a pattern of actions holds one of those behind the bars. */
export const reaches = (pattern: string, need: string): boolean => need.split('|').some((action) => covers(pattern, action));
