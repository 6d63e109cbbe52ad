/** The sample's infrastructure repository, in Terraform. */
import type { SampleCommit } from './history.ts';
import { by, INFRA_POLICY, ROSTER_YML } from './organisation.ts';

const README = `# infra

What Larkspur runs, as Terraform. One folder a system; \`databases/orders\` holds money, be slow there.
`;

const VPC = `resource "aws_vpc" "main" {
  cidr_block           = "10.40.0.0/16"
  enable_dns_hostnames = true
}

resource "aws_subnet" "private" {
  count      = 3
  vpc_id     = aws_vpc.main.id
  cidr_block = cidrsubnet(aws_vpc.main.cidr_block, 4, count.index)
}
`;

const EDGE = `resource "aws_lb" "edge" {
  name               = "edge"
  load_balancer_type = "application"
  subnets            = aws_subnet.private[*].id

  enable_deletion_protection = true
}
`;

const DNS = `resource "aws_route53_record" "orders" {
  zone_id = var.zone_id
  name    = "orders.larkspur.example"
  type    = "CNAME"
  ttl     = 60
  records = [aws_lb.edge.dns_name]
}
`;

const orders = (
  storage: number,
  retention: number,
  monitoring: boolean,
): string => `# The orders database. Everything else at Larkspur can be rebuilt from it; it cannot be rebuilt from anything.
resource "aws_db_instance" "orders" {
  identifier     = "orders-prod"
  engine         = "postgres"
  engine_version = "16.4"
  instance_class = "db.r6g.2xlarge"

  allocated_storage = ${storage}
  storage_encrypted = true
  multi_az          = true
${monitoring ? '\n  performance_insights_enabled = true\n' : ''}
  backup_retention_period   = ${retention}
  deletion_protection       = true
  skip_final_snapshot       = false
  final_snapshot_identifier = "orders-prod-final"

  lifecycle {
    prevent_destroy = true
  }
}
`;

const ORDERS_TF = orders(800, 14, true);

const VARIABLES = `variable "zone_id" {
  type        = string
  description = "Hosted zone of larkspur.example."
}
`;

const reporting = (size: string): string => `resource "aws_redshift_cluster" "reporting" {
  cluster_identifier = "reporting"
  node_type          = "${size}"
  number_of_nodes    = 2
}
`;

const WORKFLOW = `name: plan
on: [pull_request]
permissions:
  contents: read
jobs:
  plan:
    runs-on: ubuntu-latest
    steps:
      - uses: actions/checkout@v4
      - run: terraform init && terraform plan -out plan.bin
`;

const RUNBOOK = `# Orders database

Restore: five hours from the nightly snapshot. Who decides: David. Who is told first: Finance.
Never rename the instance: the identifier is part of its identity, so a rename is a new, empty database.
`;

export const INFRA_HISTORY: readonly SampleCommit[] = [
  { by: by('ines'), at: '2026-03-02T09:12:00Z', message: 'Start the infrastructure repository', files: { 'README.md': README, 'network/vpc.tf': VPC } },
  { by: by('tomasz'), at: '2026-03-09T13:40:00Z', message: 'Put a load balancer at the edge', files: { 'network/edge.tf': EDGE } },
  { by: by('tomasz'), at: '2026-03-10T08:02:00Z', message: 'Name the orders API in DNS', files: { 'dns/orders.tf': DNS, 'variables.tf': VARIABLES } },
  {
    by: by('mara'),
    at: '2026-03-23T10:25:00Z',
    message: 'Bring the orders database under Terraform\n\nImported, not created: it has been running since 2021.',
    files: { 'databases/orders/main.tf': orders(500, 7, false) },
  },
  {
    by: by('mara'),
    at: '2026-04-14T15:51:00Z',
    message: 'Keep two weeks of backups of orders\n\nAfter the restore drill, where seven days were one too few.',
    files: { 'databases/orders/main.tf': orders(500, 14, false) },
  },
  { by: by('amara'), at: '2026-05-06T11:17:00Z', message: 'Add the reporting warehouse', files: { 'databases/reporting/main.tf': reporting('ra3.xlplus') } },
  { by: by('jonas'), at: '2026-05-20T09:33:00Z', message: 'Plan on every pull request', files: { '.github/workflows/plan.yml': WORKFLOW } },
  { by: by('mara'), at: '2026-06-11T16:08:00Z', message: 'Grow the orders database to 800 GB', files: { 'databases/orders/main.tf': orders(800, 14, false) } },
  { by: by('david'), at: '2026-06-30T12:00:00Z', message: 'Write down what a restore of orders costs', files: { 'docs/runbooks/orders-db.md': RUNBOOK } },
  {
    by: by('jonas'),
    at: '2026-08-19T14:29:00Z',
    message: 'Watch the orders database more closely\n\nAssisted-by: claude-code:claude-sonnet-4',
    files: { 'databases/orders/main.tf': ORDERS_TF },
  },
  { by: by('amara'), at: '2026-09-08T10:44:00Z', message: 'Move reporting to larger nodes', files: { 'databases/reporting/main.tf': reporting('ra3.4xlarge') } },
  {
    by: by('ines'),
    at: '2026-10-12T09:00:00Z',
    message: 'Put changes under Countersign\n\nAfter the second time a plan nobody read replaced something.',
    files: { 'countersign.yml': INFRA_POLICY, '.countersign/roster.yml': ROSTER_YML },
  },
];

/**
 * The change of the story: a tidy-up that reads well, passes `terraform validate`, and makes the database a new, empty one.
 * The identifier is part of the instance's identity, and the guards that would have stopped it go in the same commit.
 */
export const STORY_TF = ORDERS_TF.replace('identifier     = "orders-prod"', 'identifier     = "larkspur-orders-prod"')
  .replace('  deletion_protection       = true\n', '  deletion_protection       = false\n')
  .replace('\n  lifecycle {\n    prevent_destroy = true\n  }\n', '');

export const STORY_MESSAGE = `Bring the orders database in line with the naming convention

Every other instance is called larkspur-<system>-<stage>. Lifts the deletion
guard, which blocked the plan.
`;
