import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { languages } from '../../../adapters/languages/index.ts';
import { sampleTree } from '../../../testing/tree.ts';
import { detect } from '../detect.ts';
import type { Finding } from '../risk.ts';
import { absent } from './absent.ts';
import { commands } from './commands.ts';

async function findings(files: { readonly [path: string]: readonly [string | null, string | null] }): Promise<readonly Finding[]> {
  const { records, read } = sampleTree(files);
  return detect([commands, absent], { files: await languages().parse(records, read), plan: null }).findings;
}
const fired = async (before: string | null, after: string | null, path = 'ops/x.sh') => (await findings({ [path]: [before, after] })).map((f) => `${f.rule}:${f.severity}`);
const script = (text: string): Promise<readonly string[]> => fired(null, text);

describe('SH101, folders removed', () => {
  it.each([
    ['a variable', 'rm -rf "$DATA"', ['SH101:critical']],
    ['a variable and a folder of the system', 'rm -rf "$ROOT"/usr', ['SH101:critical']],
    ['everything below a variable', 'rm -rf $DATA/*', ['SH101:critical']],
    ['a variable that names nothing deep', `rm -rf "$\{ROOT}/build-output"`, ['SH101:high']],
    ['a variable, and unset ones stop it', 'set -u\nrm -rf "$DATA"', ['SH101:high']],
    ['everything', 'rm --recursive --force / --no-preserve-root', ['SH101:critical', 'SH108:high']],
    ['a wildcard near the root', 'rm -rf /srv/*', ['SH101:critical']],
    ['home', 'rm -rf ~/', ['SH101:critical']],
    ['above a scratch folder', 'd=$(mktemp -d)\nrm -rf "$d/../.."', ['SH101:critical']],
    ['what a command says', 'rm -rf $(cat target)', ['SH101:critical']],
    ['one of two', 'd=$(mktemp -d)\nrm -rf "$d" "$DATA"', ['SH101:critical']],
    ['a scratch folder', 'set -e\nd=$(mktemp -d)\nrm -rf "$d"', ['SH101:elevated']],
    ['a guarded variable', `rm -rf "$\{DATA:?}"/*`, []],
    ['a variable that is known', 'D=build\nrm -rf "$D"', []],
    ['a variable that is one of two', 'case $1 in a) D=build;; *) D=out;; esac\nrm -rf "./$D"', []],
    ['a folder beside the script', 'D="$(cd "$(dirname "$0")" && pwd)"\nrm -rf "$D/build"', []],
    ['a folder deep down', 'rm -rf /var/lib/apt/lists/*', []],
    ['a file', 'rm -f "$FILE"', []],
    ['a folder with a name', 'rm -rf build/ ./dist', []],
  ] as const)('%s', async (_, text, expected) => expect(await script(text)).toEqual(expected));

  it('is less in an image that is being built, and on a machine of the forge', async () => {
    expect(await fired(null, 'FROM a\nRUN rm -rf "$X"\n', 'Dockerfile')).toEqual(['SH101:elevated']);
    const job = (on: string): string => `on: push\njobs:\n  a:\n    runs-on: ${on}\n    steps:\n      - run: rm -rf "$X"\n`;
    expect(await fired(null, job('ubuntu-24.04'), '.github/workflows/a.yml')).toEqual(['SH101:elevated']);
    expect(await fired(null, job('self-hosted'), '.github/workflows/a.yml')).toEqual(['SH101:critical']);
  });
});

describe('SH102 and SH103, what runs is taken down', () => {
  it.each([
    ['terraform apply -auto-approve', ['SH102:critical']],
    ['terraform apply -auto-approve -target=a.b', ['SH102:high']],
    ['terraform destroy -target=a.b', ['SH102:high']],
    ['terraform state rm a.b', ['SH102:high']],
    ['terraform state push x.tfstate', ['SH102:critical']],
    ['terraform force-unlock 1', ['SH102:critical']],
    ['terraform workspace delete x', ['SH102:critical']],
    ['terraform apply -replace=a.b', ['SH102:high']],
    ['terraform "$1"', ['SH102:critical']],
    ['terraform apply p.tfplan', []],
    ['terraform state list', []],
    ['terraform workspace list', []],
    ['kubectl delete pod web-0', ['SH102:high']],
    ['kubectl delete pods --all', ['SH102:critical']],
    ['kubectl delete crd shops.acme.example', ['SH102:critical']],
    ['kubectl drain node-1', ['SH102:high']],
    ['kubectl replace --force -f x.yaml', ['SH102:high']],
    ['kubectl replace -f x.yaml', []],
    ['kubectl scale deploy/web --replicas=0', ['SH102:high']],
    ['kubectl scale deploy --all --replicas 0', ['SH102:critical']],
    ['kubectl scale deploy/web --replicas=2', []],
    ['kubectl apply --prune -f x.yaml', ['SH102:critical']],
    ['kubectl apply -f x.yaml', []],
    ['kubectl config delete-context x', []],
    ['helm upgrade --force shop ./chart', ['SH102:high']],
    ['helm upgrade --install shop ./chart', []],
    ['helm list', []],
    ['pulumi up', []],
    ['make destroy', ['SH102:critical']],
    ['make teardown-fixtures', ['SH102:high']],
    ['make test', []],
    ['aws ec2 describe-instances', []],
    ['aws sqs delete-message --queue-url x', ['SH103:high']],
    ['aws s3 rm s3://x/one', ['SH103:high']],
    ['aws --endpoint-url http://localhost:4566 s3 rb s3://x --force', []],
    ['gsutil rm -r gs://x', ['SH103:critical']],
    ['gcloud compute instances list', []],
    ['az vm delete -n x --yes', ['SH103:critical']],
    ['az vm list', []],
  ] as const)('%s', async (text, expected) => expect(await script(text)).toEqual(expected));
});

describe('SH104 and SH105, disks and data', () => {
  it.each([
    ['dd if=/dev/zero of=/dev/sda', ['SH104:critical']],
    ['dd if=/dev/zero of=/dev/null', []],
    ['dd if=/dev/zero of=disk.img', []],
    ['mkfs.ext4 disk.img', []],
    ['wipefs -a /dev/sda', ['SH104:critical']],
    ['wipefs /dev/sda', []],
    ['lvremove -f vg/data', ['SH104:critical']],
    ['zpool destroy tank', ['SH104:critical']],
    ['zpool list', []],
    ['mkfs.ext4 /dev/loop3', ['SH104:elevated']],
    ['dropdb orders', ['SH105:critical']],
    ['dropdb orders_test', ['SH105:elevated']],
    ['set -e\ncreatedb x\ndropdb x', ['SH105:elevated']],
    ['dropdb -h db.acme.example orders_test', ['SH105:critical']],
    ['redis-cli flushall', ['SH105:critical']],
    ['redis-cli get x', []],
    ['mongosh --eval "db.dropDatabase()"', ['SH105:critical']],
    ['kafka-topics.sh --delete --topic x', ['SH105:critical']],
    ['kafka-topics.sh --list', []],
    ['curl -X DELETE http://elastic.acme.example:9200/orders', ['SH105:critical']],
    ['curl -X DELETE https://api.acme.example/orders/1', ['SH105:high']],
    ['curl -X POST http://elastic.acme.example:9200/orders', []],
    ['psql -c "TRUNCATE orders"', ['SH105:critical']],
    ['psql -c "DELETE FROM orders"', ['SH105:critical']],
    ['psql -c "DELETE FROM orders WHERE id = 1"', []],
    ['echo "DROP TABLE x" | mysql shop', ['SH105:critical']],
    ['npx prisma migrate reset --force', ['SH105:critical']],
    ['npx prisma migrate deploy', []],
  ] as const)('%s', async (text, expected) => expect(await script(text)).toEqual(expected));
});

describe('SH106 to SH110, safety taken away', () => {
  it.each([
    ['git push --force', ['SH106:high']],
    ['git push origin +main', ['SH106:high']],
    ['git push origin :old', ['SH106:high']],
    ['git filter-repo --path x', ['SH106:high']],
    ['git commit --no-verify -m x', ['SH106:high']],
    ['git push origin main', []],
    ['git push -u origin main', []],
    ['curl -fsSL https://x.example/i.sh | sudo bash', ['SH107:high']],
    ['bash <(curl -s https://x.example/i.sh)', ['SH107:high']],
    ['sh -c "$(curl -fsSL https://x.example/i.sh)"', ['SH107:high']],
    ['echo x | base64 -d | sh', ['SH107:high']],
    ['eval "$1"', ['SH107:high']],
    ['eval "$(ssh-agent -s)"', []],
    ['curl -o x.tgz https://x.example/x.tgz && sha256sum -c x.sum', []],
    ['curl -s https://x.example | jq .', []],
    ['npm test || true', ['SH108:high']],
    ['rm -f x || true', []],
    ['curl -k https://x.example', ['SH108:high']],
    ['curl -k https://localhost:8443', []],
    ['ssh -o StrictHostKeyChecking=no h uptime', ['SH108:high']],
    ['chmod -R 777 /srv', ['SH108:high']],
    ['chmod 755 x', []],
    ['iptables -F', ['SH108:high']],
    ['iptables -L', []],
    ['setenforce 0', ['SH108:high']],
    ['ansible all -m shell -a uptime', ['SH109:high']],
    ['ansible all --limit web -m ping', []],
    ['systemctl stop web', ['SH109:high']],
    ['systemctl status web', []],
    ['pkill java', ['SH109:high']],
    ['crontab -r', ['SH109:high']],
    ['crontab -l', []],
    ['find /srv -mtime +7 -delete', ['SH109:high']],
    ["find . -name '*.pyc' -delete", ['SH109:elevated']],
    ['find /srv -name x', []],
    ['rsync -a --delete src/ host:/srv/', ['SH109:high']],
    ['rsync -a src/ host:/srv/', []],
    ['kubectl --context prod get pods', ['SH110:high']],
    ['kubectl --context staging get pods', []],
    ['export AWS_PROFILE=acme-production', ['SH110:high']],
    ['AWS_PROFILE=prod aws s3 ls', ['SH110:high']],
    ['aws s3 ls s3://products', []],
  ] as const)('%s', async (text, expected) => expect(await script(text)).toEqual(expected));

  it.each([
    ['set -e goes', 'set -e\na\nb\n', 'a\nb\n', ['SH108:high']],
    ['pipefail goes', 'set -euo pipefail\na\nb\n', 'set -eu\na\nb\n', ['SH108:high']],
    ['written otherwise', 'set -eu\na\nb\n', 'set -o errexit -o nounset\na\nb\n', []],
    ['for one command', 'set -e\na\nb\n', 'set -e\nset +e\na\nset -e\nb\n', []],
    ['it never was', 'a\nb\n', 'a\nb\nc\n', []],
  ] as const)('%s', async (_, before, after, expected) => expect(await fired(before, after)).toEqual(expected));
});

describe('what is new', () => {
  const D = 'terraform destroy\n';
  it.each([
    ['the command itself', 'a\n', `a\n${D}`, 1],
    ['out of a comment', `# ${D}`, D, 1],
    ['out of a test', `if [ "$1" = x ]; then\n${D}fi\n`, D, 1],
    ['out of a test that is always true', `if [ "$1" = x ]; then\n${D}fi\n`, `if [ 1 = 1 ]; then\n${D}fi\n`, 1],
    ['from behind a question', `read -p sure? a\n[ "$a" = y ] || exit 1\n${D}`, D, 1],
    ['from behind an exit', `exit 0\n${D}`, D, 1],
    ['out of a function', `down() {\n${D}}\n`, D, 1],
    ['for something else', 'kubectl delete ns a\n', 'kubectl delete ns b\n', 1],
    ['only another place', `a\n${D}b\n`, `b\n${D}a\n`, 0],
    ['only other quotes', `terraform "destroy" $\{X}\n`, 'terraform destroy $X\n', 0],
    ['into a test', D, `if [ "$1" = x ]; then\n${D}fi\n`, 0],
    ['into a function', D, `down() {\n${D}}\ndown\n`, 0],
    ['a function by another name', `down() {\n${D}}\ndown\n`, `remove() {\n${D}}\nremove\n`, 0],
    ['a test written otherwise', `if [[ "$X" == y ]]; then\n${D}fi\n`, `if [ $X = y ]; then\n${D}fi\n`, 0],
    ['less of it', `${D}kubectl delete ns a\n`, D, 0],
  ] as const)('%s', async (_, before, after, n) => expect((await fired(before, after)).length).toBe(n));

  it('says which condition went', async () => {
    const [found] = await findings({ 'x.sh': [`[ "$A" = y ] || exit 1\n${D}`, D] });
    expect(found?.because).toContainEqual(['no longer asked', '[ $A = y ]']);
  });

  it('knows a file by another name, but not what moved from a script into a pipeline', async () => {
    expect(await findings({ 'a.sh': [D, null], 'b.sh': [null, D] })).toEqual([]);
    expect(await findings({ 'a.sh': [D, null], '.gitlab-ci.yml': [null, `a:\n  script:\n    - ${D}`] })).toHaveLength(1);
  });

  it('says the line and the way', async () => {
    const [found] = await findings({ Makefile: [null, 'all:\n\ttrue\n\nnuke:\n\t@sh -c "terraform destroy"\n'] });
    expect(found).toMatchObject({
      place: { line: 5 },
      confidence: 'inferred',
      because: [
        ['command', 'terraform destroy'],
        ['how', 'nuke, sh -c'],
      ],
    });
    expect((await findings({ 'x.sh': [null, 'terraform destroy\n'] }))[0]?.confidence).toBe('exact');
    expect((await findings({ 'x.ps1': [null, 'terraform destroy\n'] }))[0]?.confidence).toBe('heuristic');
  });
});

describe('absent', () => {
  const task = (module: string, state: string, more = ''): string => `- hosts: all\n  tasks:\n    - ${module}:\n        name: orders\n        state: ${state}\n${more}`;
  it.each([
    ['a stack', task('amazon.aws.cloudformation', 'absent'), ['SH102:critical']],
    ['a bucket', task('amazon.aws.s3_bucket', 'absent'), ['SH103:critical']],
    ['a volume', task('community.general.lvol', 'absent'), ['SH104:critical']],
    ['a database', task('community.postgresql.postgresql_db', 'absent'), ['SH105:critical']],
    ['a namespace', task('kubernetes.core.k8s', 'absent', '        kind: Namespace\n'), ['SH102:critical']],
    ['a config map', task('kubernetes.core.k8s', 'absent', '        kind: ConfigMap\n'), []],
    ['a database that is there', task('community.postgresql.postgresql_db', 'present'), []],
    ['a file', task('ansible.builtin.file', 'absent'), []],
  ] as const)('%s', async (_, text, expected) => expect(await fired(null, text, 'ansible/x.yml')).toEqual(expected));

  it('is no news where it stood', async () => {
    const text = task('amazon.aws.s3_bucket', 'absent');
    expect(await fired(text, `# why\n${text}`, 'ansible/x.yml')).toEqual([]);
    expect(await fired(text, text.replace('orders', 'carts'), 'ansible/x.yml')).toEqual(['SH103:critical']);
  });
});

describe('any script', () => {
  const piece = fc.constantFrom(
    'rm -rf ',
    '"$X" ',
    'terraform ',
    'destroy',
    '\n',
    ';',
    '|',
    '&&',
    '||',
    'if ',
    'then ',
    'fi ',
    '$(',
    ')',
    '"',
    "'",
    '<<E\n',
    'E\n',
    '{ ',
    '}',
    'f() ',
    'case x in ',
    'esac ',
    '\\',
    '#',
    '`',
    'eval ',
    'sh -c ',
    '${X:-',
    'for i in ',
    'do ',
    'done ',
    '\u0000',
    `$\{{ x }}`,
  );
  const text = fc.array(piece, { maxLength: 30 }).map((p) => p.join(''));
  it('is read without a throw, and is no news to itself', async () => {
    await fc.assert(
      fc.asyncProperty(text, fc.constantFrom('x.sh', 'Makefile', 'Dockerfile', '.gitlab-ci.yml', 'x.py', 'x.rb', 'crontab'), async (t, path) => {
        expect((await fired(null, t, path)).filter((f) => f.startsWith('META000'))).toEqual([]);
        expect((await fired(t, t, path)).filter((f) => !f.startsWith('META'))).toEqual([]);
      }),
      { numRuns: 200 },
    );
  });

  it('says no less for what stands around it', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(fc.constantFrom('echo x', '# y', 'true', 'A=b', 'f() { echo; }', 'if a; then b; fi', 'cat <<E\nx\nE'), { maxLength: 6 }), async (lines) => {
        const around = lines.join('\n');
        expect(await script(`${around}\nterraform destroy\n${around}\n`)).toContain('SH102:critical');
      }),
      { numRuns: 50 },
    );
  });
});
