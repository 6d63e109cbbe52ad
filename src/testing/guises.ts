/**
 * Ways to delete and recreate an environment, as people and their agents write them. Data of a test: every one of them is read by
 * the real parsers and has to be critical under all detectors together. Invented names; nothing here exists.
 */

export interface Guise {
  readonly name: string;
  /** Content before and after, by path. */
  readonly files?: { readonly [path: string]: readonly [string | null, string | null] };
  /** What a tool said it would do, as JSON. */
  readonly plan?: unknown;
}

const added = (name: string, path: string, text: string): Guise => ({ name, files: { [path]: [null, text] } });
const sh = (name: string, text: string): Guise => added(name, 'ops/reset.sh', `#!/bin/bash\n${text}\n`);
const changed = (name: string, path: string, before: string | null, after: string | null): Guise => ({ name, files: { [path]: [before, after] } });

const deleted = (address: string, type: string) => ({ address, mode: 'managed', type, name: address.split('.')[1], change: { actions: ['delete'], before: {}, after: null } });
const terraformPlan = (changes: readonly unknown[]) => ({
  format_version: '1.2',
  terraform_version: '1.11.4',
  complete: true,
  errored: false,
  applyable: true,
  resource_changes: changes,
});
const replaced = {
  ...deleted('aws_db_instance.main', 'aws_db_instance'),
  action_reason: 'replace_because_cannot_update',
  change: { actions: ['create', 'delete'], before: {}, after: {} },
};
const everything = ['aws_instance.a', 'aws_instance.b', 'aws_lb.c', 'aws_sqs_queue.d', 'aws_vpc.e', 'aws_subnet.f'].map((a) => deleted(a, a.split('.')[0] ?? ''));
const changeSet = (changes: readonly unknown[]) => ({
  ChangeSetName: 'x',
  ChangeSetId: 'arn:aws:cloudformation:eu-west-1:111122223333:changeSet/x/1',
  StackName: 'shop',
  Status: 'CREATE_COMPLETE',
  ExecutionStatus: 'AVAILABLE',
  Changes: changes,
});
const stackChange = (Action: string, LogicalResourceId: string, ResourceType: string, more: object = {}) => ({
  Type: 'Resource',
  ResourceChange: { Action, LogicalResourceId, ResourceType, Scope: [], Details: [], ...more },
});
const pulumiStep = (op: string) => ({
  op,
  urn: 'urn:pulumi:prod::shop::aws:rds/instance:Instance::orders',
  oldState: { urn: 'u', custom: true, type: 'aws:rds/instance:Instance' },
  detailedDiff: {},
});

const plans: readonly Guise[] = [
  { name: 'a Terraform plan that deletes a database', plan: terraformPlan([deleted('aws_db_instance.main', 'aws_db_instance')]) },
  { name: 'a Terraform plan that makes a database anew, the new one first', plan: terraformPlan([replaced]) },
  { name: 'a Terraform plan that deletes everything', plan: terraformPlan(everything) },
  { name: 'a change set that removes a database', plan: changeSet([stackChange('Remove', 'Orders', 'AWS::RDS::DBInstance', { PolicyAction: 'Delete' })]) },
  {
    name: 'a change set that makes a database anew',
    plan: changeSet([stackChange('Modify', 'Orders', 'AWS::RDS::DBInstance', { Replacement: 'True', PolicyAction: 'ReplaceAndDelete' })]),
  },
  { name: 'a change set that empties the stack', plan: changeSet(['A', 'B', 'C', 'D', 'E'].map((id) => stackChange('Remove', id, 'AWS::SNS::Topic'))) },
  { name: 'a preview of Pulumi that deletes a database', plan: { config: {}, duration: 1, changeSummary: {}, steps: [pulumiStep('delete')] } },
  {
    name: 'a preview of Pulumi that replaces a database',
    plan: { config: {}, duration: 1, changeSummary: {}, steps: [{ ...pulumiStep('replace'), newState: { urn: 'u', custom: true, type: 'aws:rds/instance:Instance' } }] },
  },
];

const DB = 'resource "aws_db_instance" "orders" {\n  engine = "postgres"\n  deletion_protection = true\n  lifecycle {\n    prevent_destroy = true\n  }\n}\n';
const TEMPLATE =
  'Resources:\n  Orders:\n    Type: AWS::RDS::DBInstance\n    DeletionPolicy: Delete\n    Properties:\n      Engine: postgres\n  Topic:\n    Type: AWS::SNS::Topic\n';
const sources: readonly Guise[] = [
  changed('a protected block of Terraform is gone', 'live/db.tf', DB, '# rebuilt elsewhere\n'),
  changed('its guard is gone', 'live/db.tf', DB, DB.replace(/ {2}lifecycle[\s\S]*\n {2}\}\n/, '')),
  changed('its deletion protection is off', 'live/db.tf', DB, DB.replace('protection = true', 'protection = false')),
  changed(
    'the module that holds it is repeated no times',
    'live/main.tf',
    'resource "aws_db_instance" "a" {\n  engine = "x"\n}\n',
    'resource "aws_db_instance" "a" {\n  count = 0\n  engine = "x"\n}\n',
  ),
  changed('the provider works in another region', 'live/providers.tf', 'provider "aws" {\n  region = "eu-west-1"\n}\n', 'provider "aws" {\n  region = "us-east-1"\n}\n'),
  changed(
    'the state lies elsewhere',
    'live/backend.tf',
    'terraform {\n  backend "s3" {\n    key = "prod"\n  }\n}\n',
    'terraform {\n  backend "s3" {\n    key = "prod-2"\n  }\n}\n',
  ),
  changed('a template loses its database', 'stacks/shop.yaml', TEMPLATE, 'Resources:\n  Topic:\n    Type: AWS::SNS::Topic\n'),
  changed('a template renames its database', 'stacks/shop.yaml', TEMPLATE, TEMPLATE.replace('Orders:', 'OrdersTwo:')),
  added(
    'a provisioner that destroys',
    'live/null.tf',
    'resource "null_resource" "x" {\n  provisioner "local-exec" {\n    command = "terraform -chdir=../prod destroy -auto-approve"\n  }\n}\n',
  ),
  added(
    'a provisioner in a heredoc',
    'live/null.tf',
    'resource "null_resource" "x" {\n  provisioner "local-exec" {\n    command = <<-EOT\n      set -e\n      aws rds delete-db-instance --db-instance-identifier $' +
      '{var.db} --skip-final-snapshot\n    EOT\n  }\n}\n',
  ),
];

const KIND = (kind: string, more = ''): string => `apiVersion: v1\nkind: ${kind}\nmetadata:\n  name: shop\n${more}`;
const cluster: readonly Guise[] = [
  changed('a namespace is gone', 'k8s/shop.yaml', KIND('Namespace'), null),
  changed('a claim is gone', 'k8s/data.yaml', KIND('PersistentVolumeClaim', '  namespace: shop\n'), null),
  changed('a definition is gone', 'k8s/crd.yaml', KIND('CustomResourceDefinition'), null),
  changed('replicas go to none', 'k8s/web.yaml', KIND('Deployment', '  namespace: shop\nspec:\n  replicas: 4\n'), KIND('Deployment', '  namespace: shop\nspec:\n  replicas: 0\n')),
  added(
    'a job of the cluster that deletes a namespace',
    'k8s/job.yaml',
    'apiVersion: batch/v1\nkind: Job\nmetadata:\n  name: x\nspec:\n  template:\n    spec:\n      containers:\n        - name: x\n          image: acme/kubectl:1\n          command: ["/bin/sh", "-c", "kubectl delete ns shop && kubectl apply -f /shop"]\n',
  ),
  added(
    'a job whose image is the tool',
    'k8s/job.yaml',
    'apiVersion: batch/v1\nkind: Job\nmetadata:\n  name: x\nspec:\n  template:\n    spec:\n      containers:\n        - name: x\n          image: hashicorp/terraform:1.9\n          args: ["destroy", "-auto-approve"]\n',
  ),
  changed('a table goes', 'db/2026_reset.sql', null, 'DROP TABLE orders;\nCREATE TABLE orders (id bigint);\n'),
  changed('a schema goes', 'db/2026_reset.sql', null, 'DROP SCHEMA shop CASCADE;\n'),
  changed('a database goes', 'db/2026_reset.sql', null, 'DROP DATABASE shop;\n'),
];

const ENV = '$' + '{{ inputs.action }}';
const shell: readonly Guise[] = [
  sh('terraform destroy', 'terraform destroy -auto-approve && terraform apply -auto-approve'),
  sh('with its folder first', 'terraform -chdir=live/prod destroy'),
  sh('apply -destroy', 'terraform apply -destroy -auto-approve'),
  sh('a plan to destroy, applied', 'terraform plan -destroy -out=p\nterraform apply p'),
  sh('tofu', 'tofu destroy'),
  sh('terragrunt, all of them', 'terragrunt run-all destroy --terragrunt-non-interactive'),
  sh('quotes broken up', 'terra""form de\'str\'oy'),
  sh('a line that goes on', 'terraform \\\n  destroy \\\n  -auto-approve'),
  sh('a backslash within', 'te\\rraform des\\troy'),
  sh('letters by number', "$'\\x74erraform' destroy"),
  sh('a variable for the tool', 'TF=terraform\n$TF destroy'),
  sh('a variable for what to do', 'ACTION=destroy\nterraform "$ACTION" -auto-approve'),
  sh('a variable with a default', `"$\{TF:-terraform}" "$\{ACTION:-destroy}"`),
  sh('an array', `CMD=(terraform destroy -auto-approve)\n"$\{CMD[@]}"`),
  sh('a loop over tools', 'for tool in tofu terraform; do $tool destroy; done'),
  sh('a loop over folders', 'for d in live/*; do (cd "$d" && terraform destroy -auto-approve); done'),
  sh('eval', 'cmd="terraform destroy"\neval "$cmd"'),
  sh('a shell within', "bash -c 'terraform destroy -auto-approve'"),
  sh('a shell within a shell', `sudo sh -c "bash -lc 'cd live && terraform destroy'"`),
  sh('text piped to a shell', 'echo "terraform destroy -auto-approve" | bash'),
  sh('a heredoc to a shell', "bash <<'EOF'\nset -e\nterraform destroy\nEOF"),
  sh('a heredoc over ssh', 'ssh admin@bastion <<EOF\ncd /srv/live\nterraform destroy\nEOF'),
  sh('over ssh', "ssh admin@bastion 'cd live && terraform destroy'"),
  sh('a script written first', "cat > /tmp/x.sh <<'EOF'\nterraform destroy\nEOF\nsh /tmp/x.sh"),
  sh('a function that runs its words', 'run() { echo "+ $*"; "$@"; }\nrun terraform destroy'),
  sh('a function for the tool', 'tf() { terraform -chdir=live "$@"; }\ntf destroy -auto-approve'),
  sh('an alias', 'alias tf=terraform\ntf destroy'),
  sh('sudo, env and a timeout', 'sudo -E env TF_LOG=1 timeout 600 nohup terraform destroy &'),
  sh('xargs', 'ls live | xargs -I{} terraform -chdir=live/{} destroy -auto-approve'),
  sh('a container', 'docker run --rm -v "$PWD:/w" hashicorp/terraform:1.9 -chdir=/w destroy -auto-approve'.replace('hashicorp/terraform:1.9', 'acme/tools terraform')),
  sh('credentials around it', 'aws-vault exec prod -- terraform destroy'),
  sh('a trap', "trap 'terraform destroy -auto-approve' EXIT"),
  sh('a command within a word', 'result=$(terraform destroy -auto-approve)'),
  sh('a tool that is looked for', '$(which terraform) destroy'),
  sh('yes to every question', 'yes yes | terraform destroy'),
  sh('python within shell', `python3 -c 'import os; os.system("terraform destroy -auto-approve")'`),
  sh('an error before it', 'if then fi ((\nterraform destroy -auto-approve'),
  sh('pulumi destroy', 'pulumi destroy --yes --stack shop'),
  sh('pulumi stack rm', 'pulumi stack rm --force shop'),
  sh('cdk destroy', 'npx cdk destroy --all --force'),
  sh('serverless remove', 'sls remove --stage live'),
  sh('kubectl delete ns', 'kubectl delete ns shop && kubectl create ns shop'),
  sh('kubectl delete namespace, options first', 'kubectl --context live -n x delete namespace/shop --wait=false'),
  sh('kubectl delete everything', 'kubectl delete all --all -n shop'),
  sh('kubectl delete what a file names', 'kubectl delete -f k8s/ && kubectl apply -f k8s/'),
  sh('kubectl delete claims', 'kubectl delete pvc,statefulset -n shop -l app=db'),
  sh('kubectl through a pipe', 'kustomize build overlays/live | kubectl delete -f -'),
  sh('helm uninstall', 'helm uninstall shop -n shop; helm install shop ./chart -n shop'),
  sh('helmfile destroy', 'helmfile -e live destroy'),
  sh('argocd app delete', 'argocd app delete shop --cascade --yes'),
  sh('flux uninstall', 'flux uninstall --silent'),
  sh('eksctl delete', 'eksctl delete cluster --name live'),
  sh('aws delete-stack', 'aws --profile x cloudformation delete-stack --stack-name shop'),
  sh('aws delete-db-instance', 'aws rds delete-db-instance --db-instance-identifier orders --skip-final-snapshot'),
  sh('aws terminate-instances', 'aws ec2 terminate-instances --instance-ids $(aws ec2 describe-instances --query x --output text)'),
  sh('aws s3 rb', 'aws s3 rb s3://orders --force'),
  sh('aws s3 rm', 'aws s3 rm s3://orders/ --recursive'),
  sh('gcloud delete', 'gcloud sql instances delete orders --quiet'),
  sh('gcloud projects delete', 'gcloud projects delete shop --quiet'),
  sh('az group delete', 'az group delete --name shop --yes --no-wait'),
  sh('aws-nuke', 'aws-nuke run --config nuke.yml --no-dry-run'),
  sh('dropdb and createdb', 'dropdb orders && createdb orders'),
  sh('psql', 'psql "$DATABASE_URL" -c "DROP SCHEMA public CASCADE; CREATE SCHEMA public"'),
  sh('psql from a heredoc', 'psql orders <<SQL\nDROP DATABASE shop;\nSQL'),
  sh('rails db:reset', 'RAILS_ENV=production DISABLE_DATABASE_ENVIRONMENT_CHECK=1 bundle exec rails db:drop db:create db:migrate'),
  sh('redis flushall', 'redis-cli -h cache.acme.example FLUSHALL'),
  sh('rm of a variable', 'rm -rf "$DATA_DIR"/*'),
  sh('a disk', 'mkfs.ext4 -F /dev/nvme1n1'),
  sh('by a name that says so', './scripts/destroy-prod-env.sh'),
];

const workflow = (steps: string, on = 'push'): string => `on: ${on}\njobs:\n  reset:\n    runs-on: self-hosted\n    steps:\n${steps}`;
const elsewhere: readonly Guise[] = [
  added('a target of make', 'Makefile', 'reset:\n\tterraform destroy -auto-approve\n\tterraform apply -auto-approve\n'),
  added('a target with variables of make', 'Makefile', 'TF := terraform -chdir=live\n\nreset: ## start over\n\t@$(TF) destroy\n'),
  added('an included makefile', 'make/env.mk', 'nuke:\n\t-kubectl delete namespace $(NS)\n'),
  added('a recipe of just', 'justfile', 'reset env:\n    terraform -chdir={{env}} destroy\n'),
  added('a script of a package', 'package.json', '{"name": "x", "scripts": {"reset": "cdk destroy --all && cdk deploy --all"}}'),
  added('an image', 'Dockerfile', 'FROM acme/terraform\nCOPY . .\nENTRYPOINT ["terraform", "destroy", "-auto-approve"]\n'),
  added('python, words', 'ops/reset.py', 'import subprocess\nsubprocess.run(["terraform", "destroy", "-auto-approve"], check=True)\n'),
  added('python, a line', 'ops/reset.py', 'import os\nos.system("kubectl delete ns shop")\n'),
  added('python, an f-string', 'ops/reset.py', 'import subprocess\nsubprocess.check_call(f"aws cloudformation delete-stack --stack-name {name}", shell=True)\n'),
  added('python, the cloud itself', 'ops/reset.py', 'import boto3\nboto3.client("cloudformation").delete_stack(StackName="shop")\n'),
  added('python, the cluster itself', 'ops/reset.py', 'from kubernetes import client\nclient.CoreV1Api().delete_namespace(name="shop")\n'),
  added('node, a line', 'ops/reset.mjs', "import { execSync } from 'node:child_process';\nexecSync('terraform destroy -auto-approve', { stdio: 'inherit' });\n"),
  added('node, words', 'ops/reset.ts', "import { spawn } from 'node:child_process';\nspawn('terraform', ['destroy', '-auto-approve']);\n"),
  added('ruby', 'ops/reset.rb', 'system("terraform destroy -auto-approve") or abort\n'),
  added('ruby, backticks', 'Rakefile', 'task :reset do\n  puts `kubectl delete ns shop`\nend\n'),
  added('go', 'ops/reset.go', 'package main\nimport "os/exec"\nfunc main() { exec.Command("terraform", "destroy", "-auto-approve").Run() }\n'),
  added('a step', '.github/workflows/reset.yml', workflow('      - run: terraform destroy -auto-approve\n')),
  added(
    'a step of many lines',
    '.github/workflows/reset.yml',
    workflow('      - name: x\n        run: |\n          cd live\n          terraform destroy \\\n            -auto-approve\n'),
  ),
  added('a step that is told what to do', '.github/workflows/reset.yml', workflow(`      - run: terraform ${ENV} -auto-approve\n`, 'workflow_dispatch')),
  added('a step with the tool in its environment', '.github/workflows/reset.yml', workflow('      - run: $TF destroy\n        env:\n          TF: terraform\n')),
  added('an action of Pulumi', '.github/workflows/reset.yml', workflow('      - uses: pulumi/actions@v5\n        with:\n          command: destroy\n          stack-name: shop\n')),
  added('an action named after it', '.github/workflows/reset.yml', workflow('      - uses: acme/terraform-destroy@v1\n')),
  added('an action with arguments', '.github/workflows/reset.yml', workflow('      - uses: acme/kubectl@v1\n        with:\n          args: delete namespace shop\n')),
  added('a composite action', '.github/actions/reset/action.yml', 'name: reset\nruns:\n  using: composite\n  steps:\n    - shell: bash\n      run: kubectl delete ns shop\n'),
  added(
    'a step in Python',
    '.github/workflows/reset.yml',
    workflow('      - shell: python\n        run: |\n          import subprocess\n          subprocess.run(["terraform", "destroy"])\n'),
  ),
  changed(
    'a workflow that somebody had to start',
    '.github/workflows/reset.yml',
    workflow('      - run: terraform destroy -auto-approve\n', 'workflow_dispatch'),
    workflow('      - run: terraform destroy -auto-approve\n', '[workflow_dispatch, push]'),
  ),
  changed(
    'a step without its condition',
    '.github/workflows/reset.yml',
    workflow("      - if: github.event.inputs.sure == 'yes'\n        run: terraform destroy -auto-approve\n"),
    workflow('      - run: terraform destroy -auto-approve\n'),
  ),
  added('a job of GitLab', '.gitlab-ci.yml', 'reset:\n  stage: deploy\n  script:\n    - cd live\n    - terraform destroy -auto-approve\n'),
  added(
    'a job of CircleCI',
    '.circleci/config.yml',
    'version: 2.1\njobs:\n  reset:\n    steps:\n      - run:\n          name: x\n          command: terraform destroy -auto-approve\n',
  ),
  added('a build of Google', 'cloudbuild.yaml', 'steps:\n  - name: gcr.io/acme/kubectl\n    args: ["delete", "namespace", "shop"]\n'),
  added('a step of Azure', 'azure-pipelines.yml', 'steps:\n  - bash: |\n      az group delete --name shop --yes\n'),
  added('a pipeline of Jenkins', 'Jenkinsfile', "pipeline {\n  stages { stage('reset') { steps {\n    sh 'terraform destroy -auto-approve'\n  } } }\n}\n"),
  added('a task', 'Taskfile.yml', "version: '3'\ntasks:\n  reset:\n    cmds:\n      - terraform destroy -auto-approve\n"),
  added('a task of Ansible, a command', 'ansible/reset.yml', '- hosts: ops\n  tasks:\n    - name: x\n      ansible.builtin.shell: terraform destroy -auto-approve\n'),
  added('a task of Ansible, words', 'ansible/reset.yml', '- hosts: ops\n  tasks:\n    - ansible.builtin.command:\n        argv: [kubectl, delete, ns, shop]\n'),
  added(
    'a task of Ansible, absent',
    'ansible/reset.yml',
    '- hosts: ops\n  tasks:\n    - amazon.aws.rds_instance:\n        db_instance_identifier: orders\n        state: absent\n        skip_final_snapshot: true\n',
  ),
  added(
    'a task of Ansible, Terraform absent',
    'ansible/reset.yml',
    '- hosts: ops\n  tasks:\n    - community.general.terraform:\n        project_path: live\n        state: absent\n',
  ),
  changed(
    'a release of Helmfile that is not installed',
    'deploy/helmfile.yaml',
    'releases:\n  - name: shop\n    chart: ./shop\n',
    'releases:\n  - name: shop\n    chart: ./shop\n    installed: false\n',
  ),
  added('a unit of systemd', 'units/reset.service', '[Service]\nType=oneshot\nExecStart=/usr/bin/terraform -chdir=/srv/live destroy -auto-approve\n'),
  added('a crontab', 'etc/crontab', '0 3 * * * root cd /srv/live && terraform destroy -auto-approve\n'),
  added('PowerShell', 'ops/reset.ps1', 'Set-Location live\nterraform destroy -auto-approve\n'),
  added('a batch file', 'ops/reset.bat', '@echo off\r\nterraform destroy -auto-approve\r\n'),
  changed('a line that was a comment', 'ops/up.sh', '#!/bin/sh\n# terraform destroy\nterraform plan\n', '#!/bin/sh\nterraform destroy\nterraform plan\n'),
  changed('a line behind a question', 'ops/down.sh', '#!/bin/sh\n[ "$SURE" = yes ] || exit 1\nterraform destroy\n', '#!/bin/sh\nterraform destroy\n'),
  changed('a line within a test', 'ops/down.sh', '#!/bin/sh\nif [ "$1" = staging ]; then\n  terraform destroy\nfi\n', '#!/bin/sh\nif true; then\n  terraform destroy\nfi\n'),
  changed('a line behind an exit', 'ops/down.sh', '#!/bin/sh\nterraform plan\nexit 0\nterraform destroy\n', '#!/bin/sh\nterraform plan\nterraform destroy\n'),
];

export const GUISES: readonly Guise[] = [...plans, ...sources, ...cluster, ...shell, ...elsewhere];

/** What looks like one of them and is none. */
export const HARMLESS: readonly Guise[] = [
  sh('a comment', '# terraform destroy -auto-approve'),
  sh('a comment behind a command', 'terraform plan # never terraform destroy'),
  sh('a line that is printed', 'echo "to start over: terraform destroy"'),
  sh('a text that is printed', "cat <<'EOF'\nusage: terraform destroy\n  kubectl delete ns shop\nEOF"),
  sh('a function that prints', 'log() { echo "[x] $*"; }\nlog "terraform destroy is not for you"'),
  sh('a usage', 'usage() { printf "%s\\n" "kubectl delete ns NAME"; exit 1; }\nusage'),
  sh('what is said of it', 'terraform destroy --help'),
  sh('a plan to destroy that nobody applies', 'terraform plan -destroy -out=p\nterraform show p'),
  sh('only shown', 'kubectl delete ns shop --dry-run=client'),
  sh('a question about rights', 'kubectl auth can-i delete namespaces'),
  sh('what is looked for', 'grep -r "terraform destroy" docs/ && exit 1'),
  sh('a message of a commit', 'git commit -m "Document terraform destroy"'),
  sh('a plan', 'terraform init && terraform plan -out=p'),
  sh('a plan that was read', 'terraform apply p.tfplan'),
  sh('one of many things', 'terraform destroy -target=aws_instance.canary'),
  sh('a pod', 'kubectl delete pod web-0'),
  sh('a cluster of its own', 'set -e\nkind create cluster\nkubectl create ns shop\nkubectl delete ns shop'),
  sh('a namespace of its own', 'set -e\nkubectl create namespace e2e\nkubectl delete namespace e2e'),
  sh('a database of its own', 'set -e\ncreatedb orders_ci\ndropdb orders_ci'),
  sh('a database for tests', 'RAILS_ENV=test bundle exec rake db:drop db:create'),
  sh('a scratch folder', 'set -e\ntmp=$(mktemp -d)\ntrap \'rm -rf "$tmp"\' EXIT'),
  sh('a folder that is named', 'rm -rf build dist node_modules'),
  sh('a guarded folder', `rm -rf "$\{BUILD_DIR:?}"/out`),
  sh('a folder that the script names', 'OUT=build/out\nrm -rf "$OUT"'),
  sh('aws, reading', 'aws rds describe-db-instances && aws s3 ls s3://orders'),
  sh('aws, what it would do', 'aws s3 rm s3://orders/ --recursive --dryrun'),
  sh('sql that reads', 'psql -c "SELECT count(*) FROM orders"'),
  sh('a variable that is never run', 'HINT="terraform destroy"\necho "$HINT"'),
  sh('an option that is named so', 'deploy --on-failure=destroy'),
  sh('a package of that name', 'npm install terraform kubectl helm'),
  added('a page of documentation', 'docs/reset.md', '# Starting over\n\n    terraform destroy -auto-approve\n\nThen `kubectl delete ns shop`.\n'),
  added('a comment of make', 'Makefile', '# terraform destroy\nplan:\n\tterraform plan # not destroy\n'),
  added('a target that says so', 'Makefile', 'help:\n\t@echo "make reset   # terraform destroy"\n'),
  added(
    'a comment of a workflow',
    '.github/workflows/ci.yml',
    'on: push\njobs:\n  a:\n    runs-on: ubuntu-24.04\n    steps:\n      # terraform destroy\n      - run: terraform validate\n',
  ),
  added(
    'a name of a step',
    '.github/workflows/ci.yml',
    'on: push\njobs:\n  a:\n    runs-on: ubuntu-24.04\n    steps:\n      - name: never terraform destroy\n        run: terraform validate\n',
  ),
  added('a test with fixtures', 'ops/test_reset.py', 'EXAMPLE = "terraform destroy -auto-approve"\n\ndef test_says_no():\n    assert forbidden(EXAMPLE)\n'),
  added('a comment of Python', 'ops/a.py', '# os.system("terraform destroy")\nimport subprocess\nsubprocess.run(["terraform", "plan"])\n'),
  added('a docstring', 'ops/a.py', '"""Run os.system("terraform destroy") by hand."""\nimport os\nos.system("terraform plan")\n'),
  added('a message of node', 'ops/a.mjs', "console.log('terraform destroy -auto-approve');\n// execSync('terraform destroy')\n"),
  added('a regular expression', 'src/rules.ts', 'export const DESTROYS = /terraform destroy|kubectl delete ns/;\n'),
  added('a description', 'live/variables.tf', 'variable "x" {\n  description = "set before terraform destroy"\n}\n'),
  added(
    'a task of Ansible that says so',
    'ansible/a.yml',
    '- hosts: ops\n  tasks:\n    - name: before terraform destroy\n      ansible.builtin.debug:\n        msg: terraform destroy\n',
  ),
  added('a package that goes from a machine', 'ansible/a.yml', '- hosts: ops\n  tasks:\n    - ansible.builtin.apt:\n        name: telnet\n        state: absent\n'),
  added(
    'a label of a manifest',
    'k8s/a.yaml',
    'apiVersion: v1\nkind: ConfigMap\nmetadata:\n  name: x\n  annotations:\n    note: kubectl delete ns shop\ndata:\n  readme: terraform destroy\n',
  ),
  added('a table of its own', 'db/2026_new.sql', 'CREATE TABLE fresh (id bigint);\nDROP TABLE fresh;\n'),
  changed('a command that only moved', 'ops/down.sh', '#!/bin/sh\nterraform destroy\necho done\n', '#!/bin/sh\necho begin\necho more\nterraform   "destroy"\necho done\n'),
  { name: 'a script by another name', files: { 'ops/down.sh': ['#!/bin/sh\nterraform destroy\n', null], 'scripts/down.sh': [null, '#!/bin/sh\nterraform destroy\n'] } },
  changed(
    'a step that moved',
    '.github/workflows/reset.yml',
    workflow('      - run: terraform destroy\n      - run: echo x\n', 'workflow_dispatch'),
    workflow('      - run: echo x\n      - run: terraform destroy\n', 'workflow_dispatch'),
  ),
  changed('a command that is gone', 'ops/down.sh', '#!/bin/sh\nterraform destroy\n', '#!/bin/sh\n# terraform destroy\ntrue\n'),
];
