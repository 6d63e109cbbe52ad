/** A repository of believable size, by `git fast-import`: 30,000 commits, then a change of 20 files on a branch. */
import { STARTER_POLICY, STARTER_ROSTER } from '../src/core/policy/starter.ts';
import { run } from './measure.ts';

export const COMMITS = 30_000;
const FILES = 2_000;

/** Somebody to make the change, and somebody else to sign it. */
const ROSTER = STARTER_ROSTER.replace('agents: []', '  - {id: ada, name: Ada, level: L5, teams: [], domains: [], emails: [ada@example.com], accounts: [ada]}\nagents: []');

const env = { PATH: process.env.PATH, HOME: '/nonexistent', LC_ALL: 'C', GIT_CONFIG_NOSYSTEM: '1', GIT_CONFIG_GLOBAL: '/dev/null' };
const data = (text: string): string => `data ${Buffer.byteLength(text)}\n${text}\n`;
const file = (path: string, text: string): string => `M 100644 inline ${path}\n${data(text)}`;

const pathOf = (i: number): string => {
  const n = i % FILES;
  return n % 10 === 0 ? `infra/area${n % 40}/module${n}.tf` : n % 10 === 1 ? `db/migrations/${n}.sql` : `services/service${n % 50}/src/part${n}.ts`;
};

function content(path: string, version: number): string {
  if (path.endsWith('.tf')) return `resource "aws_instance" "node" {\n  instance_type = "m6i.${version}"\n  count = ${version}\n}\n`;
  if (path.endsWith('.sql')) return `CREATE TABLE t${version} (id bigint PRIMARY KEY, at timestamptz NOT NULL);\n`;
  return Array.from({ length: 20 }, (_, i) => `export const value${i} = ${version + i};\n`).join('');
}

function commit(ref: string, n: number, body: string): string {
  const who = `Ada <ada@example.com> ${1_700_000_000 + n * 60} +0000`;
  return `commit ${ref}\nauthor ${who}\ncommitter ${who}\n${data(`Change ${n}\n`)}${body}\n`;
}

/** Lays a repository at `dir` whose `main` has the history, with `topic` checked out: 20 files ahead of it. */
export function layHistory(dir: string): void {
  run('git', ['init', '-q', '-b', 'main', dir], { env });
  const parts = [commit('refs/heads/main', 0, file('countersign.yml', STARTER_POLICY) + file('.countersign/roster.yml', ROSTER))];
  for (let n = 1; n < COMMITS; n++) parts.push(commit('refs/heads/main', n, file(pathOf(n), content(pathOf(n), n))));
  const twenty = Array.from({ length: 20 }, (_, i) => pathOf(i * 7)).map((path) => file(path, content(path, 7)));
  parts.push(commit('refs/heads/topic', COMMITS, `from refs/heads/main\n${twenty.join('')}`));
  run('git', ['-C', dir, 'fast-import', '--quiet', '--date-format=raw'], { env, input: parts.join('') });
  run('git', ['-C', dir, 'symbolic-ref', 'HEAD', 'refs/heads/topic'], { env });
}
