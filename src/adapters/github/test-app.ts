/** An app of tests: its key, the repository of GitHub's examples, and a forge at an address. */
import { generateKeyPairSync } from 'node:crypto';
import type { CheckReport, ForgePlace } from '../../flows/ports-forge.ts';
import { type Github, type GithubSettings, openGithub } from './forge.ts';
import { type Edition, openDouble } from './test-double.ts';

export const APP = 4711;
export const KEY = generateKeyPairSync('rsa', { modulusLength: 2048, privateKeyEncoding: { type: 'pkcs1', format: 'pem' }, publicKeyEncoding: { type: 'spki', format: 'pem' } });
export const PLACE: ForgePlace = { repo: 'hello', forgeId: 1296269, name: 'octocat/Hello-World', installation: 1 };
export const HEAD = '6dcb09b5b57875f334f61aebed695e2e4193db5e';
export const CHECK: CheckReport = {
  ...{ place: PLACE, name: 'countersign/main', head: HEAD, run: null, verdict: 'wait', title: 'One senior of data', summary: 'It drops a table.', annotations: [] },
  ...{ url: 'https://countersign.example/changes/3f2a9c1d5e6b7a80', change: '3f2a9c1d5e6b7a80' },
};

export function githubAt(api: string, more: Partial<GithubSettings> = {}): Github {
  const opened = openGithub({ api, web: 'https://github.example', appId: APP, privateKey: KEY.privateKey, ...more });
  if (!opened.ok) throw new Error(opened.error.message);
  return opened.value;
}

export const TOKEN = 'POST /app/installations/{installation_id}/access_tokens';

/** A forge over GitHub's description of itself. */
export async function doubled(edition?: Edition) {
  const double = await openDouble(edition);
  // The example of the document is of a day long gone.
  double.on(TOKEN, () => ({ status: 201, body: { token: 'ghs_1', expires_at: new Date(Date.now() + 3_600_000).toISOString() } }));
  return {
    double,
    github: githubAt(double.api),
    /** What was asked, beside tokens. */
    calls: () => double.seen.map((s) => s.operation).filter((operation) => operation !== TOKEN),
    bodies: (of: string) => double.seen.flatMap((s) => (s.operation === of ? [s.body] : [])),
  };
}

export type Doubled = Awaited<ReturnType<typeof doubled>>;

/** Nothing was asked or answered that GitHub does not describe. */
export async function closed({ double }: Doubled): Promise<void> {
  await double.close();
  if (double.wrong.length > 0) throw new Error(double.wrong.join('\n'));
}
