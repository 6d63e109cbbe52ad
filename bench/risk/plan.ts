/**
 * A Terraform plan of 60 MB read and judged, against JSON.parse of the same bytes: nobody who reads a plan can be faster.
 * `node bench/risk/plan.ts [MB]`.
 */
import { readPlan } from '../../src/adapters/terraform/plan.ts';
import { detect } from '../../src/core/risk/detect.ts';
import { planEvidence } from '../../src/core/risk/plan-file.ts';
import { terraformPlan } from '../../src/core/risk/terraform/plan.ts';
import { readPlanFile } from '../../src/flows/plan-file.ts';
import { type Comparison, compare, line } from '../measure.ts';

const MB = 1_000_000;
const other = () => {
  throw new Error('not Terraform');
};

/** Instances, groups and rules with their nested blocks and tags, most of them as they were; some of them go, some are renamed. */
export function planOf(megabytes: number): Uint8Array {
  const one = JSON.stringify(resource(1));
  const many = Math.floor((megabytes * MB) / (one.length + 6));
  const changes = Array.from({ length: many }, (_, i) => JSON.stringify(resource(i)));
  return new TextEncoder().encode(`{"format_version":"1.2","terraform_version":"1.11.4","resource_changes":[${changes.join(',')}],"complete":true,"errored":false}`);
}

const TYPES = ['aws_instance', 'aws_security_group', 'aws_db_instance', 'aws_iam_role', 'aws_s3_bucket'];

function resource(i: number): object {
  const type = TYPES[i % TYPES.length] ?? '';
  const [before, after] = [values(i, 'a'), values(i, i % 50 === 0 ? 'b' : 'a')];
  const actions = i % 997 === 0 ? ['delete'] : i % 991 === 0 ? ['create'] : i % 50 === 0 ? ['update'] : ['no-op'];
  const [gone, made] = [actions[0] === 'delete', actions[0] === 'create'];
  return {
    address: `module.shop["${i % 40}"].${type}.r${Math.floor(i / 40)}`,
    module_address: `module.shop["${i % 40}"]`,
    mode: 'managed',
    type,
    name: `r${Math.floor(i / 40)}`,
    provider_name: 'registry.terraform.io/hashicorp/aws',
    ...(gone ? { action_reason: 'delete_because_no_resource_config' } : {}),
    change: { actions, before: made ? null : before, after: gone ? null : after, after_unknown: made ? { id: true, arn: true } : {}, before_sensitive: {}, after_sensitive: {} },
  };
}

function values(i: number, mark: string): object {
  const tags = { Name: `shop-${i}`, Owner: 'payments', CostCentre: '4711', Mark: mark };
  return {
    id: `i-${i}`,
    arn: `arn:aws:ec2:eu-west-1:111122223333:instance/i-${i}`,
    name: `shop-${i}`,
    description: 'Orders and their items, as the shop keeps them until they are shipped.',
    deletion_protection: true,
    skip_final_snapshot: false,
    versioning: [{ enabled: true, mfa_delete: false }],
    ingress: [0, 1, 2].map((n) => ({ from_port: 8000 + n, to_port: 8000 + n, protocol: 'tcp', cidr_blocks: ['10.0.0.0/8', '172.16.0.0/12'], description: `port ${n}` })),
    root_block_device: [{ encrypted: true, volume_size: 100, volume_type: 'gp3', kms_key_id: `arn:aws:kms:eu-west-1:111122223333:key/${i}` }],
    tags,
    tags_all: tags,
    timeouts: null,
  };
}

export async function planBench(megabytes = 60): Promise<readonly Comparison[]> {
  const bytes = planOf(megabytes);
  const judge = (): void => {
    const read = readPlanFile(bytes, { terraform: readPlan, cloudformation: other, pulumi: other });
    if (!read.ok || detect([terraformPlan], { files: [], ...planEvidence([read.value]) }).findings.length === 0) throw new Error('the plan was not judged');
  };
  const parse = (): void => {
    if (JSON.parse(new TextDecoder().decode(bytes)).format_version !== '1.2') throw new Error('the plan was not read');
  };
  return [
    await compare({ name: `risk plan: ${Math.round(bytes.length / MB)} MB read and judged`, baseline: 'JSON.parse of the same bytes', turns: 5, subject: judge, against: parse }),
  ];
}

if (import.meta.main) {
  for (const comparison of await planBench(Number(process.argv[2] ?? 60))) console.log(`${line(comparison)}  (median ${Math.round(comparison.took)} ms)`);
}
