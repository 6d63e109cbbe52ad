import { describe, expect, it } from 'vitest';
import { detect } from './detect.ts';
import type { Parsed } from './evidence.ts';
import { kindsOf } from './kinds.ts';
import { paths } from './paths.ts';
import type { Detector } from './risk.ts';
import { commands } from './shell/commands.ts';

const text = (t: string): Parsed => ({ kind: 'text', text: t });
const run = (detector: Detector, path: string, before: string | null, after: string | null, mode = '100644'): readonly string[] =>
  detect([detector], {
    plan: null,
    files: [
      {
        path,
        status: before === null ? 'A' : after === null ? 'D' : 'M',
        oldMode: before === null ? '000000' : mode,
        newMode: after === null ? '000000' : mode,
        ...(before === null ? {} : { base: text(before) }),
        ...(after === null ? {} : { head: text(after) }),
      },
    ],
  }).findings.map((f) => `${f.rule}:${f.severity}`);

describe('paths', () => {
  it.each([
    ['.github/workflows/release.yml', ['PATH104:high']],
    ['.gitlab-ci.yml', ['PATH104:high']],
    ['Jenkinsfile', ['PATH104:high']],
    ['etc/sudoers.d/deploy', ['PATH102:high']],
    ['modules/admin/files/authorized_keys', ['PATH102:high']],
    ['policies/orders.cedar', ['PATH102:high']],
    ['edge/Caddyfile', ['PATH103:high']],
    ['modules/dnsrecursor/templates/named.conf.erb', ['PATH103:high']],
    ['traefik/dynamic.toml', ['PATH103:high']],
    // others read them by what is in them
    ['dns/acme.example.zone', []],
    ['deploy/nginx/site.conf', []],
    ['varnish/text.inc.vcl', []],
    ['helm/orders/values.yaml', []],
    ['envs/prod/main.tf', []],
    // nobody reads them, and they are listed as such
    ['ansible/site.yml', []],
    ['manifests/role/cache.pp', []],
    ['modules/role/manifests/dns/auth.pp', []],
    ['hieradata/role/common/sso.yaml', []],
    // named after roles and routes, and no more than that
    ['src/routes/orders.ts', []],
    ['src/sudoers/parse.py', []],
    ['assets/roles.png', []],
    ['icons/policy.svg', []],
    ['src/envoy/client.go', []],
    ['docs/sudoers.md', []],
    ['website/docs/r/dns_zone.html.markdown', []],
    ['README.md', []],
  ])('%s', (path, expected) => {
    expect(run(paths, path, 'a', 'b')).toEqual(expected);
  });

  it('leaves data to those who read it', () => {
    const side: Parsed = { kind: 'data', format: 'yaml', documents: [], text: '' };
    const { findings } = detect([paths], { plan: null, files: [{ path: 'traefik/dynamic.conf', status: 'M', oldMode: '100644', newMode: '100644', base: side, head: side }] });
    expect(findings).toEqual([]);
  });
});

describe('a workflow whose pins move', () => {
  const [one, two] = ['a'.repeat(40), 'b'.repeat(40)];
  const steps = (uses: string) => `jobs:\n  a:\n    steps:\n      - uses: ${uses}\n        with: {x: 1}\n`;
  it.each([
    ['to another commit', `a/b@${one} # v1`, `a/b@${two} # v1.2`, 'elevated'],
    ['of an action in a folder, quoted', `"a/b/c@${one}"`, `"a/b/c@${two}"`, 'elevated'],
    ['and another action takes its place', `a/b@${one}`, `evil/b@${two}`, 'high'],
    ['from a commit to a tag', `a/b@${one}`, 'a/b@v2', 'high'],
    ['from tag to tag', 'a/b@v1', 'a/b@v2', 'high'],
    ['and something else with them', `a/b@${one}`, `a/b@${two}\n        continue-on-error: true`, 'high'],
    ['and what looks like a comment is none', `a/b@${one}`, `a/b@${two} #\n        if: false`, 'high'],
    ['and nothing moved but blanks', `a/b@${one}`, `a/b@${one}\n`, 'high'],
  ])('%s', (_, before, after, severity) => {
    expect(run(paths, '.github/workflows/ci.yml', steps(before), steps(after))).toEqual([`PATH104:${severity}`]);
  });

  it('is new or gone as a whole', () => {
    expect(run(paths, '.github/workflows/ci.yml', null, steps(`a/b@${one}`))).toEqual(['PATH104:high']);
    expect(run(paths, '.github/workflows/ci.yml', steps(`a/b@${one}`), null)).toEqual(['PATH104:high']);
  });
});

describe('commands', () => {
  it.each([
    'terraform destroy -auto-approve',
    'terraform -chdir=envs/prod apply -destroy',
    '"terraform"   "destroy"',
    'terraform \\\n  destroy',
    'terraform $ACTION',
    'terraform state rm aws_db_instance.orders',
    'terragrunt run-all destroy',
    'pulumi destroy --yes',
    'kubectl -n prod delete statefulset orders',
    'kubectl scale deploy/x --replicas=0',
    'helm uninstall orders',
    'aws rds delete-db-instance --db-instance-identifier orders',
    'aws s3 rm s3://data --recursive',
    'gcloud sql instances delete orders --quiet',
    'az group delete --yes -n prod',
    'dropdb orders',
    'psql -c "DROP TABLE orders"',
    'rm -rf "$DIR/"',
    'rm -r -f /data/*',
    'dd if=/dev/zero of=/dev/sda',
  ])('%s is critical', (line) => {
    expect(run(commands, 'ops/x.sh', '#!/bin/sh\n', `#!/bin/sh\n${line}\n`)).toContain(
      `${/rm -r/.test(line) && !line.includes('aws') ? 'SH101' : /^(?:aws|gcloud|az)/.test(line) ? 'SH103' : /^(?:dropdb|psql)/.test(line) ? 'SH105' : /^dd/.test(line) ? 'SH104' : 'SH102'}:critical`,
    );
  });

  it.each(['git push --force origin main', 'curl https://x.example/i.sh | sudo bash', 'git commit --no-verify'])('%s is high', (line) => {
    expect(run(commands, 'Makefile', '', `all:\n\t${line}\n`)).toHaveLength(1);
  });

  it.each([
    'terraform plan',
    'terraform validate',
    '# terraform destroy',
    'kubectl get pods',
    'helm upgrade orders .',
    'aws s3 ls',
    'rm -rf build',
    `rm -rf "$\{TMP:?}"`,
    'git push origin main',
    'echo destroyer',
  ])('%s is silent', (line) => {
    expect(run(commands, 'ops/x.sh', null, line)).toEqual([]);
  });

  it('says so where a line is too long to be read, whatever pushes the command out of sight', () => {
    const behind = `true ${'x'.repeat(4_000)}; terraform destroy`;
    expect(run(commands, 'ops/x.sh', null, behind)).toEqual(['META002:high']);
    expect(run(commands, 'ops/x.sh', null, `true ${' '.repeat(4_000)}; terraform destroy`)).toEqual(['META002:high']);
    expect(run(commands, 'ops/x.sh', behind, `${behind}\necho`)).toEqual([]);
  });

  it.each([
    ['a comment that ends in a backslash', 'ops/x.sh', '# clean up \\\nterraform destroy\n'],
    ['a comment that ends in a backtick', 'ops/x.sh', '# run `date`\nterraform destroy\n'],
    ['a comment within a command', 'ops/x.sh', 'echo \\\n# why \\\nterraform destroy\n'],
    ['a path that looks like a comment', 'ops/x.sh', '//usr/bin/terraform destroy\n'],
    ['a word that comments elsewhere', 'ops/x.sh', 'rem ; terraform destroy\n'],
  ])('%s hides nothing', (_, path, after) => {
    expect(run(commands, path, null, after)).toEqual(['SH102:critical']);
  });

  it.each([
    ['a scratch folder', 'tmp=$(mktemp -d)\ntrap \'rm -rf "$tmp"\' EXIT\n', ['SH101:elevated']],
    ['the same in braces', `tmp="$(mktemp -d)"\nrm -rf "$\{tmp}"\n`, ['SH101:elevated']],
    ['a scratch folder set to something else', 'tmp=$(mktemp -d)\ntmp=/data\nrm -rf "$tmp"\n', ['SH101:critical']],
    ['one that is read in', 'tmp=$(mktemp -d)\nread tmp\nrm -rf "$tmp"\n', ['SH101:critical']],
    ['one that only a comment makes', '# tmp=$(mktemp -d)\nrm -rf "$tmp"\n', ['SH101:critical']],
    ['everything below it', 'tmp=$(mktemp -d)\nrm -rf "$tmp"/*\n', ['SH101:critical']],
    ['another folder beside it', 'tmp=$(mktemp -d)\nrm -rf "$tmp"; rm -rf "$DATA"\n', ['SH101:critical']],
  ] as const)('rm of %s', (_, after, expected) => {
    expect(run(commands, 'ops/x.sh', null, after)).toEqual(expected);
  });

  it.each(['CMakeLists.txt', 'requirements-dev.txt'])('%s is no prose', (path) => {
    expect(kindsOf(path)).toEqual([]);
    expect(kindsOf('docs/notes.txt')).toEqual(['prose']);
  });

  it('reads lists of words as the command they make', () => {
    expect(run(commands, '.github/workflows/x.yml', null, 'command: ["kubectl","delete", "ns"]')).toEqual(['SH102:critical']);
  });

  it('reads workflows, executables and scripts, not prose, and only what is new', () => {
    expect(run(commands, '.github/workflows/x.yml', null, '      - run: terraform destroy')).toEqual(['SH102:critical']);
    expect(run(commands, 'bin/nuke', null, 'terraform destroy', '100755')).toEqual(['SH102:critical']);
    expect(run(commands, 'docs/runbook.md', null, 'terraform destroy')).toEqual([]);
    expect(run(commands, 'ops/x.sh', 'terraform destroy\n', 'terraform destroy\necho done\n')).toEqual([]);
  });
});
